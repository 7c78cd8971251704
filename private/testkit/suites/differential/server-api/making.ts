// Cases about how a server is made, started, set up and ended.
// Place: **cases** -> stage -> server package

import { createServer } from "node:http";
import { isObject } from "../../../src/peers/raw-surface.ts";
import { answersAt } from "./polling.ts";
import { keysOf, messageOf, type ServerCase } from "./stage.ts";
import { type ApiServer, type ApiSocket, isApiServer } from "./surface.ts";

const BOTH = [2, 4] as const;

function nameOf(value: unknown): string {
  return isObject(value) ? String(value["name"]) : String(value);
}

/** Cases about servers as a whole. */
export const MAKING: readonly ServerCase[] = [
  {
    name: "is a function with classes at it",
    generations: BOTH,
    byName: true,
    async run({ pack, note, attempt, generation }) {
      note(`typeof ${typeof pack}`);
      attempt("called", () => isApiServer(pack()));
      attempt("called, it gives an instance", () => pack() instanceof (generation === 4 ? pack.Server : pack));
      attempt("made with new", () => isApiServer(generation === 4 ? new pack.Server() : new pack()));
      attempt("with a port and options", () => asServer(pack({ path: "/mine" })).path());
    },
  },
  {
    name: "has the classes of 4.x at it",
    generations: [4],
    byName: true,
    async run({ pack, note, make }) {
      const members = ["Server", "Namespace", "Socket"];
      for (const member of members) note(`${member}: ${typeof Reflect.get(pack, member)}`);
      const io = make();
      note(`the main namespace is one: ${isInstance(io.of("/"), Reflect.get(pack, "Namespace"))}`);
    },
  },
  {
    name: "has listen, which is itself, in 2.x",
    generations: [2],
    byName: true,
    async run(stage) {
      const { pack, note, keep, freePort } = stage;
      const listen: unknown = Reflect.get(pack, "listen");
      note(`listen is itself: ${listen === pack}`);
      const port = await freePort();
      keep(asServer(typeof listen === "function" ? Reflect.apply(listen, pack, [port]) : undefined));
      note(await answersAt(stage, port));
    },
  },
  {
    name: "takes an HTTP server, a port as a number or as a text, or options alone",
    generations: BOTH,
    async run(stage) {
      const { make, note, freePort, listen } = stage;
      const listener = await listen();
      make(listener.server);
      note(`HTTP server: ${await answersAt(stage, listener.port)}`);
      const first = await freePort();
      make(first);
      note(`port: ${await answersAt(stage, first)}`);
      const second = await freePort();
      make(String(second), { path: "/mine" });
      note(`port as text, with a path: ${await answersAt(stage, second, "/mine/")}`);
      const later = await listen();
      const io = make({ path: "/later" });
      note(`path: ${String(io.path())}`);
      note(`attach gives itself: ${io.attach(later.server) === io}`);
      note(`options alone, attached later: ${await answersAt(stage, later.port, "/later/")}`);
    },
  },
  {
    name: "listens later on a port, with options of its own, and its other name is listen",
    generations: BOTH,
    async run(stage) {
      const { make, note, freePort } = stage;
      const port = await freePort();
      const io = make();
      note(`no engine before: ${io.engine === undefined || io.engine === null}`);
      note(`listen gives itself: ${io.listen(port, { path: "/own" }) === io}`);
      note(`path: ${String(io.path())}`);
      note(await answersAt(stage, port, "/own/"));
      const textPort = await freePort();
      const other = make();
      other.attach(String(textPort));
      note(await answersAt(stage, textPort));
    },
  },
  {
    name: "refuses what is only a request listener, with an explanation",
    generations: BOTH,
    async run({ make, note }) {
      const app = (_request: unknown, _response: unknown): void => {};
      try {
        make().attach(app);
        note("taken");
      } catch (error) {
        note(`thrown with a text: ${messageOf(error).length > 40}`);
      }
    },
  },
  {
    name: "has the main namespace, the engine, the HTTP server and the options at hand",
    generations: BOTH,
    async run({ serve, note, generation }) {
      const { io, http } = await serve({ serveClient: false });
      note(`sockets is the main namespace: ${io.sockets === io.of("/")}, named ${io.sockets.name}`);
      note(`httpServer: ${io.httpServer === http}`);
      note(`engine: ${typeof io.engine.handleRequest}, clients ${io.engine.clientsCount}`);
      note(`eio: ${generation === 2 ? io.eio === io.engine : true}`);
      note(`encoder: ${isObject(io.encoder) && typeof io.encoder["encode"]}`);
      io.of("/other");
      note(`namespaces: ${generation === 2 ? keysOf(io.nsps) : keysOf(io._nsps)}`);
      if (generation === 4) note(`options: ${String(io.opts["serveClient"])}`);
    },
  },
  {
    name: "gives the same namespace for the same name, with or without its slash, and takes a listener",
    generations: BOTH,
    async run({ serve, note, join }) {
      const served = await serve();
      const { io } = served;
      note(`same: ${io.of("/chat") === io.of("chat")}, ${io.of("") === io.of("/")}`);
      note(`name: ${io.of("chat").name}, server ${io.of("chat").server === io}`);
      const chat = io.of("/chat", (socket) => note(`listener: ${socket.nsp.name}`));
      await join(served, "one", { namespace: "/chat", at: chat });
    },
  },
  {
    name: "has the emitter of its main namespace",
    generations: BOTH,
    async run({ make, note, generation }) {
      const io = make();
      const first = (): void => {};
      note(`on gives the main namespace: ${io.on("connection", first) === io.sockets}`);
      note(`listeners: ${io.sockets.listeners("connection").length}, ${io.listeners("connection").length}`);
      io.once("connect", first);
      note(`names: ${io.sockets.eventNames().map(String)}`);
      io.removeListener("connection", first);
      note(`after removal: ${io.sockets.listeners("connection").length}`);
      io.removeAllListeners("connect");
      note(`after removal of all: ${io.sockets.listeners("connect").length}`);
      note(`use gives ${useGives(io)}`);
      if (generation === 4) note(`count: ${io.listenerCount("connection")}`);
      note(`setMaxListeners: ${typeof io.sockets.setMaxListeners(20)}, ${io.sockets.getMaxListeners()}`);
    },
  },
  {
    name: "tells of a socket by connection and by connect, at itself and at its main namespace",
    generations: BOTH,
    async run({ serve, note, join }) {
      const served = await serve();
      for (const event of ["connection", "connect"]) {
        served.io.on(event, () => note(`io: ${event}`));
        served.io.sockets.on(event, () => note(`sockets: ${event}`));
        served.io.of("/").on(event, () => note(`of: ${event}`));
      }
      await join(served, "one");
    },
  },
  {
    name: "tells of a new namespace, but not of the main one",
    generations: [4],
    async run({ make, note }) {
      const io = make();
      io.on("new_namespace", (namespace: { name: string }) => note(`new: ${namespace.name}`));
      io.of("/a");
      io.of("/a");
      io.of("/");
      io.of("b");
    },
  },
  {
    name: "takes the engine's connections itself when it is bound to one",
    generations: BOTH,
    async run({ make, listen, note, join, pack: _pack }) {
      const owner = make();
      const listener = await listen();
      owner.attach(listener.server);
      const io = make();
      note(`bind gives itself: ${io.bind(owner.engine) === io}`);
      note(`engine: ${io.engine === owner.engine}`);
      owner.engine.removeAllListeners("connection");
      io.bind(owner.engine);
      const served = { io, http: listener.server, port: listener.port, url: `http://127.0.0.1:${listener.port}` };
      const { socket } = await join(served, "one");
      note(`socket of ${socket.nsp.name}, server ${socket.nsp.server === io}`);
    },
  },
  {
    name: "takes a connection that it is handed",
    generations: BOTH,
    async run({ make, listen, note, until, connect }) {
      const io = make();
      const owner = make();
      const listener = await listen();
      owner.attach(listener.server);
      owner.engine.removeAllListeners("connection");
      owner.engine.on("connection", (connection: unknown) => {
        note(`onconnection gives itself: ${io.onconnection(connection) === io}`);
      });
      const told = until(io.sockets, "connection");
      const client = connect(`http://127.0.0.1:${listener.port}`);
      await until(client, "connect");
      const [socket] = await told;
      note(`told: ${isObject(socket) && typeof socket["emit"]}`);
    },
  },
  {
    name: "ends: sockets are told, HTTP stops, the callback is called",
    generations: BOTH,
    async run({ serve, join, note, until, show, soon, generation, observer }) {
      const served = await serve();
      const chat = generation === 4 ? "/chat" : "/";
      const main = await join(served, "one");
      const other = await join(served, "two", { namespace: chat });
      const tell = { one: observer("client one"), two: observer("client two") };
      const ends = [
        ["one", main],
        ["two", other],
      ] as const;
      const gone = ends.flatMap(([name, { client, socket }]) => {
        socket.on("disconnecting", (...args: readonly unknown[]) => note(`${name} disconnecting(${show(args[0])})`));
        socket.on("disconnect", (...args: readonly unknown[]) => note(`${name} disconnect(${show(args[0])})`));
        client.on("disconnect", (reason: unknown) => tell[name](`disconnect(${show(reason)})`));
        return [until(client, "disconnect")];
      });
      const closed = new Promise<void>((resolve) => {
        const given = served.io.close((error) => {
          note(`callback: ${show(error)}`);
          resolve();
        });
        note(`gives a promise: ${given instanceof Promise}`);
      });
      await soon(closed);
      await Promise.all(gone);
      note(`listening: ${served.http.listening}`);
    },
  },
  {
    name: "ends by promise, and without having listened",
    generations: [4],
    async run({ serve, make, note, soon, show }) {
      const { io, http } = await serve();
      note(`given: ${show(await soon(Promise.resolve(io.close())))}`);
      note(`listening: ${http.listening}`);
      const late = make(createServer());
      note(`attached, not listening: ${show(await soon(Promise.resolve(late.close()).catch(messageOf)))}`);
      await soon(new Promise<void>((resolve) => void late.close(() => resolve())));
      note("called back again");
    },
  },
];

function isInstance(value: unknown, of: unknown): boolean {
  return typeof of === "function" && value instanceof of;
}

function asServer(value: unknown): ApiServer {
  if (!isApiServer(value)) throw new Error("it is no server");
  return value;
}

function useGives(io: ApiServer): string {
  const given = io.use((_socket: ApiSocket, next) => next());
  if (given === io) return "itself";
  return given === io.sockets ? "the main namespace" : nameOf(given);
}
