// What happened in a soak, in numbers: verdicts of streams by who spoke to whom, losses of connections, and how long answers took.
// Place: visitors, server -> **ledger** -> checker -> result
// Rules: nothing is kept for each message; examples of what is wrong are, a few of them.

import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { StreamVerdict } from "../../src/history/follower.ts";
import { type Note, RunningChecker } from "../../src/history/running-checker.ts";
import type { VisitorPlan } from "./visitor.ts";

const MICROSECONDS_PER_MS = 1000;
const MOST_EXAMPLES = 20;
const REMEMBERED_MS = 120_000;

/** What may be wrong with messages. */
export const WRONGS = ["lost", "told", "duplicated", "reordered", "phantom", "leaked"] as const;
export type Wrong = (typeof WRONGS)[number];

/** What came of the messages of one direction. */
export type Tally = Record<Wrong | "owed" | "received", number>;

/** How long answers took, in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly longest: number;
}

const emptyTally = (): Tally => ({
  owed: 0,
  received: 0,
  lost: 0,
  told: 0,
  duplicated: 0,
  reordered: 0,
  phantom: 0,
  leaked: 0,
});

/** The latencies of a histogram of microseconds. */
export function latencyOf(histogram: RecordableHistogram): Latency {
  const at = (share: number): number => histogram.percentile(share) / MICROSECONDS_PER_MS;
  const longest = histogram.count === 0 ? 0 : histogram.max / MICROSECONDS_PER_MS;
  return { count: histogram.count, p50: at(50), p90: at(90), p99: at(99), longest };
}

/** Somebody who has gone not long ago. */
interface Gone {
  readonly name: string;
  readonly atMs: number;
  /** How many messages it has said. */
  readonly said: number;
  /** Those that nobody has answered, and that may come yet. */
  readonly mayCome: Set<number>;
}

/** Adds up what is told to it. */
export class Ledger {
  readonly checker: RunningChecker;
  /** By direction, as "to our client". */
  readonly tallies: Map<string, Tally> = new Map();
  /** What is wrong, as far as it may not be: a few examples. */
  readonly examples: string[] = [];
  /** How often connections were lost, by reason. */
  readonly losses: Map<string, number> = new Map();
  recovered = 0;
  beganAnew = 0;
  garbledCount = 0;
  /** How often official clients have thrown as they read. */
  threwCount = 0;
  faults = 0;
  received = 0;
  /** Who is there, and who has gone not long ago: what comes late is told by its kind, too. */
  readonly #kinds = new Map<string, VisitorPlan>();
  readonly #gone: Gone[] = [];
  readonly #sinceLook = createHistogram();
  readonly #whole = createHistogram();
  /** Our clients whose session was not kept: what they say again is heard again. */
  readonly #anew = new Set<string>();

  readonly #server: string;

