// The attackers of a soak, in a process of their own, so that what they do costs honest clients nothing but by the server.
// Place: parent -> **attackers' process** -> assaults of the suite `hostile`, threats of the suite `security` -> server
// Rules: the seed decides who does what; a threat, which is much at once, is played by one of them at a time; an assault that
//        is answered in unknown words, or whose connections stay open, is told to the parent.

import { setTimeout as delay } from "node:timers/promises";
import { createSeededRandom, type SeededRandom } from "../../src/seeded-random.ts";
import { ASSAULTS } from "../hostile/assaults.ts";
import { type Target, THREATS } from "../security/threats.ts";
import type { AttackOrder, AttackPlan } from "./attackers.ts";

const LOOK_INTERVAL_MS = 100;
const PAUSE_MS = 400;
/** Of what they are in the gate. */
const THREAT_SHARE = 0.5;

/** The parent's own messages come through here. */
function readPlan(text: string): AttackPlan;
function readPlan(text: string): unknown {
  const plan: unknown = JSON.parse(text);
  return plan;
}

function isOrder(value: unknown): value is AttackOrder {
  return typeof value === "object" && value !== null && "do" in value;
}

const { port, attackers, seed, threatPauseMs } = readPlan(process.argv[2] ?? "{}");
const counts: Record<string, number> = {};
const faults: string[] = [];
const waiting = new Map<number, (connections: number) => void>();
let nextId = 0;
let isOver = false;
let isThreatened = false;
let lastThreatMs = performance.now();

function tell(message: object): void {
  process.send?.(message);
}

/** The parent knows how many of our connections the server has. */
function report(): Promise<{ readonly connections: number }> {
  const id = nextId++;
  return new Promise((resolve) => {
    waiting.set(id, (connections) => resolve({ connections }));
    tell({ is: "question", id });
  });
}

const target: Target = {
  port,
  report,
  async settle(isSettled, timeoutMs = 5000) {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const told = await report();
      if (isSettled(told) || performance.now() > until) return told;
      await delay(LOOK_INTERVAL_MS);
    }
  },
};

async function attempt(name: string, act: () => Promise<void>): Promise<void> {
  counts[name] = (counts[name] ?? 0) + 1;
  try {
    await act();
  } catch (error) {
    faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    tell({ is: "fault", text: faults.at(-1) });
  }
}

const names = [...ASSAULTS.keys()];

async function assault(random: SeededRandom): Promise<void> {
  const name = names[random.below(names.length)] ?? "";
  await attempt(name, async () => ASSAULTS.get(name)?.(port, random));
}

async function threaten(random: SeededRandom): Promise<void> {
  isThreatened = true;
  const threat = THREATS[random.below(THREATS.length)];
  if (threat !== undefined) {
    await attempt(threat.name, async () => {
      const { leave } = await threat.attack(target, Math.ceil(threat.count.gate * THREAT_SHARE));
      await leave();
    });
  }
  lastThreatMs = performance.now();
  isThreatened = false;
}

async function attack(number: number): Promise<void> {
  const random = createSeededRandom(seed + number);
  while (!isOver) {
    if (!isThreatened && performance.now() - lastThreatMs > threatPauseMs) await threaten(random);
    else await assault(random);
    await delay(random.below(PAUSE_MS));
  }
}

const attacking = Promise.all(Array.from({ length: attackers }, (_, number) => attack(number)));

process.on("disconnect", () => process.exit(1));
process.on("uncaughtException", (error) => tell({ is: "fault", text: `the attackers' process: ${String(error)}` }));
process.on("message", (order: unknown) => {
  if (!isOrder(order)) return;
  if (order.do === "end") {
    isOver = true;
    void attacking.then(() => process.send?.({ is: "over", counts }, undefined, {}, () => process.exit(0)));
    return;
  }
  waiting.get(order.id)?.(order.connections);
  waiting.delete(order.id);
});
