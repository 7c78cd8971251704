// Cases about a socket: what it knows, what it says and hears, its rooms, its middlewares and listeners, and its end.
// Place: **cases** -> stage -> server package, official client

import { keysOf, messageOf, type ServerCase } from "./stage.ts";
import { type ApiSocket, isApiSocket } from "./surface.ts";

const BOTH = [2, 4] as const;

type Ack = (...args: readonly unknown[]) => void;

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
    name: "hears events with their arguments and answers them, once",
    generations: BOTH,
    async run({ serve, join, note, show, settled, soon }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { client, socket } = pair;
      socket.on("news", (...args: readonly unknown[]) => note(`news(${show(...args)})`));
      socket.on("ask", (value: unknown, ack: Ack) => {
        ack(value, "first");
        ack(value, "second");
      });
      client.emit("news", 1, "two", { three: [3] }, null, Buffer.from([4]));
      const answer = await soon(
        new Promise<readonly unknown[]>((resolve) =>
          client.emit("ask", 5, (...args: readonly unknown[]) => resolve(args)),
        ),
      );
      note(`answer: ${show(...answer)}`);
      await settled(pair);
    },
  },
  {
    name: "asks the client and hears its answer",
    generations: BOTH,
    async run({ serve, join, note, show, soon, generation }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      client.on("ask", (value: unknown, ack: Ack) => ack("got", value, Buffer.from([1])));
      const answer = await soon(
        new Promise<readonly unknown[]>((resolve) =>
          socket.emit("ask", 5, (...args: readonly unknown[]) => resolve(args)),
        ),
      );
      note(`answer: ${show(...answer)}`);
      note(`waiting: ${generation === 2 ? Object.keys(socket.acks).length : keysOf(socket.acks).length}`);
    },
  },
  {
    name: "asks with a time limit, by callback and by promise",
    generations: [4],
    async run({ serve, join, note, show, soon }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      client.on("ask", (value: unknown, ack: Ack) => ack(value));
      const asked = (event: string): Promise<string> =>
        soon(
          new Promise(
            (resolve) =>
              void socket
                .timeout(event === "ask" ? 4000 : 40)
                .emit(event, 1, (...args: readonly unknown[]) => resolve(show(...args))),
          ),
        );
      note(`in time: ${await asked("ask")}`);
      note(`too late: ${await asked("silent")}`);
      note(`promise: ${show(await soon(socket.emitWithAck("ask", 2)))}`);
      note(`with a limit: ${show(await soon(socket.timeout(4000).emitWithAck("ask", 3)))}`);
      note(`too late: ${await soon(socket.timeout(40).emitWithAck("silent").then(String, messageOf))}`);
      note(`timeout gives itself: ${socket.timeout(10) === socket}`);
    },
  },
  {
    name: "gives itself from what sets up the next emit",
    generations: BOTH,
    async run({ serve, join, note, generation }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      note(`compress ${socket.compress(true) === socket}, volatile ${socket.volatile === socket}`);
      note(`send ${socket.send("x") === socket}, write ${socket.write("x") === socket}`);
      if (generation === 2) note(`binary ${socket.binary(false) === socket}, json ${socket.json === socket}`);
      note(`use ${socket.use((_packet, next) => next()) === socket}`);
      note(`on ${socket.on("x", () => {}) === socket}`);
      note(`disconnect ${socket.disconnect() === socket}, again ${socket.disconnect(true) === socket}`);
    },
  },
  {
    name: "refuses to emit reserved names",
    generations: [4],
    async run({ serve, join, attempt }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      for (const event of [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
      ]) {
        attempt(event, () => socket.emit(event));
      }
      attempt("error", () => socket.emit("error"));
      attempt("of an operator", () => socket.broadcast.emit("disconnect"));
    },
  },
  {
    name: "keeps its own events to itself",
    generations: [2],
    async run({ serve, join, note, settled, show, observer }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      const tell = observer("client");
      for (const event of ["error", "connect", "disconnect", "disconnecting"]) {
        socket.on(event, (...args: readonly unknown[]) => note(`${event}(${show(...args)})`));
        if (event !== "disconnect")
          client.on(event, (...args: readonly unknown[]) => tell(`${event}(${show(...args)})`));
        note(`${event} gives ${socket.emit(event, 1) === socket}`);
      }
      await settled(pair);
    },
  },
  {
    name: "lets middlewares see, change and hold back what the client sends",
    generations: BOTH,
    async run({ serve, join, note, show, settled, until }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      socket.use((packet, next) => {
        const [event] = packet;
        note(`first: ${show(event, packet.length)}`);
        if (event === "news") packet[1] = "changed";
        if (event !== "held") next();
      });
      socket.use((packet, next) => {
        note(`second: ${show(packet[0])}`);
        next();
      });
      socket.on("news", (...args: readonly unknown[]) => note(`news(${show(...args)})`));
      socket.on("held", () => note("held"));
      const heard = until(socket, "news");
      client.emit("news", "as it was", 2);
      await heard;
      client.emit("held", 1);
      await settled(pair);
    },
  },
  {
    name: "tells of what a middleware refuses: by its own error in 4.x, to the client in 2.x",
    generations: BOTH,
    async run({ serve, join, note, show, settled, observer, generation }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      const tell = observer("client");
      socket.use(([event], next) => {
        if (event === "plain") next(new Error("not that"));
        else if (event === "data") next(Object.assign(new Error("not that"), { data: { code: 1 } }));
        else next();
      });
      if (generation === 4) socket.on("error", (error: unknown) => note(`error(${show(error)})`));
      client.on("error", (error: unknown) => tell(`error(${show(error)})`));
      client.on("connect_error", (error: unknown) => tell(`connect_error(${show(error)})`));
      socket.on("plain", () => note("plain"));
      client.emit("plain");
      client.emit("data");
      await settled(pair);
      note(`connected=${socket.connected}`);
    },
  },
  {
    name: "tells listeners of all events, in and out, before those of the event",
    generations: [4],
    async run({ serve, join, note, show, settled, until }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      const any = (...args: readonly unknown[]): void => note(`any(${show(...args)})`);
      const out = (...args: readonly unknown[]): void => note(`out(${show(...args)})`);
      note(`gives itself: ${socket.onAny(any) === socket}, ${socket.onAnyOutgoing(out) === socket}`);
      socket.prependAny((event: string) => note(`first any ${event}`));
      socket.prependAnyOutgoing((event: string) => note(`first out ${event}`));
      note(`listeners: ${socket.listenersAny().length}, ${socket.listenersAnyOutgoing().length}`);
      socket.on("news", () => note("news"));
      const heard = until(socket, "news");
      client.emit("news", 1);
      await heard;
      await settled(pair);
      socket.emit("told", 2);
      served.io.emit("broadcast", 3);
      socket.broadcast.emit("others", 4);
      note(`off: ${socket.offAny(any) === socket}, ${socket.listenersAny().length}`);
      socket.offAny();
      socket.offAnyOutgoing(out);
      socket.offAnyOutgoing();
      note(`listeners: ${socket.listenersAny().length}, ${socket.listenersAnyOutgoing().length}`);
    },
  },
  {
    name: "is an emitter of Node, with all that belongs to it",
    generations: BOTH,
    async run({ serve, join, note, show, settled, generation, list }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      if (generation === 2) {
        socket.on("newListener", (event: unknown) => note(`newListener(${show(event)})`));
        socket.on("removeListener", (event: unknown) => note(`removeListener(${show(event)})`));
      }
      const listen = (): void => note("news");
      socket.on("news", listen);
      socket.prependListener("news", () => note("before news"));
      socket.once("news", () => note("once news"));
      client.emit("news");
      client.emit("news");
      await settled(pair);
      socket.removeListener("news", listen);
      note(
        `count ${socket.listenerCount("news")}, names ${list(socket.eventNames().filter((event) => event !== "error"))}`,
      );
      socket.setMaxListeners(30);
      note(`max ${socket.getMaxListeners()}`);
    },
  },
  {
    name: "lets plugins put themselves in the place of onevent and emit",
    generations: BOTH,
    async run({ serve, join, note, show, settled, observer, until }) {
      const served = await serve();
      const pair = await join(served, "one", {
        setUp(socket) {
          const { onevent, emit } = socket;
          socket.onevent = function (packet) {
            note(`onevent(${show(packet.data)})`);
            if (packet.data[0] === "news") packet.data[1] = "changed by the plugin";
            Reflect.apply(onevent, this, [packet]);
            if (packet.data[0] !== "barrier") Reflect.apply(emitLocally, this, ["*", packet.data]);
          };
          socket.emit = function (event, ...args) {
            if (event !== "barrier") note(`emit(${show(event)})`);
            return Reflect.apply(emit, this, [event, ...args]);
          };
          socket.on("*", (data: unknown) => note(`*(${show(data)})`));
        },
      });
      const { client, socket } = pair;
      const tell = observer("client");
      client.on("told", (...args: readonly unknown[]) => tell(`told(${show(...args)})`));
      socket.on("news", (...args: readonly unknown[]) => note(`news(${show(...args)})`));
      const heard = until(socket, "news");
      client.emit("news", "as it was");
      await heard;
      await settled(pair);
      socket.emit("told", 1);
      await settled(pair);
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
    name: "takes an answer that comes after it has left for nothing",
    generations: BOTH,
    async run({ serve, join, note, until, pause }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      let answer: Ack = () => {};
      const asked = new Promise<void>((resolve) =>
        socket.on("ask", (ack: Ack) => {
          answer = ack;
          resolve();
        }),
      );
      client.emit("ask", () => note("answered"));
      await asked;
      const gone = until(client, "disconnect");
      socket.disconnect();
      await gone;
      answer(1);
      await pause(10);
      note("nothing happened");
    },
  },
  {
    name: "sends an error to the client",
    generations: [2],
    async run({ serve, join, note, show, until }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const told = until(client, "error");
      socket.error({ code: 1, text: "no" });
      note(`client: ${show((await told)[0])}, connected=${socket.connected}`);
    },
  },
  {
    name: "sends a packet that a program made",
    generations: [2],
    async run({ serve, join, note, show, until }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const told = until(client, "made");
      socket.packet({ type: 2, data: ["made", 1, "two"] });
      note(`client: ${show(...(await told))}`);
      const encoded = until(client, "encoded");
      socket.packet(['2["encoded",1]'], { preEncoded: true });
      note(`client: ${show(...(await encoded))}`);
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
    name: "hears events whose names are numbers",
    generations: BOTH,
    async run({ serve, join, note, show, settled }) {
      const served = await serve();
      const pair = await join(served, "one");
      pair.socket.on("7", (...args: readonly unknown[]) => note(`7(${show(...args)})`));
      Reflect.apply(pair.client.emit, pair.client, [7, "x"]);
      await settled(pair);
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
];

/** What an emitter of Node does with an event; a plugin uses it to emit without sending. */
function emitLocally(this: ApiSocket, event: string, ...args: readonly unknown[]): void {
  for (const listener of this.listeners(event)) if (typeof listener === "function") Reflect.apply(listener, this, args);
}
