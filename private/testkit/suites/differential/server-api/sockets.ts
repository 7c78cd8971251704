// Cases about a socket: what it knows, what it says and hears, its rooms, its middlewares and listeners, and its end.
// Place: **cases** -> stage -> server package, official client

import { keysOf, type ServerCase } from "./stage.ts";
import { type ApiSocket, isApiSocket } from "./surface.ts";

const BOTH = [2, 4] as const;

/** Cases about sockets. */
export const SOCKETS: readonly ServerCase[] = [
  {
    name: "has its id by the protocol of its connection",
    generations: BOTH,
    async run({ serve, join, note }) {
      const served = await serve();
      const main = await join(served, "one");
      note(`at the client, too: ${main.client.id === main.socket.id}`);
      note(`the connection's: ${main.socket.id === main.socket.conn.id}, length ${main.socket.id.length}`);
      const other = await join(served, "two", { namespace: "/a" });
      note(`of a namespace at the client, too: ${other.client.id === other.socket.id}`);
      note(`behind its name: ${other.socket.id === `/a#${other.socket.conn.id}`}`);
      note(`letters: ${/^[\w-]{20}$/.test(main.socket.id)}`);
    },
  },
  {
    name: "knows its namespace, server, adapter, client, connection and request",
    generations: BOTH,
    async run({ serve, join, note, generation }) {
      const served = await serve();
      const { socket } = await join(served, "one", { namespace: "/a" });
      note(`namespace: ${socket.nsp === served.io.of("/a")}, server ${socket.server === served.io}`);
      note(`adapter: ${socket.adapter === socket.nsp.adapter}`);
      note(`client: ${socket.client.conn === socket.conn}, ${socket.client.request === socket.request}`);
      note(`client's id: ${socket.client.id === socket.conn.id}`);
      note(
        `sockets of the client: ${generation === 2 ? Object.keys(socket.client.sockets).length : keysOf(socket.client.sockets).length}`,
      );
      note(`request: ${socket.request === socket.conn.request}, headers ${typeof socket.request.headers["host"]}`);
      note(`query: ${typeof socket.request._query}`);
      note(`states: connected=${socket.connected} disconnected=${socket.disconnected}`);
    },
  },
  {
    name: "knows its handshake",
    generations: BOTH,
    async run({ serve, join, note, show, generation }) {
      const served = await serve();
      const { socket } = await join(served, "one", {
        options: { query: { room: "a b", n: 1 }, extraHeaders: { "x-one": "1" }, auth: { token: "t" } },
      });
      const { handshake } = socket;
      note(`fields: ${Object.keys(handshake).sort()}`);
      note(`headers: ${show(handshake.headers["x-one"])}, address ${handshake.address}`);
      note(`secure=${handshake.secure} xdomain=${handshake.xdomain}`);
      note(
        `issued: ${typeof handshake.issued}, time a date: ${/^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT/.test(handshake.time)}`,
      );
      note(`time and issued agree: ${Math.abs(Date.parse(handshake.time) - Number(handshake.issued)) < 2000}`);
      note(`url: ${handshake.url.replace(/&t=[^&]*/, "").replace(/EIO=\d/, "EIO")}`);
      note(`query: ${["room", "n", "transport"].map((key) => show(handshake.query[key]))}`);
      if (generation === 4) note(`auth: ${show(handshake.auth)}`);
    },
  },
  {
    name: "has the query of its namespace in its handshake",
    generations: [2],
    async run({ serve, join, note, show }) {
      const served = await serve();
      const { socket } = await join(served, "one", { namespace: "/a?token=t&list=1&list=2", at: served.io.of("/a") });
      note(`query: ${show(socket.handshake.query["token"])}, ${show(socket.handshake.query["list"])}`);
      note(`namespace: ${socket.nsp.name}`);
    },
  },
  {
    name: "is in the room of its id, joins and leaves at once, and its rooms are live",
    generations: [4],
    async run({ serve, join, note, show }) {
      const served = await serve();
      const { socket } = await join(served, "one", {
        setUp: (entering) => note(`in the connection event: ${show(entering.rooms)}`),
      });
      const { rooms } = socket;
      note(`Set: ${rooms instanceof Set}`);
      note(`join gives ${show(socket.join("a"))}, rooms ${show(rooms)}`);
      note(`several: ${show(socket.join(["b", "c"]))}, rooms ${show(rooms)}`);
      note(`leave gives ${show(socket.leave("a"))}, rooms ${show(socket.rooms)}`);
      socket.leave("never in");
      socket.leave(socket.id);
      note(`left its own: ${show(socket.rooms)}`);
    },
  },
  {
    name: "joins and leaves with callbacks, and has its rooms as an object",
    generations: [2],
    async run({ list, serve, join, note, show, soon }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      await new Promise((turn) => setTimeout(turn, 5));
      note(`rooms: ${list(keysOf(socket.rooms))}`);
      let wasGiven = false;
      await soon(
        new Promise<void>((resolve) => {
          wasGiven =
            socket.join("a", (error) => {
              note(`joined(${show(error ?? null)}) rooms ${list(Object.keys(socket.rooms))}`);
              resolve();
            }) === socket;
        }),
      );
      note(`gives itself: ${wasGiven}`);
      await soon(new Promise<void>((resolve) => void socket.join(["b", "c"], () => resolve())));
      note(`in: ${"b" in socket.rooms}, ${"x" in socket.rooms}, ${show(Reflect.get(socket.rooms, "c"))}`);
      const seen: string[] = [];
      for (const room in socket.rooms) seen.push(room);
      note(`for in: ${list(seen)}`);
      await soon(
        new Promise<void>((resolve) => {
          note(
            `leave gives itself: ${
              socket.leave("b", (error) => {
                note(`left(${show(error ?? null)}) rooms ${list(Object.keys(socket.rooms))}`);
                resolve();
              }) === socket
            }`,
          );
        }),
      );
      socket.leaveAll();
      await new Promise((turn) => setTimeout(turn, 5));
      note(`left all: ${Object.keys(socket.rooms).length}`);
    },
  },
  {
    name: "ends by the server, by the client, and with its connection, and says why",
    generations: BOTH,
    async run({ list, serve, join, note, show, until }) {
      const served = await serve();
      const watch = (socket: ApiSocket): void => {
        for (const event of ["disconnecting", "disconnect"]) {
          socket.on(event, (...args: readonly unknown[]) =>
            note(`${event}(${show(args[0])}) connected=${socket.connected} rooms ${list(keysOf(socket.rooms))}`),
          );
        }
      };
      const byServer = await join(served, "one", { setUp: watch });
      const told = until(byServer.client, "disconnect");
      byServer.socket.disconnect();
      note(`client: ${show((await told)[0])}, disconnected=${byServer.socket.disconnected}`);
      const byClient = await join(served, "two", { setUp: watch });
      const left = until(byClient.socket, "disconnect");
      byClient.client.disconnect();
      await left;
      const cut = await join(served, "three", { setUp: watch });
      const cutEnd = until(cut.client, "disconnect");
      cut.socket.disconnect(true);
      note(`client: ${show((await cutEnd)[0])}`);
      const lost = await join(served, "four", { setUp: watch });
      const lostEnd = until(lost.socket, "disconnect");
      lost.client.io.engine.close();
      await lostEnd;
      const closed = await join(served, "five", { setUp: watch });
      const closedEnd = until(closed.client, "disconnect");
      closed.socket.conn.close();
      note(`client: ${show((await closedEnd)[0])}`);
    },
  },
  {
    name: "takes all namespaces of the client along when it closes the connection",
    generations: BOTH,
    async run({ serve, join, note, show, until }) {
      const served = await serve();
      served.io
        .of("/a")
        .on("connection", (socket: ApiSocket) =>
          socket.on("disconnect", (reason: unknown) => note(`a: ${show(reason)}`)),
        );
      const { client, socket } = await join(served, "one");
      socket.on("disconnect", (reason: unknown) => note(`main: ${show(reason)}`));
      const told = until(served.io.of("/a"), "connection");
      client.io.socket("/a");
      await told;
      const gone = until(client, "disconnect");
      socket.disconnect(true);
      await gone;
    },
  },
  {
    name: "leaves one namespace, and stays in the other",
    generations: BOTH,
    async run({ serve, join, note, show, until, settled }) {
      const served = await serve();
      const pair = await join(served, "one");
      const told = until(served.io.of("/a"), "connection");
      pair.client.io.socket("/a");
      const [inA] = await told;
      if (!isApiSocket(inA)) throw new Error("it is no socket");
      note(`another id, the same connection: ${inA.id !== pair.socket.id}, ${inA.conn === pair.socket.conn}`);
      inA.disconnect();
      await settled(pair);
      note(`main: connected=${pair.socket.connected}, a: ${show(keysOf(served.io.of("/a").sockets).length)}`);
    },
  },
  {
    name: "does nothing more once it has left: no event, no room, no send",
    generations: BOTH,
    async run({ list, serve, join, note, until, pause, observer }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const tell = observer("client");
      client.on("late", () => tell("late"));
      socket.on("news", () => note("news"));
      const gone = until(client, "disconnect");
      client.emit("news");
      socket.disconnect();
      client.emit("news");
      socket.emit("late");
      socket.join("room");
      await gone;
      await pause(20);
      note(`rooms: ${list(keysOf(socket.rooms))}`);
      served.io.to("room").emit("late");
    },
  },
  {
    name: "holds no trouble for programs that forget the request of a connection",
    generations: BOTH,
    async run({ serve, join, note, settled }) {
      const served = await serve();
      const pair = await join(served, "one");
      note(`deleted: ${Reflect.deleteProperty(pair.socket.conn, "request")}`);
      Reflect.set(pair.socket.conn, "request", null);
      await settled(pair);
      note(
        `request forgotten: ${Object.is(pair.socket.request, null)}, handshake ${typeof pair.socket.handshake.headers}`,
      );
    },
  },
  {
    name: "keeps what programs hang on it, in data and as fields",
    generations: BOTH,
    async run({ serve, join, note, show, generation }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      if (generation === 4) {
        note(`data: ${show(socket.data)}`);
        socket.data["user"] = "u";
        note(`data: ${show(socket.data)}, recovered=${socket.recovered}`);
      }
      Reflect.set(socket, "username", "u");
      note(`field: ${show(Reflect.get(socket, "username"))}`);
    },
  },
  {
    name: "lets middlewares of Express see the request of a socket",
    generations: BOTH,
    async run({ serve, connect, until, note }) {
      const served = await serve();
      served.io.use((socket, next) => {
        const { request } = socket;
        Reflect.set(request, "session", { user: "u" });
        note(`response: ${String(Reflect.get(request, "res") ?? "none")}`);
        next();
      });
      served.io.on("connection", (socket: ApiSocket) =>
        note(`session: ${JSON.stringify(Reflect.get(socket.request, "session"))}`),
      );
      await until(connect(served.url, { transports: ["polling"] }), "connect");
      await until(connect(served.url), "connect");
    },
  },
];
