// Cases about namespaces: what they hold, who may enter, and those that are made when somebody asks for them.
// Place: **cases** -> stage -> server package, official clients

import { keysOf, messageOf, type ServerCase, type Stage } from "./stage.ts";
import type { ApiClient, ApiServer, ApiSocket, Next } from "./surface.ts";

const BOTH = [2, 4] as const;

/** What a client learns when it is refused: an Error in 4.x, a text or the data in 2.x. */
async function refusal({ generation, until, show }: Stage, client: ApiClient): Promise<string> {
  const [error] = await until(client, generation === 4 ? "connect_error" : "error");
  if (!(error instanceof Error)) return show(error);
  return `${error.message}, data ${show(Reflect.get(error, "data"))}`;
}

/** An error with something to read in it. */
function refuseWith(message: string, data?: unknown): Error {
  return Object.assign(new Error(message), data === undefined ? {} : { data });
}

function named(io: ApiServer, name: string): boolean {
  return keysOf(io._nsps ?? io.nsps).includes(name);
}

/** Cases about namespaces. */
export const NAMESPACES: readonly ServerCase[] = [
  {
    name: "knows its sockets by their ids",
    generations: [4],
    async run({ list, serve, join, note }) {
      const served = await serve();
      const one = await join(served, "one", { namespace: "/a" });
      const a = served.io.of("/a");
      note(`Map: ${a.sockets instanceof Map}, ${list(keysOf(a.sockets))}`);
      note(`the socket: ${a.sockets instanceof Map && a.sockets.get(one.socket.id) === one.socket}`);
      note(`main: ${served.io.of("/").sockets instanceof Map && keysOf(served.io.of("/").sockets).length}`);
      one.socket.disconnect();
      note(`after: ${keysOf(a.sockets)}`);
    },
  },
  {
    name: "has sockets and connected as objects by id",
    generations: [2],
    async run({ list, serve, join, note, show }) {
      const served = await serve();
      const one = await join(served, "one", { namespace: "/a" });
      const a = served.io.of("/a");
      const { sockets: main } = served.io.sockets;
      note(`sockets: ${list(Object.keys(a.sockets))}, connected: ${list(Object.keys(a.connected))}`);
      note(
        `the socket: ${Reflect.get(a.sockets, one.socket.id) === one.socket}, ${Reflect.get(a.connected, one.socket.id) === one.socket}`,
      );
      note(`in: ${one.socket.id in a.sockets}, ${"other" in a.sockets}`);
      note(`main has one, too: ${Object.keys(main).length}, ${Object.keys(served.io.of("/").connected).length}`);
      const seen: string[] = [];
      for (const id in a.sockets) seen.push(id);
      note(`for in: ${seen.map((id) => show(id))}`);
      note(`another: ${show(Reflect.get(a.sockets, "nobody"))}`);
      one.socket.disconnect();
      note(`after: ${Object.keys(a.sockets).length}, ${Object.keys(a.connected).length}`);
    },
  },
  {
    name: "connects a client of 2.x to the main namespace by itself, before any other",
    generations: [2],
    async run({ serve, join, note }) {
      const served = await serve();
      served.io.use((_socket, next) => {
        note("main middleware");
        next();
      });
      served.io.on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      served.io.of("/a").on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      await join(served, "one", { namespace: "/a" });
    },
  },
  {
    name: "connects a client to the namespace that it asks for, and to no other",
    generations: [4],
    async run({ serve, join, note }) {
      const served = await serve();
      served.io.use(() => note("main middleware"));
      served.io.on("connection", () => note("main"));
      served.io.of("/a").on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      await join(served, "one", { namespace: "/a" });
    },
  },
  {
    name: "runs middlewares in order, before the connection is told, and joins only then",
    generations: BOTH,
    async run({ serve, join, note, generation }) {
      const served = await serve();
      const a = served.io.of("/a");
      note(
        `use gives itself: ${
          a.use((socket, next) => {
            note(`first: connected=${socket.connected} in sockets: ${keysOf(a.sockets).length}`);
            setTimeout(next, 5);
          }) === a
        }`,
      );
      a.use((socket, next) => {
        note("second");
        if (generation === 4) socket.data["seen"] = true;
        next();
      });
      await join(served, "one", {
        namespace: "/a",
        setUp: (socket) =>
          note(`connection: connected=${socket.connected} ${generation === 4 ? String(socket.data["seen"]) : ""}`),
      });
    },
  },
  {
    name: "refuses whom a middleware refuses, with a message and with data",
    generations: BOTH,
    async run(stage) {
      const { serve, connect, note, pause } = stage;
      const served = await serve();
      const a = served.io.of("/a");
      a.on("connection", () => note("connection"));
      a.use((socket, next) => {
        const { how } = socket.handshake.query;
        socket.on("disconnect", () => note("disconnect"));
        if (how === "message") next(refuseWith("not you"));
        else if (how === "data") next(refuseWith("not you", { code: 42, list: [1] }));
        else if (how === "empty") next(refuseWith(""));
        else next();
      });
      a.use((_socket, next) => {
        note("the next one is not asked");
        next();
      });
      for (const how of ["message", "data", "empty"]) {
        const client = connect(`${served.url}/a`, { query: { how } });
        note(`${how}: ${await refusal(stage, client)}, connected=${client.connected}`);
      }
      await pause(20);
      note(`sockets: ${keysOf(a.sockets).length}`);
    },
  },
  {
    name: "refuses a namespace that nobody made",
    generations: BOTH,
    async run(stage) {
      const { serve, connect, note } = stage;
      const served = await serve();
      note(await refusal(stage, connect(`${served.url}/nowhere`)));
      note(`made: ${named(served.io, "/nowhere")}`);
    },
  },
  {
    name: "lets a middleware of the main namespace guard all of them",
    generations: [2],
    async run(stage) {
      const { serve, connect, note, pause } = stage;
      const served = await serve();
      served.io.use((_socket, next) => next(refuseWith("closed")));
      served.io.of("/a").on("connection", () => note("let in"));
      const client = connect(`${served.url}/a`);
      note(await refusal(stage, client));
      await pause(30);
    },
  },
  {
    name: "goes on twice where a middleware says so twice, and never where it never does",
    generations: BOTH,
    async run({ serve, connect, note, pause, join, until }) {
      const served = await serve();
      const twice = served.io.of("/twice");
      twice.use((_socket, next) => {
        next();
        setTimeout(() => note("later"), 1);
      });
      await join(served, "one", { namespace: "/twice" });
      const never = served.io.of("/never");
      const asked = new Promise<void>((resolve) => never.use(() => resolve()));
      never.on("connection", () => note("let in"));
      const client = connect(`${served.url}/never`);
      await until(client.io, "open");
      await asked;
      await pause(30);
      note(`connected: ${client.connected}, sockets ${keysOf(never.sockets).length}`);
    },
  },
  {
    name: "does not emit its own events to clients",
    generations: BOTH,
    async run({ serve, attempt, note, generation }) {
      const { io } = await serve();
      const a = io.of("/a");
      a.on("connection", (value: unknown) => note(`connection(${String(value)})`));
      a.on("connect", (value: unknown) => note(`connect(${String(value)})`));
      for (const event of ["connection", "connect"])
        attempt(event, () => a.emit(event, 1) === (generation === 2 ? a : true));
      if (generation === 4) attempt("new_namespace", () => a.emit("new_namespace", 1));
    },
  },
  {
    name: "makes a namespace for a name that fits a pattern, with the middlewares and listeners of the pattern",
    generations: BOTH,
    async run({ serve, join, note, show }) {
      const served = await serve();
      const parent = served.io.of(/^\/dynamic-\d+$/);
      parent.use((socket, next) => {
        note(`middleware of ${socket.nsp.name}`);
        next();
      });
      parent.on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      parent.on("connect", (socket: ApiSocket) => note(`connect to ${socket.nsp.name}`));
      note(`name: ${/^\/_\d+$/.test(parent.name)}, sockets: ${keysOf(parent.sockets).length}`);
      await join(served, "one", { namespace: "/dynamic-7", at: parent });
      note(
        `made: ${named(served.io, "/dynamic-7")}, children: ${show([...asSet(Reflect.get(parent, "children"))].length)}`,
      );
      const child = served.io.of("/dynamic-7");
      note(`child: ${child.name}, sockets ${keysOf(child.sockets).length}`);
    },
  },
  {
    name: "asks a function about a name, with what the client says of itself",
    generations: BOTH,
    async run(stage) {
      const { serve, connect, note, show, generation, until } = stage;
      const served = await serve();
      const parent = served.io.of((name: string, told: unknown, next: (error: unknown, ok: boolean) => void) => {
        const given = typeof told === "object" && told !== null ? told : {};
        note(`asked: ${name}, ${show(Reflect.get(given, "token"))}`);
        if (name === "/error") next(new Error("broken"), false);
        else next(null, name === "/yes");
      });
      parent.on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      const credentials = generation === 4 ? { auth: { token: "t" } } : { query: { token: "t" } };
      await until(connect(`${served.url}/yes`, credentials), "connect");
      note(`no: ${await refusal(stage, connect(`${served.url}/no`, credentials))}`);
      note(`error: ${await refusal(stage, connect(`${served.url}/error`, credentials))}`);
    },
  },
  {
    name: "asks patterns and functions one after another",
    generations: BOTH,
    async run(stage) {
      const { serve, connect, note, until } = stage;
      const served = await serve();
      served.io.of(/^\/x/).on("connection", (socket: ApiSocket) => note(`first: ${socket.nsp.name}`));
      served.io
        .of((name: string, _told: unknown, next: (error: unknown, ok: boolean) => void) => next(null, name === "/y"))
        .on("connection", (socket: ApiSocket) => note(`second: ${socket.nsp.name}`));
      await until(connect(`${served.url}/x1`), "connect");
      await until(connect(`${served.url}/y`), "connect");
      note(await refusal(stage, connect(`${served.url}/z`)));
    },
  },
  {
    name: "emits to all children of a pattern",
    generations: BOTH,
    async run({ serve, connect, note, until, observer, show, generation }) {
      const served = await serve();
      const parent = served.io.of(/^\/d\d$/);
      parent.on("connection", (socket: ApiSocket) => void socket.join("room"));
      const ends: Promise<unknown>[] = [];
      for (const name of ["/d1", "/d2"]) {
        const client = connect(`${served.url}${name}`);
        const tell = observer(`client ${name}`);
        client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
        ends.push(until(client, "end"));
        await until(client, "connect");
      }
      const given = parent.emit("news", 1);
      if (generation === 4) note(`emit gives ${show(given)}`);
      if (generation === 4) {
        parent.to("room").emit("news", "room");
        parent.except("room").emit("news", "nobody");
      }
      parent.emit("end");
      await Promise.all(ends);
    },
  },
  {
    name: "refuses what a pattern cannot do",
    generations: [4],
    async run({ serve, note, soon }) {
      const { io } = await serve();
      const parent = io.of(/^\/d/);
      const tried = async (): Promise<unknown> => parent.fetchSockets();
      note(await soon(tried().then(() => "no error", messageOf)));
    },
  },
  {
    name: "takes a namespace that is made by hand as a child of the pattern that it fits",
    generations: [4],
    async run({ serve, join, note }) {
      const served = await serve();
      const parent = served.io.of(/^\/dynamic-\d+$/);
      parent.on("connection", (socket: ApiSocket) => note(`parent heard ${socket.nsp.name}`));
      parent.use((_socket, next: Next) => {
        note("parent's middleware");
        next();
      });
      const child = served.io.of("/dynamic-1");
      child.on("connection", (socket: ApiSocket) => note(`child heard ${socket.nsp.name}`));
      await join(served, "one", { namespace: "/dynamic-1", at: child });
    },
  },
  {
    name: "makes one namespace when two clients ask for it at once",
    generations: BOTH,
    async run({ serve, connect, note, until, show }) {
      const served = await serve();
      const waiting: (() => void)[] = [];
      const parent = served.io.of((_name: string, _told: unknown, next: (error: unknown, ok: boolean) => void) => {
        waiting.push(() => next(null, true));
        // Nobody is answered before both have asked.
        if (waiting.length === 2) for (const answer of waiting) answer();
      });
      const heard: string[] = [];
      parent.on("connection", (socket: ApiSocket) => heard.push(socket.nsp.name));
      const one = connect(`${served.url}/late`);
      const two = connect(`${served.url}/late`);
      await Promise.all([until(one, "connect"), until(two, "connect")]);
      note(`asked ${waiting.length}, heard ${heard.length}, sockets ${keysOf(served.io.of("/late").sockets).length}`);
      note(`children ${show(asSet(Reflect.get(parent, "children")).size)}`);
    },
  },
  {
    name: "forgets children that nobody is in when it is told to",
    generations: [4],
    async run({ serve, connect, note, until, pause }) {
      for (const cleanupEmptyChildNamespaces of [true, false]) {
        const served = await serve({ cleanupEmptyChildNamespaces });
        const parent = served.io.of(/^\/d\d$/);
        parent.on("connection", (socket: ApiSocket) => socket.on("disconnect", () => note("disconnect")));
        const client = connect(`${served.url}/d1`);
        await until(client, "connect");
        note(`made: ${named(served.io, "/d1")}`);
        client.disconnect();
        await pause(60);
        note(`still there: ${named(served.io, "/d1")}`);
        await until(connect(`${served.url}/d1`), "connect");
        note("comes back");
      }
    },
  },
];

function asSet(value: unknown): ReadonlySet<unknown> {
  if (value instanceof Set) return value;
  return new Set(typeof value === "object" && value !== null ? Object.keys(value) : []);
}
