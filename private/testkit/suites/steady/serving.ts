// Our server in a process of its own, that serves what the suite sends and tells what is left of it.
// Place: steady suite -> bytes -> **server's process**
// Rules: heap is read after a garbage collection; what is still under way is told against what was there before anybody
//        came; the parent says when to look, and when to end.

import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { Server } from "@bowline/server";

/** What is left of a server that nobody is connected to any more. */
export interface ServingReport {
  readonly heapBytes: number;
  /** Timers, sockets and requests that were not there before anybody came. */
  readonly leftOver: readonly string[];
  /** Listeners of the process. */
  readonly listeners: number;
  readonly clients: number;
  readonly sockets: number;
  readonly rooms: number;
  readonly namespaces: number;
}

const PATIENCE_MS = 10_000;
const LOOK_INTERVAL_MS = 20;
/** So small that the log of the recoveries is full from the beginning. */
const LOG_BYTES = 100_000;

const keepsSessions = process.argv[2] === "recovery";
const httpServer = createServer();
const io = new Server(httpServer, {
  transports: ["websocket"],
  cleanupEmptyChildNamespaces: true,
  ...(keepsSessions ? { connectionStateRecovery: { maxLogBytes: LOG_BYTES } } : {}),
});

io.on("connection", (socket) => {
  socket.on("count", () => undefined);
  socket.on("sync", (answer: () => void) => answer());
  socket.on("rooms", (first: number, count: number, answer: () => void) => {
    for (let room = first; room < first + count; room++) {
      void socket.join(`room ${room}`);
      void socket.leave(`room ${room}`);
    }
    answer();
  });
  socket.on("tell", (text: string) => io.emit("told", text));
});
io.of(/^\/on-demand-\d+$/).on("connection", (socket) => {
  void socket.join("everybody");
});

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await pause(LOOK_INTERVAL_MS);
  }
  return process.memoryUsage().heapUsed;
}

function beyond(before: readonly string[]): string[] {
  const expected = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const at = expected.indexOf(name);
    if (at >= 0) expected.splice(at, 1);
    return at < 0 && name !== "Immediate";
  });
}

async function report(before: readonly string[]): Promise<ServingReport> {
  const until = performance.now() + PATIENCE_MS;
  const isBusy = () => io.engine.clientsCount > 0 || beyond(before).length > 0;
  while (isBusy() && performance.now() < until) await pause(LOOK_INTERVAL_MS);
  return {
    heapBytes: await heapBytes(),
    leftOver: beyond(before),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    clients: io.engine.clientsCount,
    sockets: io.sockets.sockets.size,
    rooms: io.sockets.adapter.rooms.size,
    namespaces: [...io.nsps.keys()].length,
  };
}

httpServer.listen(0, "127.0.0.1", () => {
  let before: readonly string[] = [];
  process.on("message", (message) => {
    if (message === "end") process.exit();
    void report(before).then((made) => process.send?.(made));
  });
  // Where sessions are kept, one timer looks for what is too old as long as there is any.
  before = [...process.getActiveResourcesInfo(), ...(keepsSessions ? ["Timeout"] : [])];
  process.send?.(httpServer.address());
});
