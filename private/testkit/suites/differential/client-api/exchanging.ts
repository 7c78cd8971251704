// Cases about events: sent, kept, dropped, acknowledged, heard by name and by all.
// Place: **cases** -> stage -> client package

import { isListener, type Listener } from "../../../src/peers/raw-surface.ts";
import { describeValues } from "../describe-value.ts";
import type { ApiCase, Stage } from "./stage.ts";

const BOTH = [2, 4] as const;

function noteAck({ note }: Stage, name: string): Listener {
  return (...answer) => note(`ack of ${name}(${describeValues(answer)})`);
}

function attempt({ note }: Stage, action: () => unknown): void {
  try {
    action();
    note("nothing thrown");
  } catch (error) {
    note(`thrown ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Cases about events. */
export const EXCHANGING: readonly ApiCase[] = [
  {
    name: "sends events and hears their answers",
    generations: BOTH,
    async run(stage) {
      const { io, url, until, note } = stage;
      const socket = io(url);
      socket.on("echo", (...args) => note(`echo(${describeValues(args)})`));
      await until(socket, "connect");
      note(`emit gives itself: ${socket.emit("echo", 1, "two", { three: [3] }) === socket}`);
      note(`compress gives itself: ${socket.compress(false) === socket}`);
      await until(socket, "echo");
      socket.compress(false).emit("echo", Buffer.from([1, 2]), new Date(0), undefined, null);
      await until(socket, "echo");
      socket.emit("echo", "asked", noteAck(stage, "echo"));
      await stage.settled(socket);
    },
  },
  {
    name: "keeps what is emitted before it is connected, in order, and sends it before connect is told",
    generations: BOTH,
    async run({ io, url, server, until, settled, note }) {
      server.onConnection("/", (socket) => socket.on("order", (value) => note(`server: order ${String(value)}`)));
      const socket = io(url);
      socket.on("connect", () => {
        note(`connect, waiting: ${socket.sendBuffer.length}`);
        socket.emit("order", 3);
      });
      socket.emit("order", 1);
      socket.emit("order", 2);
      note(`waiting: ${socket.sendBuffer.length}`);
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "forgets what waits when the program empties the buffer",
    generations: BOTH,
    async run({ io, url, server, until, settled, note }) {
      server.onConnection("/", (socket) => socket.on("order", (value) => note(`server: order ${String(value)}`)));
      const socket = io(url);
      socket.emit("order", 1);
      socket.sendBuffer = [];
      socket.emit("order", 2);
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "keeps what is emitted while the connection is lost",
    generations: BOTH,
    async run({ io, url, server, until, settled, note }) {
      server.onConnection("/", (socket) => socket.on("order", (value) => note(`server: order ${String(value)}`)));
      const socket = io(url);
      await until(socket, "connect");
      socket.on("disconnect", () => {
        socket.emit("order", 1);
        note(`waiting: ${socket.sendBuffer.length}`);
      });
      socket.io.engine.close();
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "removes listeners by any name of the method",
    generations: BOTH,
    async run({ io, deadUrl, note }) {
      const socket = io(deadUrl, { autoConnect: false });
      const one = (): void => {};
      const other = (): void => {};
      const count = (): void => note(`${socket.listeners("a").length} ${socket.hasListeners("a")}`);
      socket.on("a", one);
      socket.on("a", other);
      socket.once("a", one);
      count();
      socket.off("a", one);
      count();
      socket.removeListener("a", other);
      count();
      socket.on("a", one);
      socket.off("a");
      count();
      socket.on("a", one);
      socket.removeAllListeners("b");
      count();
      socket.removeAllListeners();
      count();
    },
  },
  {
    name: "refuses reserved names",
    generations: [4],
    async run(stage) {
      const socket = stage.io(stage.deadUrl, { autoConnect: false });
      for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]) {
        attempt(stage, () => socket.emit(name));
      }
      attempt(stage, () => socket.emit("error", 1));
      attempt(stage, () => socket.emit("ping", 1));
    },
  },
  {
    name: "tells reserved names to its own listeners",
    generations: [2],
    async run({ io, url, watch, until, note }) {
      const socket = io(url);
      await until(socket, "connect");
      watch(socket);
      for (const name of ["connect", "connecting", "disconnect", "error", "reconnect", "connect_error"]) {
        socket.emit(name, name);
      }
      note(`waiting: ${socket.sendBuffer.length}`);
    },
  },
  {
    name: "goes on after json and binary",
    generations: [2],
    async run({ io, url, until, note }) {
      const socket = io(url);
      socket.on("echo", (...args) => note(`echo(${describeValues(args)})`));
      await until(socket, "connect");
      note(`json is itself: ${socket.json === socket}`);
      socket.binary(true).emit("echo", Buffer.from([1]));
      await until(socket, "echo");
    },
  },
  {
    name: "sends what is volatile when it can, and drops it otherwise",
    generations: [4],
    async run({ io, url, server, until, settled, note, pause }) {
      server.onConnection("/", (socket) => socket.on("order", (value) => note(`server: order ${String(value)}`)));
      const socket = io(url);
      socket.volatile.emit("order", "before");
      note(`waiting: ${socket.sendBuffer.length}`);
      await until(socket, "connect");
      await pause(20);
      socket.volatile.emit("order", "connected");
      await settled(socket);
      socket.io.engine.close();
      socket.volatile.emit("order", "lost");
      note(`waiting: ${socket.sendBuffer.length}`);
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "tells listeners of all events",
    generations: [4],
    async run({ io, url, until, settled, note }) {
      const socket = io(url);
      const second: Listener = (...args) => note(`second any(${describeValues(args)})`);
      socket.onAny(second);
      socket.prependAny((...args) => note(`first any(${describeValues(args)})`));
      socket.on("echo", (...args) => note(`echo(${describeValues(args)})`));
      note(`listeners: ${socket.listenersAny().length}, last ${socket.listenersAny().at(-1) === second}`);
      await until(socket, "connect");
      socket.emit("echo", 1);
      await until(socket, "echo");
      socket.offAny(second);
      socket.emit("echo", 2);
      await until(socket, "echo");
      socket.offAny();
      note(`listeners: ${socket.listenersAny().length}`);
      await settled(socket);
    },
  },
  {
    name: "tells listeners of all events that are sent, when they are sent",
    generations: [4],
    async run({ io, url, until, settled, note }) {
      const socket = io(url);
      const second: Listener = (...args) => note(`second out(${describeValues(args)}) connected=${socket.connected}`);
      socket.onAnyOutgoing(second);
      socket.prependAnyOutgoing((...args) => note(`first out(${describeValues(args)})`));
      socket.emit("echo", "early", () => {});
      note("emitted");
      socket.on("connect", () => note("connect"));
      await until(socket, "connect");
      socket.emit("echo", 1);
      socket.volatile.emit("echo", 2);
      socket.offAnyOutgoing(second);
      socket.emit("echo", 3);
      socket.offAnyOutgoing();
      note(`listeners: ${socket.listenersAnyOutgoing().length}`);
      await settled(socket);
    },
  },
  {
    name: "gives an acknowledgement with a time limit an error first",
    generations: [4],
    async run(stage) {
      const { io, url, until, pause } = stage;
      const socket = io(url, { autoConnect: false });
      socket.timeout(1).emit("echo", "early", noteAck(stage, "early"));
      await pause(10);
      socket.connect();
      await until(socket, "connect");
      socket.timeout(1000).emit("echo", 1, noteAck(stage, "echo"));
      socket.timeout(30).emit("silent", noteAck(stage, "silent"));
      await pause(80);
    },
  },
  {
    name: "limits every acknowledgement by ackTimeout",
    generations: [4],
    async run(stage) {
      const { io, url, until, pause, note } = stage;
      const socket = io(url, { ackTimeout: 40 });
      await until(socket, "connect");
      socket.emit("echo", 1, noteAck(stage, "echo"));
      socket.emit("silent", noteAck(stage, "silent"));
      socket.emitWithAck("silent").catch((error: Error) => note(`rejected ${error.message}`));
      await pause(100);
    },
  },
  {
    name: "lets the answer be awaited",
    generations: [4],
    async run({ io, url, until, note }) {
      const socket = io(url);
      await until(socket, "connect");
      note(`answer ${describeValues([await socket.emitWithAck("echo", 1, 2)])}`);
      note(`answer ${describeValues([await socket.timeout(1000).emitWithAck("echo", "x")])}`);
      await socket
        .timeout(20)
        .emitWithAck("silent")
        .catch((error: Error) => note(`rejected ${error.message}`));
      const lost = socket.emitWithAck("silent").catch((error: Error) => note(`rejected ${error.message}`));
      socket.disconnect();
      await lost;
    },
  },
  {
    name: "tells acknowledgements that the connection is lost, where they take an error",
    generations: [4],
    async run(stage) {
      const { io, url, until, watch, pause } = stage;
      const socket = io(url, { reconnection: false });
      watch(socket);
      await until(socket, "connect");
      socket.emit("silent", noteAck(stage, "plain"));
      socket.timeout(60_000).emit("silent", noteAck(stage, "limited"));
      socket.emit("kick");
      await until(socket, "disconnect");
      socket.timeout(30).emit("echo", noteAck(stage, "kept"));
      await pause(60);
    },
  },
  {
    name: "drops acknowledgements when the connection is lost",
    generations: [2],
    async run(stage) {
      const { io, url, until, watch, pause } = stage;
      const socket = io(url, { reconnection: false });
      watch(socket);
      await until(socket, "connect");
      socket.emit("silent", noteAck(stage, "plain"));
      socket.emit("kick");
      await until(socket, "disconnect");
      await pause(30);
    },
  },
  {
    name: "answers the server once",
    generations: BOTH,
    async run({ io, url, server, until, settled, note }) {
      server.onConnection("/", (socket) => {
        socket.emit("ask", 1, (...answer: readonly unknown[]) => note(`server: answer(${describeValues(answer)})`));
      });
      const socket = io(url);
      socket.on("ask", (value, answer) => {
        note(`ask(${String(value)})`);
        if (!isListener(answer)) return;
        answer("first", 2);
        answer("second");
      });
      await until(socket, "ask");
      await settled(socket);
    },
  },
  {
    name: "keeps what is emitted on a connection that must be dead",
    generations: [4],
    server: { pingIntervalMs: 50, pingTimeoutMs: 50 },
    async run({ io, url, server, until, settled, note, watch }) {
      server.onConnection("/", (socket) => socket.on("order", (value) => note(`server: order ${String(value)}`)));
      const socket = io(url);
      await until(socket, "connect");
      watch(socket);
      // As a laptop that slept: no timer ran, and nothing was read.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      socket.emit("order", 1);
      note(`waiting: ${socket.sendBuffer.length}`);
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "sends again what is not acknowledged, one event at a time",
    generations: [4],
    async run(stage) {
      const { io, url, server, until, settled, note } = stage;
      let tries = 0;
      server.onConnection("/", (socket) => {
        socket.on("flaky", (...args) => {
          tries += 1;
          const answer = args.at(-1);
          note(
            `server: flaky(${describeValues(args.slice(0, -1))}), an answer is wanted: ${typeof answer === "function"}`,
          );
          if (tries === 2 && isListener(answer)) answer("at last");
        });
      });
      const socket = io(url, { retries: 2, ackTimeout: 40 });
      socket.on("connect", () => note("connect"));
      socket.onAnyOutgoing((event) => note(`out ${String(event)}`));
      socket.emit("flaky", 1, noteAck(stage, "flaky"));
      socket.emit("echo", 2, noteAck(stage, "echo"));
      socket.emit("silent", noteAck(stage, "silent"));
      socket.emitWithAck("echo", 3).then(
        (answer) => note(`answer ${describeValues([answer])}`),
        () => {},
      );
      note(`waiting: ${socket.sendBuffer.length}`);
      await until(socket, "connect");
      await settled(socket);
    },
  },
  {
    name: "starts anew over the next connection what is not acknowledged",
    generations: [4],
    async run(stage) {
      const { io, url, until, settled, note } = stage;
      const socket = io(url, { retries: 3, ackTimeout: 10_000 });
      socket.on("connect", () => note("connect"));
      socket.on("disconnect", () => note("disconnect"));
      await until(socket, "connect");
      socket.onAnyOutgoing((event) => note(`out ${String(event)}`));
      socket.emit("cut", noteAck(stage, "cut"));
      socket.emit("echo", 1, noteAck(stage, "echo"));
      await until(socket, "disconnect");
      socket.connect();
      await until(socket, "disconnect");
      socket.connect();
      await until(socket, "disconnect");
      socket.connect();
      await until(socket, "disconnect");
      socket.connect();
      await until(socket, "connect");
      await settled(socket);
    },
  },
];
