// What attackers cost those who mean no harm: how long answers take with and without a tenth of hostile connections, on ours
// and on socket.io 4.8, in turn in one run.
// Place: **hostile load** -> server, honest clients, attackers, each a process of its own
// Rules: both get the same from the same code; the time with attackers is divided by the one without them just before, on the
//        same server; medians of all rounds.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { renderTable } from "../../../bench/src/report/table.ts";
import { median } from "../../../bench/src/statistics.ts";
import { startVictim, type Victim } from "../hostile/victim-process.ts";
import type { Latency } from "./ledger.ts";

/** What is measured. */
export interface HostilePlan {
  readonly connections: number;
  readonly rounds: number;
  readonly progress?: (line: string) => void;
}

/** What honest clients had. */
interface Honest extends Latency {
  readonly losses: number;
  readonly missing: number;
}

/** One measurement without attackers and one with them. */
interface Pair {
  readonly calm: Honest;
  readonly hostile: Honest;
}

/** What was measured of each server. */
export interface HostileResult {
  readonly when: string;
  readonly connections: number;
  readonly pairs: Readonly<Record<"ours" | "socket.io 4.8", readonly Pair[]>>;
  /** What attackers did in the last round, in a second. */
  readonly acts: Readonly<Record<string, number>>;
}

const UPSTREAM = createRequire(import.meta.url).resolve("socket.io-v4");
const HOSTILE_SHARE = 0.1;
/** Each honest client asks, and each attacker acts, so many times in a second. */
const ASK_RATE = 4;
const ACT_RATE = 20;
const WARM_UP_MS = 1500;
const MEASURE_MS = 5000;
const PAIRS_PER_SERVER = 2;
/** How much longer answers may take. */
const MOST_FACTOR = 2;

/** The children's own messages come through here. */
function asHonest(message: unknown): Honest;
function asHonest(message: unknown): unknown {
  return message;
}

function asCounts(message: unknown): { readonly counts: Readonly<Record<string, number>> };
function asCounts(message: unknown): unknown {
  return message;
}

async function start(file: string, ...args: readonly number[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args.map(String), {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

/** Measures for a while. */
async function measure(honest: ChildProcess): Promise<Honest> {
  honest.send("begin");
  await delay(MEASURE_MS);
  const told = once(honest, "message");
  honest.send("take");
  const [message] = await told;
  return asHonest(message);
}

class HostileLoad {
  readonly #plan: HostilePlan;
  #acts: Record<string, number> = {};

  constructor(plan: HostilePlan) {
    this.#plan = plan;
  }

  async run(): Promise<HostileResult> {
    const pairs = { ours: [] as Pair[], "socket.io 4.8": [] as Pair[] };
    for (let round = 0; round < this.#plan.rounds; round++) {
      // Who goes first takes turns, too.
      const order = round % 2 === 0 ? (["ours", "socket.io 4.8"] as const) : (["socket.io 4.8", "ours"] as const);
      for (const name of order) {
        const victim = await startVictim({}, "plain", name === "ours" ? undefined : UPSTREAM);
        try {
          pairs[name].push(...(await this.#measureServer(name, victim)));
        } finally {
          victim.kill();
        }
      }
    }
    return { when: new Date().toISOString(), connections: this.#plan.connections, pairs, acts: this.#acts };
  }

  async #measureServer(name: string, victim: Victim): Promise<Pair[]> {
    const { connections, progress } = this.#plan;
    const attackers = Math.round(connections * HOSTILE_SHARE);
    const honest = await start("honest-process.ts", victim.port, connections - attackers, ASK_RATE);
    const pairs: Pair[] = [];
    try {
      await delay(WARM_UP_MS);
      for (let pair = 0; pair < PAIRS_PER_SERVER; pair++) {
        const calm = await measure(honest);
        const annoying = await start("annoying-process.ts", victim.port, attackers, ACT_RATE);
        await delay(WARM_UP_MS);
        const hostile = await measure(honest);
        const told = once(annoying, "message");
        const ended = once(annoying, "exit");
        annoying.send("end");
        this.#noteActs((await told)[0]);
        await ended;
        pairs.push({ calm, hostile });
        progress?.(`${name}: p99 ${calm.p99.toFixed(1)} ms, with attackers ${hostile.p99.toFixed(1)} ms`);
        await delay(WARM_UP_MS);
      }
    } finally {
      await end(honest);
    }
    return pairs;
  }

  #noteActs(message: unknown): void {
    const seconds = (WARM_UP_MS + MEASURE_MS) / 1000;
    const rates = Object.entries(asCounts(message).counts).map(([name, count]) => [name, Math.round(count / seconds)]);
    this.#acts = Object.fromEntries(rates);
  }
}

/** Measures. */
export function measureHostileLoad(plan: HostilePlan): Promise<HostileResult> {
  return new HostileLoad(plan).run();
}

/** How many times longer the slowest hundredth took with attackers: the median of the pairs. */
function factorOf(pairs: readonly Pair[], of: (latency: Latency) => number): number {
  return median(pairs.map(({ calm, hostile }) => of(hostile) / of(calm)));
}

/** What was measured, as Markdown. */
export function renderHostileLoad({ when, connections, pairs, acts }: HostileResult): string {
  const rows = Object.entries(pairs).map(([name, own]) => {
    const middle = (of: (pair: Pair) => number): string => median(own.map(of)).toFixed(1);
    const total = (of: (honest: Honest) => number): number =>
      own.reduce((sum, { calm, hostile }) => sum + of(calm) + of(hostile), 0);
    return [
      name,
      `${middle(({ calm }) => calm.p50)}; ${middle(({ calm }) => calm.p99)} ms`,
      `${middle(({ hostile }) => hostile.p50)}; ${middle(({ hostile }) => hostile.p99)} ms`,
      factorOf(own, ({ p99 }) => p99).toFixed(2),
      `${total(({ losses }) => losses)}; ${total(({ missing }) => missing)}`,
    ];
  });
  const head = [
    "server",
    "median; 99 % without attackers",
    "with a tenth of attackers",
    "99 %, times longer",
    "connections lost; answers missing",
  ];
  const done = Object.entries(acts).map(([name, count]) => `${name} ${count}`);
  const count = pairs.ours.length;
  return `${renderTable(head, rows)}\n\n${connections} connections, ${count} pairs of measurements of each, medians; attackers, in a second: ${done.join(", ")}. Measured ${when.slice(0, 16).replace("T", " ")} UTC, Node ${process.versions.node}.`;
}

/** Whether honest clients of ours are kept waiting for too long. */
export function isTooSlow({ pairs }: HostileResult): boolean {
  return factorOf(pairs.ours, ({ p99 }) => p99) > MOST_FACTOR;
}
