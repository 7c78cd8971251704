// The tables in docs/benchmarks.md: each put between two markers, from a result and never by hand.
// Place: result -> report -> **document**
// Rules: only a whole run goes into the document; what stands outside the markers is left alone.

import { CLUSTER_METRICS } from "../metrics/cluster-metrics.ts";
import type { Metric } from "../metrics/metric.ts";
import { METRICS } from "../metrics/metrics.ts";
import { SCALING_METRICS } from "../metrics/scaling-metrics.ts";
import { isNativePeerName } from "../peers/peer.ts";
import type { BenchResult } from "../result.ts";

const FEWEST_ROUNDS = 4;

/** What is written into the document, each between markers of its name. */
export type Part =
  | "soak"
  | "soak-upstream"
  | "threats"
  | "hostile-load"
  | "bench"
  | "charts"
  | "clusters"
  | "layers"
  | "scaling"
  | "costs"
  | "sizing";

/**
 * Replaces what stands between the markers.
 *
 * @throws SyntaxError when the document has not both markers in their order.
 */
export function replacePart(document: string, part: Part, content: string): string {
  const beginning = `<!-- ${part}: begin -->`;
  const ending = `<!-- ${part}: end -->`;
  const begin = document.indexOf(beginning);
  const end = document.indexOf(ending);
  if (begin === -1 || end < begin) {
    throw new SyntaxError(`Cannot find its place: the document needs "${beginning}" and then "${ending}"`);
  }
  return `${document.slice(0, begin + beginning.length)}\n\n${content}\n\n${document.slice(end)}`;
}

/** Why a result is not fit for the document; undefined when it is. */
export function whyNotForDocuments(result: BenchResult): string | undefined {
  if (result.mode !== "full") return `it is from a ${result.mode} run`;
  if (result.rounds < FEWEST_ROUNDS) return `it has ${result.rounds} rounds, fewer than ${FEWEST_ROUNDS}`;
  return whatIsMissing(METRICS, result);
}

/** Why a result is not fit for the part about clusters; undefined when it is. */
export function whyNotClusters(result: BenchResult): string | undefined {
  if (result.mode !== "full") return `it is from a ${result.mode} run`;
  if (result.rounds < FEWEST_ROUNDS) return `it has ${result.rounds} rounds, fewer than ${FEWEST_ROUNDS}`;
  return whatIsMissing(CLUSTER_METRICS, result);
}

function whatIsMissing(metrics: readonly Metric[], result: BenchResult): string | undefined {
  const measured = metrics.filter(({ name }) => result.absent?.[name] === undefined);
  const missing = measured.flatMap((metric) =>
    metric.figures.flatMap(({ key }) => {
      const row = result.rows.find((candidate) => candidate.key === key);
      return metric.peers.some((peer) => !isNativePeerName(peer) && row?.values[peer] === undefined) ? [key] : [];
    }),
  );
  return missing.length === 0 ? undefined : `it lacks peers or figures of ${missing.join(", ")}`;
}

/** Why a result is not fit for the part about scaling; undefined when it is. */
export function whyNotScaling(result: BenchResult): string | undefined {
  if (result.mode !== "full") return `it is from a ${result.mode} run`;
  const missing = SCALING_METRICS.flatMap((metric) => metric.figures.map(({ key }) => key)).filter(
    (key) => !result.rows.some((row) => row.key === key),
  );
  return missing.length === 0 ? undefined : `it lacks ${missing.join(", ")}`;
}
