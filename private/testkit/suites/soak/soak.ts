// A soak: one server for a long time, with clients of every generation that come and go, networks that fail and
// attackers; what came of all that was sent, and whether the server grows.
// Place: plan -> **soak** -> crowd, attackers, server -> samples, ledger -> verdict
// Rules: a short lap goes first, so that what code costs is not taken for growth; after each lap everybody goes, and what is
//        left of the server is compared.

import { setTimeout as delay } from "node:timers/promises";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { type Attackers, startAttackers } from "./attackers.ts";
import { Crowd } from "./crowd.ts";
import { Ledger } from "./ledger.ts";
import type { Idle, Sample, SoakPlan, SoakResult } from "./result.ts";
import { type Look, type Serving, startServing } from "./server-process.ts";
import { PROGRAM } from "./visitor.ts";

const HOSTILE_SHARE = 0.1;
const SHORT_KEPT_MS = 2000;
const LONG_KEPT_MS = 20_000;
const MINUTE_MS = 60_000;
/** What is too old is looked for once a minute, as long as anything is kept. */
const SWEEP_MS = 60_000;
const IDLE_PATIENCE_MS = 15_000;
const LOOK_INTERVAL_MS = 200;

/** What differs between a run of seconds and one of an hour. */
function pacesOf({ minutes }: SoakPlan) {
  const isShort = minutes < 1;
  return {
    isShort,
    keptForMs: isShort ? SHORT_KEPT_MS : LONG_KEPT_MS,
    warmUpMs: isShort ? 5000 : Math.min(2 * MINUTE_MS, minutes * 6000),
    sampleMs: isShort ? 1000 : Math.min(20_000, minutes * 2000),
    staysMs: isShort ? ([2000, 6000] as const) : ([8000, 60_000] as const),
    threatPauseMs: isShort ? 2000 : 10_000,
    /** Each network fails about so often. */
    faultsApartMs: isShort ? 12_000 : 40_000,
  };
}

class Soak {
  readonly #plan: SoakPlan;
  readonly #paces: ReturnType<typeof pacesOf>;
  readonly #ledger: Ledger;
  readonly #samples: Sample[] = [];
  readonly #serving: Serving;
  readonly #attackFaults: string[] = [];
  readonly #attacks: Record<string, number> = {};
  #come = 0;

  private constructor(plan: SoakPlan, serving: Serving, ledger: Ledger) {
    this.#plan = plan;
    this.#paces = pacesOf(plan);
    this.#serving = serving;
    this.#ledger = ledger;
  }

  static async play(plan: SoakPlan): Promise<SoakResult> {
    const ledger = new Ledger(plan.server);
    const serving = await startServing({ server: plan.server, keptForMs: pacesOf(plan).keptForMs }, (heard) => {
      for (const [stream, number, isWhole] of heard) {
        ledger.note({ kind: "received", stream, number, receiver: PROGRAM });
        if (!isWhole) ledger.garbled(`${stream}, ${number}`);
      }
    });
    const soak = new Soak(plan, serving, ledger);
    try {
      return await soak.#run();
    } finally {
      await serving.end();
    }
  }

