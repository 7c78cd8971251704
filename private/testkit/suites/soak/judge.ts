// Decides what a soak shows: whether what was promised was kept, and whether the server grows.
// Place: result -> **judge** -> report, exit code
// Rules: a slope counts as growth when even the low end of its interval is beyond the mark; a run that is too short says
//        nothing of slopes, and is judged by what is left when everybody has gone.

import { type Point, type Trend, trendOf } from "../../src/trend.ts";
import { WRONGS } from "./ledger.ts";
import type { Sample, SoakResult } from "./result.ts";

const MEGABYTE = 1_000_000;
const SECONDS_PER_HOUR = 3600;
/** Samples of this share at the beginning are those of a crowd that is still coming. */
const WARM_UP_SHARE = 0.2;
const FEWEST_SAMPLES = 20;
const SHORTEST_SPAN_S = 8 * 60;

/** What may be left when everybody has gone, more than after the first lap: compiled code, and what collections leave. */
const MOST_KEPT_BYTES: number = 4 * MEGABYTE;
/** In runs of less than a minute most code is new, and lost sessions have not been given up at the end. */
const MOST_KEPT_SHORTLY_BYTES: number = 8 * MEGABYTE;
const SHORT_MINUTES = 1;
/** The most that the heap may grow in an hour, in megabytes. */
const MOST_GROWTH = 1;
/** The most that handles may become in an hour. */
const MOST_HANDLES = 5;

/** What the judge says. */
export interface SoakVerdict {
  /** What was not as promised; empty where all was. */
  readonly complaints: readonly string[];
  /** In megabytes per hour; undefined where the run was too short to tell. */
  readonly heap: Trend | undefined;
  /** Handles beyond connections, per hour; undefined where the run was too short to tell. */
  readonly handles: Trend | undefined;
  readonly keptBytes: number;
}

function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): Trend | undefined {
  const last = samples.at(-1)?.atS ?? 0;
  const settled = samples.filter(({ atS }) => atS >= last * WARM_UP_SHARE);
  const span = last - (settled.at(0)?.atS ?? last);
  if (settled.length < FEWEST_SAMPLES || span < SHORTEST_SPAN_S) return undefined;
  const points: Point[] = settled.map((sample) => ({ at: sample.atS / SECONDS_PER_HOUR, value: value(sample) }));
  return trendOf(points);
}

/** What keeps the process alive, but for the connections that there are. */
export function handlesBeside({ handles }: Pick<Sample, "handles">): number {
  return Object.entries(handles).reduce((sum, [kind, count]) => (kind === "TCPSocketWrap" ? sum : sum + count), 0);
}

function isGrowth(trend: Trend | undefined, most: number): boolean {
  return trend !== undefined && trend.interval[0] > most;
}

const each = (trend: Trend | undefined, digits: number): string => trend?.slope.toFixed(digits) ?? "";

/** Judges a soak. */
export function judge(result: SoakResult): SoakVerdict {
  const { plan, samples, before, after, tallies, attackFaults, causeOfDeath, counts } = result;
  const heap = slopeOf(samples, ({ heapBytes, externalBytes }) => (heapBytes + externalBytes) / MEGABYTE);
  const handles = slopeOf(samples, handlesBeside);
  const keptBytes = after.heapBytes + after.externalBytes - before.heapBytes - before.externalBytes;
  const complaints: string[] = [];
  if (causeOfDeath !== undefined) complaints.push(`the server died: ${causeOfDeath}`);
  for (const [direction, tally] of Object.entries(tallies)) {
    for (const wrong of WRONGS) {
      if (wrong !== "told" && tally[wrong] > 0) complaints.push(`${direction}: ${tally[wrong]} ${wrong}`);
    }
  }
  if (counts.received === 0) complaints.push("nothing was received");
  if (counts.garbled > 0) complaints.push(`${counts.garbled} messages came garbled`);
  complaints.push(...attackFaults.map((fault) => `attack: ${fault}`));
  if (after.clients + after.sockets + after.addedNamespaces > 0)
    complaints.push(`left: ${after.clients} clients, ${after.sockets} sockets, ${after.addedNamespaces} namespaces`);
  if (after.leftOver.length > 0) complaints.push(`handles left: ${after.leftOver.join(", ")}`);
  if (keptBytes > (plan.minutes < SHORT_MINUTES ? MOST_KEPT_SHORTLY_BYTES : MOST_KEPT_BYTES))
    complaints.push(`${(keptBytes / MEGABYTE).toFixed(1)} MB are kept when everybody has gone`);
  if (isGrowth(heap, MOST_GROWTH)) complaints.push(`the heap grows by ${each(heap, 2)} MB/h`);
  if (isGrowth(handles, MOST_HANDLES)) complaints.push(`handles grow by ${each(handles, 1)} in an hour`);
  return { complaints, heap, handles, keptBytes };
}
