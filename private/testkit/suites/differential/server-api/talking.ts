// Cases about what a socket says and hears: events, answers, middlewares, listeners, plugins.
// Place: **cases** -> stage -> server package, official client

import { EventEmitter, once } from "node:events";
import { keysOf, messageOf, type ServerCase } from "./stage.ts";
import { type ApiSocket, isApiConnection, isApiSocket } from "./surface.ts";
import { openWire } from "./wire.ts";

const BOTH = [2, 4] as const;

type Ack = (...args: readonly unknown[]) => void;

/** Cases about events. */
export const TALKING: readonly ServerCase[] = [
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
    name: "sends values as JSON does, and leaves those of the program alone",
    generations: BOTH,
    async run({ serve, join, note, show, observer, settled, attempt, generation }) {
      const served = await serve();
      const pair = await join(served, "one");
      const tell = observer("client");
      pair.client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
      const value = { date: new Date(0), none: undefined, nan: Number.NaN, map: new Map([[1, 2]]), call: () => {} };
      pair.socket.emit("news", value, undefined, null, [undefined]);
      pair.socket.emit("news", new Uint8Array([1, 2]), new ArrayBuffer(1));
      if (generation === 4) {
        pair.socket.emit("news", { toJSON: () => ({ bytes: Buffer.from([9]) }) });
        pair.socket.emit("news", { _placeholder: true, num: 0 });
        attempt("a BigInt", () => typeof pair.socket.emit("news", 1n));
      }
      note(`the same: ${value.date instanceof Date && value.map instanceof Map}`);
      await settled(pair);
    },
  },
  {
    name: "refuses bytes that a client says to send and does not",
    generations: BOTH,
    async run({ serve, note, until, show, generation, atEnd }) {
      const served = await serve();
      const told = until(served.io.engine, "connection");
      const opening = await openWire(served.port, `/socket.io/?EIO=${generation === 2 ? 3 : 4}&transport=websocket`);
      if (!("wire" in opening)) throw new Error("no WebSocket");
      atEnd(() => opening.wire.close());
      const [connection] = await told;
      if (!isApiConnection(connection)) throw new Error("it is no connection");
      const closed = until(connection, "close");
      served.io.on("connection", (socket: ApiSocket) => socket.on("news", () => note("news")));
      if (generation === 4) opening.wire.send("40");
      opening.wire.send('451-["news",{"_placeholder":true,"num":3}]');
      opening.wire.send(Buffer.from(generation === 2 ? [4, 1] : [1]));
      note(`closed: ${show((await closed)[0])}`);
    },
  },
  {
    name: "can be waited for as emitters of Node can",
    generations: BOTH,
    async run({ serve, connect, note, show, soon }) {
      const { io, url } = await serve();
      const told = once(asEmitter(io.sockets), "connection");
      const client = connect(url);
      const [socket]: readonly unknown[] = await soon(told);
      if (!isApiSocket(socket)) throw new Error("it is no socket");
      const heard = once(asEmitter(socket), "news");
      client.emit("news", 1, "two");
      note(`heard: ${show(...(await soon(heard)))}`);
    },
  },
];

/** What an emitter of Node does with an event; a plugin uses it to emit without sending. */
function emitLocally(this: ApiSocket, event: string, ...args: readonly unknown[]): void {
  for (const listener of this.listeners(event)) if (typeof listener === "function") Reflect.apply(listener, this, args);
}

function asEmitter(value: unknown): EventEmitter {
  if (value instanceof EventEmitter) return value;
  throw new TypeError("it is no emitter of Node");
}