  async #run(): Promise<SoakResult> {
    const began = new Date().toISOString();
    const { warmUpMs } = this.#paces;
    const cold = await this.#serving.look();
    await this.#lap(warmUpMs, this.#plan.seed, "warming up", false);
    const before = await this.#idle(cold);
    this.#ledger.beginAnew();
    await this.#lap(this.#plan.minutes * MINUTE_MS, this.#plan.seed + 1, "soaking", true);
    const after = await this.#idle(cold);
    const {
      tallies,
      examples,
      losses,
      recovered,
      beganAnew,
      garbledCount,
      threwCount,
      faults,
      received,
      heardAgain,
      latency,
    } = this.#ledger;
    return {
      began,
      plan: this.#plan,
      samples: this.#samples,
      before,
      after,
      tallies: Object.fromEntries(tallies),
      examples,
      losses: Object.fromEntries(losses),
      latency,
      counts: {
        visitors: this.#come,
        faults,
        received,
        recovered,
        beganAnew,
        garbled: garbledCount,
        threw: threwCount,
        heardAgain,
      },
      attacks: this.#attacks,
      attackFaults: this.#attackFaults,
      causeOfDeath: this.#serving.causeOfDeath,
    };
  }

  /** A crowd with attackers, for a time. */
  async #lap(lastsMs: number, seed: number, what: string, samples: boolean): Promise<void> {
    const { connections } = this.#plan;
    const hostile = Math.max(1, Math.round(connections * HOSTILE_SHARE));
    const crowdPlan = {
      name: samples ? "visitor" : "early-visitor",
      connections: connections - hostile,
      staysMs: this.#paces.staysMs,
      faultPauseMs: Math.max(20, this.#paces.faultsApartMs / connections),
    };
    const crowd = new Crowd(crowdPlan, this.#serving, this.#ledger, createSeededRandom(seed));
    const attackers = this.#attack(hostile, seed);
    const began = performance.now();
    const isOver = (): boolean => performance.now() - began > lastsMs || this.#serving.causeOfDeath !== undefined;
    let isDone = false;
    const watching = this.#watch(began, lastsMs, what, samples, crowd, attackers, () => isDone);
    try {
      await Promise.race([crowd.run(isOver), this.#death(() => isDone)]);
    } finally {
      isDone = true;
      const counts = await attackers.end();
      for (const [name, count] of Object.entries(counts)) this.#attacks[name] = (this.#attacks[name] ?? 0) + count;
      this.#attackFaults.push(...attackers.faults);
      this.#come += crowd.come;
      await watching;
    }
  }

  #attack(attackers: number, seed: number): Attackers {
    const { port } = this.#serving;
    const plan = { port, attackers, seed: seed * 1000, threatPauseMs: this.#paces.threatPauseMs };
    return startAttackers(plan, async () => (await this.#serving.glance()).attackers);
  }

  /** Fails when the server has died. */
  async #death(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await delay(LOOK_INTERVAL_MS);
      const { causeOfDeath } = this.#serving;
      if (causeOfDeath !== undefined) throw new Error(`The server died: ${causeOfDeath}`);
    }
  }

  /** Takes samples, and tells how far it is. */
  async #watch(
    began: number,
    lastsMs: number,
    what: string,
    samples: boolean,
    crowd: Crowd,
    attackers: Attackers,
    isDone: () => boolean,
  ): Promise<void> {
    let next = began + this.#paces.sampleMs;
    let receivedBefore = this.#ledger.received;
    while (!isDone()) {
      await delay(LOOK_INTERVAL_MS);
      if (performance.now() < next || this.#serving.causeOfDeath !== undefined) continue;
      next = performance.now() + this.#paces.sampleMs;
      const look = await this.#serving.look();
      const atS = (performance.now() - began) / 1000;
      const received = this.#ledger.received - receivedBefore;
      receivedBefore = this.#ledger.received;
      const sample = this.#sampleOf(look, atS, crowd.size, received);
      if (samples && atS * 1000 <= lastsMs) this.#samples.push(sample);
      this.#plan.progress?.({
        what,
        atS,
        ofS: lastsMs / 1000,
        sample,
        wrong: this.#ledger.examples.length + attackers.faults.length,
      });
    }
  }

  #sampleOf(look: Look, atS: number, honest: number, received: number): Sample {
    const { heapUsed, rss } = process.memoryUsage();
    return {
      atS: Math.round(atS * 10) / 10,
      ...look,
      honest,
      received,
      latencyMs: this.#ledger.takeLatency(),
      load: { heapBytes: heapUsed, rssBytes: rss, followed: this.#ledger.checker.size },
    };
  }

  /**
   * What is left of the server when nobody is there and what it keeps for who may come back has been given up. A short run
   * does not wait for the timer that looks for what is too old.
   */
  async #idle(cold: Look): Promise<Idle> {
    const { keptForMs, isShort } = this.#paces;
    const until = performance.now() + IDLE_PATIENCE_MS + keptForMs + (isShort ? 0 : SWEEP_MS);
    const expected = isShort ? { ...cold.handles, Timeout: (cold.handles["Timeout"] ?? 0) + 1 } : cold.handles;
    const isBusy = ({ clients, handles, namespaces }: Look): boolean =>
      clients > 0 || namespaces > cold.namespaces || surplusOf(handles, expected).length > 0;
    let look = await this.#serving.look();
    while (isBusy(look) && performance.now() < until) {
      await delay(LOOK_INTERVAL_MS);
      look = await this.#serving.look();
    }
    // What is free, and what tells of it, come one after the other.
    let best = look;
    for (let again = 0; again < 5; again++) {
      await delay(LOOK_INTERVAL_MS);
      look = await this.#serving.look();
      if (look.heapBytes + look.externalBytes < best.heapBytes + best.externalBytes) best = look;
    }
    const { heapBytes, externalBytes, rssBytes, clients, sockets, rooms, namespaces, handles } = best;
    const left = { leftOver: surplusOf(handles, expected), addedNamespaces: namespaces - cold.namespaces };
    return { heapBytes, externalBytes, rssBytes, clients, sockets, rooms, ...left };
  }
}

/** The handles that there are more of than before, by kind. */
function surplusOf(
  handles: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(handles).flatMap(([kind, count]) => {
    const more = count - (before[kind] ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}

/** Plays a soak to its end. @throws Error when the server dies. */
export function playSoak(plan: SoakPlan): Promise<SoakResult> {
  return Soak.play(plan);
}
