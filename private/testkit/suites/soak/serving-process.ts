// A server in a process of its own, which runs for hours: it says what it is told to, tells what it has heard, and how it is.
// Place: parent -> **server's process** -> clients, attackers
// Rules: honest clients have a name in their query, and everybody else is an attacker; whatever reaches the process uncaught
//        ends it, with the cause told to the parent; the heap is read after a garbage collection, and the delay of the event
//        loop before it.

import { createServer } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Server as OurServer, Socket } from "@bowline/server";
import { importOwn, memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isPayload, payloadOf } from "./payload.ts";
import type { Glance, Look, Order, Saying, ServingOptions } from "./server-process.ts";

const NANOSECONDS_PER_MS = 1e6;
const TELL_INTERVAL_MS = 20;
const ATTACKERS = "attackers";

function tell(message: object): void {
  process.send?.(message);
}

function die(kind: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ is: "died", text: `${kind}: ${text}` }, undefined, {}, () => process.exit(70));
}

process.on("uncaughtException", (error) => die("uncaughtException", error));
process.on("unhandledRejection", (reason) => die("unhandledRejection", reason));
process.on("disconnect", () => process.exit(1));

/** The parent's own messages come through here. */
function isOrder(value: unknown): value is Order {
  return typeof value === "object" && value !== null && "do" in value;
}

function readOptions(text: string): ServingOptions;
function readOptions(text: string): unknown {
  const options: unknown = JSON.parse(text);
  return options;
}

/** Both have the interface of 4.x, as far as it is used here. */
function asClass(Server: unknown): typeof OurServer;
function asClass(Server: unknown): unknown {
  return Server;
}

const { server, keptForMs } = readOptions(process.argv[2] ?? "{}");
const http = createServer((_request, response) => {
  response.writeHead(404).end();
});
const loaded = server === "our server" ? await importOwn("@bowline/server") : requireOfficial("socket.io-v4");
const Server = asClass(memberOf(loaded, "Server"));
const io = new Server(http, {
  allowEIO3: true,
  pingInterval: 1000,
  pingTimeout: 2000,
  upgradeTimeout: 1500,
  connectTimeout: 3000,
  cleanupEmptyChildNamespaces: true,
  // What an attacker has it say is kept as well: with the default of 64 MiB that would be most of what is measured.
  connectionStateRecovery: { maxDisconnectionDuration: keptForMs, maxLogBytes: 3_000_000 },
});
const delay = monitorEventLoopDelay({ resolution: 10 });
let heard: [stream: string, number: number, isWhole: boolean][] = [];
let answers = 0;

const isFunction = (value: unknown): value is (...args: unknown[]) => void => typeof value === "function";

function answerAttacker(socket: Socket): void {
  socket.on("echo", (...args: unknown[]) => {
    const last = args.at(-1);
    if (isFunction(last)) last(...args.slice(0, -1));
    else socket.emit("echo", ...args);
  });
  socket.on("spread", (...args: unknown[]) => {
    if (!isFunction(args.at(-1))) socket.to(ATTACKERS).volatile.emit("spread", ...args);
  });
  void socket.join(ATTACKERS);
}

function welcome(socket: Socket): void {
  const { name, group } = socket.handshake.query;
  if (typeof name !== "string" || typeof group !== "string") {
    answerAttacker(socket);
    return;
  }
  if (!socket.recovered) void socket.join([name, group]);
  socket.on("say", (stream: unknown, number: unknown, payload: unknown, answer: unknown) => {
    heard.push([String(stream), Number(number), isPayload(payload, Number(number))]);
    if (isFunction(answer)) answer();
  });
  socket.on("enter", (room: unknown, answer: unknown) => {
    void socket.join(String(room));
    if (isFunction(answer)) answer();
  });
  socket.on("quit", (room: unknown, answer: unknown) => {
    void socket.leave(String(room));
    if (isFunction(answer)) answer();
  });
}

for (const namespace of [io.of("/"), io.of("/desk"), io.of("/admin"), io.of(/^\/(tenant|room)-/)]) {
  namespace.on("connection", welcome);
}
io.of("/barred").use((_socket, next) => next(new Error("barred")));

/** Namespaces made on demand may be gone, and are not to be made by those who speak to them. */
function say([namespace, room, event, stream, number]: Saying): void {
  const found = io._nsps.get(namespace);
  if (found === undefined) return;
  const audience = room === "" ? found : found.to(room);
  if (event === "ask") {
    audience.timeout(1000).emit("ask", number, (_error: unknown, replies: readonly unknown[]) => {
      answers += replies.length;
    });
  } else if (event === "tick") audience.volatile.emit("tick", number);
  else audience.emit(event, stream, number, payloadOf(number));
}

function tellHeard(): void {
  if (heard.length === 0) return;
  tell({ is: "heard", list: heard });
  heard = [];
}

function glance(): Glance {
  let honest = 0;
  let sockets = 0;
  let rooms = 0;
  const connections = new Set<unknown>();
  for (const namespace of io._nsps.values()) {
    rooms += namespace.adapter.rooms.size;
    for (const { conn, handshake } of namespace.sockets.values()) {
      sockets++;
      if (typeof handshake.query["name"] === "string" && !connections.has(conn)) honest++;
      connections.add(conn);
    }
  }
  const clients = io.engine.clientsCount;
  return { clients, attackers: Math.max(0, clients - honest), sockets, rooms, namespaces: io._nsps.size };
}

function handlesByKind(): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  delete kinds["Immediate"];
  return kinds;
}

async function look(): Promise<Look> {
  const [p50, p99] = [50, 99].map((share) => delay.percentile(share) / NANOSECONDS_PER_MS);
  const longest = delay.max / NANOSECONDS_PER_MS;
  globalThis.gc?.();
  // What has a finaliser is free after the next collection.
  await pause(5);
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const result = {
    ...glance(),
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    handles: handlesByKind(),
    delayMs: { p50: p50 ?? 0, p99: p99 ?? 0, longest },
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    answers,
    refusals: Object.values(server === "our server" ? io.refusals : {}).reduce((sum, count) => sum + Number(count), 0),
  };
  delay.reset();
  return result;
}

process.on("message", (order: unknown) => {
  if (!isOrder(order)) return;
  switch (order.do) {
    case "say":
      for (const saying of order.list) say(saying);
      return;
    case "glance":
      tell({ is: "answer", id: order.id, answer: glance() });
      return;
    case "look":
      void look().then((answer) => tell({ is: "answer", id: order.id, answer }));
      return;
    case "sync":
      tellHeard();
      tell({ is: "answer", id: order.id, answer: {} });
      return;
    case "end":
      process.exit(0);
      break;
    default:
      order satisfies never;
  }
});

http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  setInterval(tellHeard, TELL_INTERVAL_MS);
  delay.enable();
  tell({ is: "listening", port: typeof address === "object" && address !== null ? address.port : 0 });
});