  /** @param server whose messages it adds up. */
  constructor(server: string) {
    this.#server = server;
    this.checker = new RunningChecker((verdict) => this.#judge(verdict));
  }

  note(event: Note): void {
    if (event.kind === "fault") this.faults++;
    if (event.kind === "received") this.received++;
    this.checker.note(event);
  }

  /** Somebody is about to come, so that what is wrong can be told by its kind. */
  expect(plan: VisitorPlan): void {
    this.#kinds.set(plan.name, plan);
  }

  answered(afterMs: number): void {
    const microseconds = Math.max(1, Math.round(afterMs * MICROSECONDS_PER_MS));
    this.#sinceLook.record(microseconds);
    this.#whole.record(microseconds);
  }

  garbled(what: string): void {
    this.garbledCount++;
    this.#example(`garbled: ${what}`);
  }

  /** An official client could not read what it got: its own doing where its network has failed, and nobody's else. */
  threw({ name, kind, isHaunted }: VisitorPlan, error: unknown): void {
    this.threwCount++;
    if (!isHaunted) this.garbled(`${name}, ${kind} without faults, has thrown: ${String(error)}`);
  }

  /** Somebody has waited in vain for what it is owed; what is lost is told besides. */
  late(who: string): void {
    this.#example(`waited in vain: ${who}`);
  }

  disconnected({ isHaunted }: VisitorPlan, reason: string): void {
    const what = `${reason}, ${isHaunted ? "with" : "without"} faults`;
    this.losses.set(what, (this.losses.get(what) ?? 0) + 1);
  }

  cameBack({ name }: VisitorPlan, isRecovered: boolean): void {
    if (isRecovered) this.recovered++;
    else {
      this.beganAnew++;
      this.#anew.add(name);
    }
  }

  /** Somebody has gone: all of its streams are judged and forgotten. */
  over({ name }: VisitorPlan, upStream: string, said: number, mayCome: Set<number>): void {
    this.checker.forgetStream(upStream);
    this.checker.forgetStream(`to ${name}`);
    this.checker.forgetReceiver(name);
    const atMs = performance.now();
    this.#gone.push({ name, atMs, said, mayCome });
    while ((this.#gone[0]?.atMs ?? atMs) < atMs - REMEMBERED_MS) {
      const forgotten = this.#gone.shift();
      if (forgotten === undefined) return;
      this.#kinds.delete(forgotten.name);
      this.#anew.delete(forgotten.name);
    }
  }

  /** The latencies since the last look, which begin anew. */
  takeLatency(): Latency {
    const latency = latencyOf(this.#sinceLook);
    this.#sinceLook.reset();
    return latency;
  }

  get latency(): Latency {
    return latencyOf(this.#whole);
  }

  /** Forgets the numbers of a warm-up, but not what was wrong in it. */
  beginAnew(): void {
    this.#whole.reset();
    this.#sinceLook.reset();
  }

  #judge(given: StreamVerdict): void {
    const { stream, receiver } = given;
    const isUp = receiver === "the program";
    const name = isUp ? stream.slice("of ".length) : receiver;
    const verdict = isUp ? this.#withLate(given, name) : given;
    const kind = this.#kinds.get(name)?.kind ?? "somebody who has gone";
    const direction = isUp ? `${kind} to ${this.#server}` : `${this.#server} to ${kind}`;
    const tally = this.tallies.get(direction) ?? emptyTally();
    this.tallies.set(direction, tally);
    tally.owed += verdict.owed;
    tally.received += verdict.received;
    for (const wrong of WRONGS) tally[wrong] += verdict[wrong].length;
    const isAllowed = isUp && (kind !== "our client" || this.#anew.has(name));
    if (isAllowed) tally.duplicated -= this.#allow(verdict);
    for (const wrong of WRONGS) {
      const numbers = verdict[wrong];
      if (numbers.length === 0 || wrong === "told") continue;
      if (wrong === "duplicated" && isAllowed) continue;
      this.#example(`${wrong}: ${numbers.slice(0, 5).join(", ")} of "${stream}" to "${receiver}" (${direction})`);
    }
  }

  /** What comes of somebody who has gone is no phantom: it comes late, where nobody has answered it, or again. */
  #withLate(verdict: StreamVerdict, name: string): StreamVerdict {
    const gone = this.#gone.find((one) => one.name === name);
    if (verdict.phantom.length === 0 || gone === undefined) return verdict;
    const comesAgain = verdict.phantom.filter((number) => number < gone.said && !gone.mayCome.delete(number));
    return {
      ...verdict,
      phantom: verdict.phantom.filter((number) => number >= gone.said),
      duplicated: [...verdict.duplicated, ...comesAgain],
    };
  }

  /** What comes again from clients that give it another id each time, or to a session that has begun anew, is no fault. */
  #allow({ duplicated }: StreamVerdict): number {
    this.heardAgain += duplicated.length;
    return duplicated.length;
  }

  heardAgain = 0;

  #example(what: string): void {
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(what);
  }
}
