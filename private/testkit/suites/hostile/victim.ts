// The server under attack, in a process of its own, so that its death is a death and its heap is its own.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket -> **handlers that echo**
// Rules: whatever reaches the process uncaught ends it, with the cause told to the parent; it listens on loopback only;
//        after "close" nothing keeps it alive, so that it ends by itself or shows a handle that was left.

import { createServer } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ServerOptions, Socket } from "@bowline/server";
import { createProgram } from "./programs.ts";
import { serverClass } from "./server-class.ts";
import type { VictimReport } from "./victim-process.ts";

const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS_PER_MS = 1000;
/** Longer than a busy machine takes to ask whether it runs. */
const SLOW_MIDDLEWARE_MS = 250;
const prototypes: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, String.prototype];

function fingerprint(): string {
  return prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String).join(",")).join(";");
}

function tell(message: object): void {
  process.send?.(message);
}

function die(kind: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ is: "died", text: `${kind}: ${text}` }, undefined, {}, () => process.exit(70));
}

function answer(socket: Socket): void {
  socket.on("echo", (...args: unknown[]) => {
    const last = args.at(-1);
    if (typeof last === "function") Reflect.apply(last, undefined, args.slice(0, -1));
    else socket.emit("echo", ...args);
  });
  socket.on("spread", (...args: unknown[]) => {
    if (typeof args.at(-1) !== "function") socket.to("all").volatile.emit("spread", ...args);
  });
  void socket.join("all");
}

/** The parent's own options come through here. */
function areOptions(value: unknown): value is Partial<ServerOptions> {
  return typeof value === "object" && value !== null;
}

process.on("uncaughtException", (error) => die("uncaughtException", error));
process.on("unhandledRejection", (reason) => die("unhandledRejection", reason));

const atStart = fingerprint();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

let busiestTurnMs = 0;
let turnBegan = { atMs: performance.now(), cpu: process.cpuUsage() };

/** Looks at how long the loop has been busy since the last look: what it waited for a processor does not count. */
function lookAtTurn(): void {
  const { user, system } = process.cpuUsage(turnBegan.cpu);
  const atMs = performance.now();
  busiestTurnMs = Math.max(busiestTurnMs, Math.min(atMs - turnBegan.atMs, (user + system) / MICROSECONDS_PER_MS));
  turnBegan = { atMs, cpu: process.cpuUsage() };
}

setInterval(lookAtTurn, 1).unref();

const http = createServer((_request, response) => {
  response.writeHead(404).end();
});
const given: unknown = JSON.parse(process.argv[2] ?? "{}");
const program = createProgram(process.argv[3] ?? "");
const Server = await serverClass(process.argv[4]);
const io = new Server(http, { ...program.options, ...(areOptions(given) ? given : {}) });
program.prepare?.(io);
let middlewaresRunning = 0;
let isClosing = false;
for (const name of ["/", "/admin", "/slow", "/barred"]) io.of(name).on("connection", answer);
io.of("/slow").use((_socket, next) => {
  middlewaresRunning++;
  setTimeout(() => {
    middlewaresRunning--;
    next();
  }, SLOW_MIDDLEWARE_MS);
});
io.of("/barred").use((_socket, next) => next(new Error("barred")));

/** Servers of 2.x have an object there. */
function countOf(sockets: ReadonlyMap<string, unknown>): number {
  return sockets instanceof Map ? sockets.size : Object.keys(sockets).length;
}

function report(): VictimReport {
  lookAtTurn();
  globalThis.gc?.();
  const namespaces = ["/", "/admin", "/slow", "/barred"].map((name) => io.of(name));
  const { heapUsed, rss, external } = process.memoryUsage();
  const result = {
    connections: io.engine?.clientsCount ?? 0,
    sockets: namespaces.reduce((sum, namespace) => sum + countOf(namespace.sockets), 0),
    middlewaresRunning,
    // Node counts the memory of buffers among what is external.
    heldBytes: heapUsed + external,
    rssBytes: rss,
    longestDelayMs: delay.max / NANOSECONDS_PER_MS,
    busiestTurnMs,
    prototypesAreClean: fingerprint() === atStart,
    figures: program.figures?.() ?? {},
  };
  delay.reset();
  // What the report itself has taken, as its garbage collection, is no fault of the server.
  busiestTurnMs = 0;
  turnBegan = { atMs: performance.now(), cpu: process.cpuUsage() };
  return result;
}

// A server whose tests have been stopped is not to stay behind.
process.on("disconnect", () => {
  if (!isClosing) process.exit(1);
});
process.on("message", (command: unknown) => {
  if (command === "report") tell({ is: "report", report: report() });
  else if (command === "close") {
    isClosing = true;
    delay.disable();
    void io.close(() => process.disconnect());
  }
});

// Thousands may come at once; with fewer places in the queue it is the system that has them wait.
http.listen({ port: 0, host: "127.0.0.1", backlog: 8192 }, () => {
  const address = http.address();
  tell({ is: "listening", port: typeof address === "object" && address !== null ? address.port : 0 });
});
