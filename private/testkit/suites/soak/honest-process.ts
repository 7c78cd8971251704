// Honest clients in a process of their own, who ask at an even pace and measure how long the answers take.
// Place: parent -> **honest clients' process** -> official clients of 4.8 -> server
// Rules: a question is counted from the moment at which it was due, so that a server which answers late does not make the
//        clients ask less; who loses its connection comes back, and what is not answered in time counts with that time.
// Usage: honest-process.ts PORT CLIENTS RATE; "begin" starts a measurement, "take" gives it.

import { createHistogram } from "node:perf_hooks";
import { io, type Socket } from "socket.io-client-v4";
import { latencyOf } from "./ledger.ts";

const [port = 0, clients = 0, rate = 1] = process.argv.slice(2).map(Number);
const LONGEST_MS = 5000;
const MICROSECONDS_PER_MS = 1000;
const TICK_MS = 4;
const histogram = createHistogram();
let losses = 0;
let missing = 0;

function note(dueMs: number, isAnswered: boolean): void {
  if (!isAnswered) missing += 1;
  histogram.record(Math.max(1, Math.round((performance.now() - dueMs) * MICROSECONDS_PER_MS)));
}

function ask(socket: Socket, dueMs: number): void {
  socket.timeout(LONGEST_MS).emit("echo", "a question", (error: unknown) => note(dueMs, error === null));
}

const sockets = Array.from({ length: clients }, () => {
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
  socket.on("disconnect", () => {
    losses += 1;
    // Who is sent away by the server does not come back by itself.
    if (!socket.active) socket.connect();
  });
  return socket;
});
await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.once("connect", resolve))));

const began = performance.now();
let asked = 0;
setInterval(() => {
  const due = ((performance.now() - began) / 1000) * rate * clients;
  while (asked < due) {
    const socket = sockets[asked % clients];
    if (socket !== undefined) ask(socket, began + (asked / (rate * clients)) * 1000);
    asked += 1;
  }
}, TICK_MS);

process.on("disconnect", () => process.exit(0));
process.on("message", (what: unknown) => {
  if (what === "take") process.send?.({ ...latencyOf(histogram), losses, missing });
  histogram.reset();
  losses = 0;
  missing = 0;
});
process.send?.("ready");
