// The scenario with two servers that a broker connects: how much later an event arrives at the other one.
// Place: load process -> **cluster scenario** -> WebSocket line
// Rules: a client of the first server has it send to everybody at a fixed rate; of every event the first one's client
//        hears as well as the other's; nothing is measured before the other server hears anything at all.

import { setTimeout as delay } from "node:timers/promises";
import { median } from "../statistics.ts";
import type { ClusterJob, Measurement } from "./job.ts";
import type { Meter } from "./meter.ts";
import { greeting, publishFrame, target } from "./speech.ts";
import { WebSocketLine } from "./web-socket-line.ts";

const FIRST_WORDS_MS = 50;
const MOST_FIRST_WORDS = 200;
const SETTLE_MS = 300;
const CLOCK_STEP_MS = 0.001;

/** What the scenario works with. */
export interface ClusterSurroundings {
  readonly job: ClusterJob;
  readonly meter: Meter;
  readonly failed: (reason: string) => void;
}

/** One server's client: how long each event took to it. */
class Listener {
  readonly latenciesMs: number[] = [];
  line: WebSocketLine | undefined;
  /** When the events that are still to come were asked for. */
  #askedAt: number[] = [];
  heard = 0;

  ask(now: number): void {
    this.#askedAt.push(now);
  }

  hear(): void {
    this.heard += 1;
    const askedAt = this.#askedAt.shift();
    if (askedAt !== undefined) this.latenciesMs.push(performance.now() - askedAt);
  }

  forget(): void {
    this.#askedAt = [];
    this.latenciesMs.length = 0;
  }
}

function listenAt(port: number, { job, failed }: ClusterSurroundings): Promise<Listener> {
  return new Promise((resolve) => {
    const listener = new Listener();
    listener.line = new WebSocketLine(port, target(job.language, "websocket"), greeting(job.language), {
      ready: () => resolve(listener),
      message: () => listener.hear(),
      closed: () => undefined,
      failed,
    });
  });
}

/** How much later the middle event arrived there than here; what comes in one turn of the loop counts as the clock's step. */
export function addedMs(here: readonly number[], there: readonly number[]): number {
  const later = there.map((latencyMs, event) => latencyMs - (here[event] ?? Number.NaN));
  return Math.max(CLOCK_STEP_MS, median(later.filter((ms) => !Number.isNaN(ms))));
}

/** Events go in at one server and come out at both. */
export async function acrossServers(surroundings: ClusterSurroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const here = await listenAt(job.port, surroundings);
  const there = await listenAt(job.otherPort, surroundings);
  const publish = publishFrame(job.language, 1, 0);
  for (let i = 0; there.heard === 0; i += 1) {
    if (i === MOST_FIRST_WORDS) throw new Error("Cannot measure: the other server hears nothing");
    here.line?.write(publish);
    await delay(FIRST_WORDS_MS);
  }
  await delay(SETTLE_MS);
  here.forget();
  there.forget();
  let dueUntil = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    for (; dueUntil < now; dueUntil += 1000 / job.ratePerSecond) {
      here.ask(now);
      there.ask(now);
      meter.done(1);
      here.line?.write(publish);
    }
  }, 1);
  const { figures, loadUtilisation } = await meter.run(job, job.ratePerSecond);
  clearInterval(timer);
  // On a busy machine a short stretch may be over before the first one comes.
  for (let i = 0; Math.min(here.latenciesMs.length, there.latenciesMs.length) === 0; i += 1) {
    if (i === MOST_FIRST_WORDS) throw new Error("Cannot measure: what was sent has not come");
    await delay(FIRST_WORDS_MS);
  }
  here.line?.destroy();
  there.line?.destroy();
  return { figures: { ...figures, addedMs: addedMs(here.latenciesMs, there.latenciesMs) }, loadUtilisation };
}
