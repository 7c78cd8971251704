// The table of faults, and its place in the document.
// Place: run -> **table** -> docs/reliability.md

import type { Outcome } from "./run.ts";

const BEGIN = "<!-- faults: begin -->";
const END = "<!-- faults: end -->";

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Median and worst, in milliseconds. */
function renderRecoveries(recoveries: Outcome["recoveriesMs"]): string {
  const known = recoveries.filter((ms) => ms !== null).sort((a, b) => a - b);
  if (known.length < recoveries.length) return "not all";
  const [median, worst] = [percentile(known, 0.5), known.at(-1) ?? 0];
  return median === worst ? `${worst} ms` : `${median} ms, at most ${worst}`;
}

export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { title, peer, owed, lost, told, missedAtHome, duplicated, reordered, recoveriesMs } = outcome;
    const counts = [owed, lost, told, missedAtHome, duplicated, reordered].map((count) =>
      count.toLocaleString("en-US"),
    );
    return `| ${[title, peer, ...counts, renderRecoveries(recoveriesMs)].join(" | ")} |`;
  });
  const head = "| fault | cluster | owed | lost | told | at home | doubled | out of order | back after |";
  return [head, "|---|---|---|---|---|---|---|---|---|", ...rows].join("\n");
}

/** Puts the table where it belongs. @throws Error where the document has no place for it. */
export function intoDocument(document: string, table: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`Cannot write the table of faults: docs/reliability.md has no "${BEGIN}" and "${END}"`);
  }
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}
