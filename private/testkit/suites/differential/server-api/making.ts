// Cases about how a server is made, started, set up and ended.
// Place: **cases** -> stage -> server package

import { createServer } from "node:http";
import { isObject } from "../../../src/peers/raw-surface.ts";
import { keysOf, messageOf, type ServerCase, type Stage } from "./stage.ts";
import { type ApiServer, type ApiSocket, isApiConnection, isApiServer } from "./surface.ts";
import { ask } from "./wire.ts";

const BOTH = [2, 4] as const;

function nameOf(value: unknown): string {
  return isObject(value) ? String(value["name"]) : String(value);
}

async function answersAt({ pause }: Stage, port: number, path = "/socket.io/"): Promise<string> {
  await pause(20);
  try {
    const { status } = await ask(port, `${path}?EIO=4&transport=polling`);
    return `${status}`;
  } catch (error) {
    return messageOf(error).includes("ECONNREFUSED") ? "nobody listens" : "no answer";
  }
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
    name: "keeps its path without a slash at the end, and gives itself when it is set",
    generations: BOTH,
    async run(stage) {
      const { make, note, listen } = stage;
      const io = make();
      note(`default: ${String(io.path())}`);
      note(`set gives itself: ${io.path("/chat/") === io}, now ${String(io.path())}`);
      const listener = await listen();
      io.attach(listener.server);
      note(`with the slash: ${await answersAt(stage, listener.port, "/chat/")}`);
    },
  },
  {
    name: "reads and sets whether it serves the client",
    generations: BOTH,
    async run({ make, note }) {
      const io = make();
      note(`default: ${String(io.serveClient())}`);
      note(`set gives itself: ${io.serveClient(false) === io}, now ${String(io.serveClient())}`);
      note(`by an option: ${String(make({ serveClient: false }).serveClient())}`);
    },
  },
  {
    name: "reads and sets the time that a client has to join",
    generations: [4],
    async run({ make, note, show }) {
      const io = make();
      note(`default: ${show(io.connectTimeout())}`);
      note(`set gives itself: ${io.connectTimeout(1000) === io}, now ${show(io.connectTimeout())}`);
      note(`by an option: ${show(make({ connectTimeout: 30 }).connectTimeout())}`);
    },
  },
  {
    name: "closes a connection that joins no namespace in time",
    generations: [4],
    async run({ serve, note, until, connect, show }) {
      const served = await serve({ connectTimeout: 40 });
      served.io.use(() => {
        // It never answers.
      });
      const told = until(served.io.engine, "connection");
      connect(served.url, { autoConnect: true });
      const [connection] = await told;
      if (!isApiConnection(connection)) throw new Error("it is no connection");
      const [reason] = await until(connection, "close");
      note(`closed: ${show(reason)}`);
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
  {
    name: "takes settings by their old names",
    generations: [2],
    async run({ serve, note, until, connect, show }) {
      const { io, url } = await serve();
      note(`set gives itself: ${io.set("transports", ["websocket"]) === io}`);
      note(`resource gives itself: ${io.set("resource", "/old") === io}, now ${String(io.path())}`);
      io.set("heartbeat interval", 7000);
      io.set("heartbeat timeout", 9000);
      io.set("destroy buffer size", 5000);
      io.set("origins", "http://good.example:*");
      note(`origins: ${show(io.origins())}`);
      io.set(
        "authorization",
        (request: { headers: Record<string, unknown> }, next: (error: unknown, ok: boolean) => void) => {
          note(`asked, with headers: ${typeof request.headers["host"]}`);
          next(null, true);
        },
      );
      const fields = ["pingInterval", "pingTimeout", "maxHttpBufferSize", "transports"] as const;
      for (const field of fields) note(`engine: ${field} ${show(Reflect.get(io.eio, field))}`);
      const client = connect(url, { extraHeaders: { origin: "http://good.example" } });
      const opened = until(client.io, "open");
      await until(client, "connect");
      await opened;
      note("connected");
    },
  },
  {
    name: "refuses by its authorization, with an error and with a no",
    generations: [2],
    async run({ serve, note, until, connect, show }) {
      const served = await serve();
      served.io.set(
        "authorization",
        (request: { _query: Record<string, unknown> }, next: (error: unknown, ok?: boolean) => void) => {
          if (request._query["how"] === "error") next(new Error("not you"));
          else next(null, false);
        },
      );
      for (const how of ["error", "no"]) {
        const client = connect(`${served.url}`, { query: { how } });
        const [payload] = await until(client, "error");
        note(`${how}: ${show(payload)}`);
      }
    },
  },
  {
    name: "reads and sets the origins that may connect",
    generations: [2],
    async run({ serve, note, show }) {
      const { io, port } = await serve();
      note(`default: ${show(io.origins())}`);
      const from = async (origin: string): Promise<string> => {
        const { status, body } = await ask(port, "/socket.io/?EIO=3&transport=polling", { headers: { origin } });
        return status === 200 ? "200" : `${status} ${body}`;
      };
      note(`any: ${await from("http://any.example")}`);
      note(`set gives itself: ${io.origins("http://good.example:*") === io}, now ${show(io.origins())}`);
      note(`good: ${await from("http://good.example")}, bad: ${await from("http://bad.example")}`);
      io.origins("good.example:8080 other.example:*");
      note(
        `port: ${await from("http://good.example:8080")}, ${await from("http://good.example")}, ${await from("http://other.example")}`,
      );
      io.origins(["http://list.example", "http://two.example:81"]);
      note(
        `list: ${await from("http://list.example")}, ${await from("http://two.example:81")}, ${await from("http://three.example")}`,
      );
      io.origins((origin: string, next: (error: unknown, ok: boolean) => void) =>
        next(null, origin === "http://asked.example"),
      );
      note(`asked: ${await from("http://asked.example")}, ${await from("http://no.example")}`);
      io.origins((_origin: string, next: (error: unknown, ok: boolean) => void) => next("not from there", false));
      note(`asked, with a text: ${await from("http://asked.example")}`);
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
