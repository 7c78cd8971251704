// Our client in a process of its own, that does the same thing many times and looks at what is left of it.
// Place: steady suite -> **client's process** -> bytes -> server of the suite
// Rules: a quarter of the laps warm up; heap is read after a garbage collection; the process ends by itself, since
//        nothing of a client that has left keeps it alive.

import { setTimeout as pause } from "node:timers/promises";
import { io } from "@bowline/client";

/** What a process is told to do. */
export interface Laps {
  readonly url: string;
  readonly kind: "connections" | "reconnections" | "acks";
  readonly transports: readonly string[];
  readonly count: number;
}

/** What was left. */
export interface LapsReport {
  /** Growth of the heap over the laps behind the warm-up, in bytes. */
  readonly grownBytes: number;
  /** Timers, sockets and requests that were there at the end and not at the start. */
  readonly leftOver: readonly string[];
  /** Listeners of the process that were added over the laps behind the warm-up. */
  readonly addedListeners: number;
}

type Socket = ReturnType<typeof io>;

/** Acks that are under way at a time. */
const BATCH = 500;
const PATIENCE_MS = 5000;
const LOOK_INTERVAL_MS = 20;

function open({ url, transports }: Laps): Socket {
  return io(url, { transports, forceNew: true, reconnectionDelay: 1, reconnectionDelayMax: 1 });
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
}

async function connectOften(laps: Laps, count: number): Promise<void> {
  for (let lap = 0; lap < count; lap++) {
    const socket = open(laps);
    await connected(socket);
    socket.disconnect();
  }
}

async function reconnectOften(laps: Laps, count: number): Promise<void> {
  const socket = open(laps);
  await connected(socket);
  for (let lap = 0; lap < count; lap++) {
    const back = connected(socket);
    socket.io.engine.close();
    await back;
  }
  socket.disconnect();
}

async function askOften(laps: Laps, count: number): Promise<void> {
  const socket = open(laps);
  await connected(socket);
  for (let asked = 0; asked < count; asked += BATCH) {
    const answers = Array.from({ length: BATCH }, (_, index) => socket.timeout(60_000).emitWithAck("echo", index));
    await Promise.all(answers);
  }
  socket.disconnect();
}

const KINDS = { connections: connectOften, reconnections: reconnectOften, acks: askOften };

/** What is still under way but the pipes of the process itself, once it has had its time to end. */
async function leftOver(before: readonly string[]): Promise<string[]> {
  const look = (): string[] => {
    const expected = [...before];
    return process.getActiveResourcesInfo().filter((name) => {
      const at = expected.indexOf(name);
      if (at >= 0) expected.splice(at, 1);
      return at < 0 && name !== "Immediate";
    });
  };
  const until = performance.now() + PATIENCE_MS;
  // The look itself waits with a timer, which is over by then.
  while (look().length > 0 && performance.now() < until) await pause(LOOK_INTERVAL_MS);
  return look();
}

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await pause(LOOK_INTERVAL_MS);
  }
  return process.memoryUsage().heapUsed;
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

async function run(laps: Laps): Promise<LapsReport> {
  const before = process.getActiveResourcesInfo();
  await KINDS[laps.kind](laps, Math.ceil(laps.count / 4));
  const heapBefore = await heapBytes();
  const listenersBefore = listeners();
  await KINDS[laps.kind](laps, laps.count);
  return {
    leftOver: await leftOver(before),
    grownBytes: (await heapBytes()) - heapBefore,
    addedListeners: listeners() - listenersBefore,
  };
}

function isKind(name: string): name is Laps["kind"] {
  return Object.hasOwn(KINDS, name);
}

const [url = "", kind = "", count = "", ...transports] = process.argv.slice(2);
if (!isKind(kind)) throw new TypeError(`Cannot run "${kind}": the kinds are ${Object.keys(KINDS).join(", ")}`);
process.stdout.write(`${JSON.stringify(await run({ url, kind, count: Number(count), transports }))}\n`);
