// Counts operations and latencies in a stretch of time, and what the measured process's CPU spent on them.
// Place: scenario -> **meter** -> server clock
// Rules: what happens before the stretch warms both sides up and does not count; warm is a process by the CPU time that
//        it has used, which on a busy machine takes longer; the load process measures itself too,
//        since a load process without time to spare makes others look slower or faster than it is.

import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../statistics.ts";
import type { Measurement, Stretch } from "./job.ts";

const MOST_LATENCIES = 2_000_000;
/** How long the first operation may take when the stretch is shorter than that. */
const LONGEST_WAIT_MS = 10_000;

/** The share of its processor that a process has to get while it is measured, or it gets more time. */
const OWN_SHARE = 0.6;
const STEP_MS = 50;

/** What a process counts for that has done nothing at all. */
const LEAST_US = 0.001;

/** One stretch of measuring. */
export class Meter {
  readonly #cpuUs: () => Promise<number>;
  readonly #beside: readonly (readonly [name: string, cpuUs: () => number])[];
  #isMeasuring = false;
  #operations = 0;
  #latencies: number[] = [];

  /**
   * @param cpuUs - Gives the CPU time that the measured process has used.
   * @param beside - Give that of other processes, by the names of the figures that it goes into.
   */
  constructor(cpuUs: () => Promise<number>, beside: Readonly<Record<string, () => number>> = {}) {
    this.#cpuUs = cpuUs;
    this.#beside = Object.entries(beside);
  }

  /** An operation is done. */
  done(operations: number): void {
    this.#operations += operations;
  }

  /** An operation took so long. */
  took(latencyMs: number): void {
    if (this.#isMeasuring && this.#latencies.length < MOST_LATENCIES) this.#latencies.push(latencyMs);
  }

  /**
   * Waits for both sides to be warm, then measures.
   *
   * @param stretch - How long.
   * @param idles - Whether the process waits for a clock or for others most of the time, so that the clock alone counts.
   * @throws Error when nothing was done meanwhile.
   */
  async run({ warmMs, measureMs, patience }: Stretch, idles = false): Promise<Measurement> {
    const shares = idles ? [0, 0] : [1, OWN_SHARE];
    const [warmShare = 0, measureShare = 0] = shares;
    await this.#until(warmMs, warmMs * warmShare, warmMs * patience);
    const cpuBefore = await this.#cpuUs();
    const besideBefore = this.#beside.map(([, read]) => read());
    const operationsBefore = this.#operations;
    const ownBefore = process.cpuUsage();
    const startedAt = performance.now();
    this.#isMeasuring = true;
    await this.#until(measureMs, measureMs * measureShare, measureMs * patience);
    for (let waited = 0; this.#operations === operationsBefore && waited < LONGEST_WAIT_MS; waited += measureMs) {
      await delay(measureMs);
    }
    const cpuUs = (await this.#cpuUs()) - cpuBefore;
    const beside = this.#beside.map(
      ([name, read], index) => [name, read() - (besideBefore[index] ?? Number.NaN)] as const,
    );
    const operations = this.#operations - operationsBefore;
    const elapsedUs = (performance.now() - startedAt) * 1000;
    const own = process.cpuUsage(ownBefore);
    this.#isMeasuring = false;
    if (operations === 0) throw new Error("Cannot measure: not one operation was done in time");
    const sorted = Float64Array.from(this.#latencies).sort();
    return {
      figures: {
        ...Object.fromEntries(beside.map(([name, us]) => [name, Math.max(LEAST_US, us / operations)])),
        cpuUs: cpuUs / operations,
        wallUs: elapsedUs / operations,
        perSecond: operations / (elapsedUs / 1e6),
        ownUtilisation: cpuUs / elapsedUs,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
      },
      loadUtilisation: (own.user + own.system) / elapsedUs,
    };
  }

  /**
   * Measures something that is done once.
   *
   * @param operations - How many its cost is divided by.
   * @param act - Does it.
   */
  async during(operations: number, act: () => Promise<void>): Promise<Measurement> {
    const cpuBefore = await this.#cpuUs();
    const ownBefore = process.cpuUsage();
    const startedAt = performance.now();
    await act();
    const wallMs = performance.now() - startedAt;
    const cpuUs = (await this.#cpuUs()) - cpuBefore;
    const own = process.cpuUsage(ownBefore);
    return {
      figures: { cpuUs: cpuUs / operations, wallMs },
      loadUtilisation: (own.user + own.system) / 1000 / wallMs,
    };
  }

  /** Waits for so long, and on until the process has used that much CPU time, but no longer than `mostMs`. */
  async #until(leastMs: number, cpuMs: number, mostMs: number): Promise<void> {
    const cpuBefore = await this.#cpuUs();
    const startedAt = performance.now();
    await delay(leastMs);
    while (performance.now() - startedAt < mostMs && (await this.#cpuUs()) - cpuBefore < cpuMs * 1000) {
      await delay(STEP_MS);
    }
  }
}
