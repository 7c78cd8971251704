// The table in docs/benchmarks.md: put between two markers, from a result and never by hand.
// Place: result -> report -> **document**
// Rules: only a whole run goes into the document; what stands outside the markers is left alone.

import { METRICS } from "../metrics/metrics.ts";
import type { BenchResult } from "../result.ts";

const BEGIN = "<!-- bench: begin -->";
const END = "<!-- bench: end -->";
const FEWEST_ROUNDS = 4;

/**
 * Replaces what stands between the markers.
 *
 * @throws SyntaxError when the document has not both markers in their order.
 */
export function replaceTable(document: string, report: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new SyntaxError(`Cannot find the place of the table: the document needs "${BEGIN}" and then "${END}"`);
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${report}\n\n${document.slice(end)}`;
}

/** Why a result is not fit for the document; undefined when it is. */
export function whyNotForDocuments(result: BenchResult): string | undefined {
  if (result.mode !== "full") return `it is from a ${result.mode} run`;
  if (result.rounds < FEWEST_ROUNDS) return `it has ${result.rounds} rounds, fewer than ${FEWEST_ROUNDS}`;
  const missing = METRICS.flatMap((metric) =>
    metric.figures.flatMap(({ key }) => {
      const row = result.rows.find((candidate) => candidate.key === key);
      return metric.peers.some((peer) => row?.values[peer] === undefined) ? [key] : [];
    }),
  );
  return missing.length === 0 ? undefined : `it lacks peers or figures of ${missing.join(", ")}`;
}
