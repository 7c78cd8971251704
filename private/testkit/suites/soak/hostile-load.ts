// What attackers cost those who mean no harm: how long answers take with and without a tenth of hostile connections, on ours
// and on socket.io 4.8, in turn in one run.
// Place: **hostile load** -> server, honest clients, attackers, each a process of its own
// Rules: both get the same from the same code; measured one after the other are a time of peace, one in which the attackers
//        are at another server of the same kind, so that the machine is as busy, and one in which they are at this one;
//        medians of all rounds.

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

/** One measurement without attackers, one with attackers at another server, and one with them at this one. */
interface Triple {
  readonly calm: Honest;
  readonly elsewhere: Honest;
  readonly hostile: Honest;
}

/** What was measured of each server. */
export interface HostileResult {
  readonly when: string;
  readonly connections: number;
  readonly triples: Readonly<Record<"ours" | "socket.io 4.8", readonly Triple[]>>;
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
const TRIPLES_PER_SERVER = 2;
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
  const messages: readonly unknown[] = await told;
  return asHonest(messages[0]);
}

class HostileLoad {
  readonly #plan: HostilePlan;
  readonly #acts: Record<string, number> = {};

  constructor(plan: HostilePlan) {
    this.#plan = plan;
  }

  async run(): Promise<HostileResult> {
    const triples = { ours: [] as Triple[], "socket.io 4.8": [] as Triple[] };
    for (let round = 0; round < this.#plan.rounds; round++) {
      // Who goes first takes turns, too.
      const order = round % 2 === 0 ? (["ours", "socket.io 4.8"] as const) : (["socket.io 4.8", "ours"] as const);
      for (const name of order) {
        const file = name === "ours" ? undefined : UPSTREAM;
        const victims = await Promise.all([startVictim({}, "plain", file), startVictim({}, "plain", file)]);
        try {
          triples[name].push(...(await this.#measureServer(name, ...victims)));
        } finally {
          for (const victim of victims) victim.kill();
        }
      }
    }
    return { when: new Date().toISOString(), connections: this.#plan.connections, triples, acts: this.#acts };
  }

  async #measureServer(name: string, victim: Victim, other: Victim): Promise<Triple[]> {
    const { connections, progress } = this.#plan;
    const attackers = Math.round(connections * HOSTILE_SHARE);
    const honest = await start("honest-process.ts", victim.port, connections - attackers, ASK_RATE);
    const triples: Triple[] = [];
    try {
      await delay(WARM_UP_MS);
      for (let triple = 0; triple < TRIPLES_PER_SERVER; triple++) {
        const calm = await measure(honest);
        const elsewhere = await this.#measureWith(honest, other, attackers);
        const hostile = await this.#measureWith(honest, victim, attackers);
        triples.push({ calm, elsewhere, hostile });
        const [none, there, here] = [calm, elsewhere, hostile].map(({ p99 }) => p99.toFixed(1));
        progress?.(`${name}: p99 ${none} ms, with attackers elsewhere ${there} ms, here ${here} ms`);
      }
    } finally {
      await end(honest);
    }
    return triples;
  }

  async #measureWith(honest: ChildProcess, attacked: Victim, attackers: number): Promise<Honest> {
    const annoying = await start("annoying-process.ts", attacked.port, attackers, ACT_RATE);
    await delay(WARM_UP_MS);
    const measured = await measure(honest);
    const told = once(annoying, "message");
    const ended = once(annoying, "exit");
    annoying.send("end");
    const messages: readonly unknown[] = await told;
    this.#noteActs(messages[0]);
    await ended;
    await delay(WARM_UP_MS);
    return measured;
  }

  #noteActs(message: unknown): void {
    const seconds = (WARM_UP_MS + MEASURE_MS) / 1000;
    for (const [name, count] of Object.entries(asCounts(message).counts))
      this.#acts[name] = Math.round(count / seconds);
  }
}

/** Measures. */
export function measureHostileLoad(plan: HostilePlan): Promise<HostileResult> {
  return new HostileLoad(plan).run();
}

/** How many times longer the slowest hundredth took with attackers here than in another time: the median. */
function factorOf(triples: readonly Triple[], than: "calm" | "elsewhere"): number {
  return median(triples.map((triple) => triple.hostile.p99 / triple[than].p99));
}

/** What was measured, as Markdown. */
export function renderHostileLoad({ when, connections, triples, acts }: HostileResult): string {
  const rows = Object.entries(triples).map(([name, own]) => {
    const both = (what: keyof Triple): string => {
      const [p50, p99] = [median(own.map((one) => one[what].p50)), median(own.map((one) => one[what].p99))];
      return `${p50.toFixed(1)}; ${p99.toFixed(1)} ms`;
    };
    const total = (of: (honest: Honest) => number): number =>
      own.reduce((sum, { calm, elsewhere, hostile }) => sum + of(calm) + of(elsewhere) + of(hostile), 0);
    return [
      name,
      both("calm"),
      both("elsewhere"),
      both("hostile"),
      `${factorOf(own, "calm").toFixed(2)}; ${factorOf(own, "elsewhere").toFixed(2)}`,
      `${total(({ losses }) => losses)}; ${total(({ missing }) => missing)}`,
    ];
  });
  const head = [
    "median; 99 % of the answers",
    "no attackers",
    "attackers elsewhere",
    "attackers here",
    "99 %, times longer than without; than elsewhere",
    "connections lost; answers missing",
  ];
  const done = Object.entries(acts).map(([name, count]) => `${name} ${count}`);
  const how = `${connections} connections, a tenth of them attackers; ${triples.ours.length} measurements of ${MEASURE_MS / 1000} s of each, medians.`;
  return `${renderTable(head, rows)}\n\n${how} What attackers did in a second: ${done.join(", ")}. Measured ${when.slice(0, 16).replace("T", " ")} UTC, Node ${process.versions.node}.`;
}

/** Whether honest clients of ours are kept waiting for too long. */
export function isTooSlow({ triples }: HostileResult): boolean {
  return factorOf(triples.ours, "elsewhere") > MOST_FACTOR;
}
