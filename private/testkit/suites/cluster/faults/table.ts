// The table of faults, and its place in the document.
// Place: run -> **table** -> docs/reliability.md

import { FAULTS } from "./faults.ts";
import { PEERS } from "./peers.ts";
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

const COUNTS = ["owed", "lost", "told", "missedAtHome", "duplicated", "reordered"] as const;

/** One line for all seeds of a fault with a peer. */
function renderRow(outcomes: readonly Outcome[]): string {
  const [first] = outcomes;
  const counts = COUNTS.map((what) =>
    outcomes.reduce((sum, outcome) => sum + outcome[what], 0).toLocaleString("en-US"),
  );
  const recoveries = renderRecoveries(outcomes.flatMap(({ recoveriesMs }) => recoveriesMs));
  return `| ${[first?.title, first?.peer, outcomes.length, ...counts, recoveries].join(" | ")} |`;
}

/** The table, its lines in the order of the faults and the peers. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const rows = FAULTS.flatMap(({ name }) => {
    const ofFault = outcomes.filter(({ fault }) => fault === name);
    const titles = [...new Set(ofFault.map(({ title }) => title))];
    return titles.flatMap((title) =>
      PEERS.map((peer) => ofFault.filter((outcome) => outcome.title === title && outcome.peer === peer)),
    );
  });
  const head = "| fault | cluster | runs | owed | lost | told | at home | doubled | out of order | back after |";
  return [
    head,
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows.filter((row) => row.length > 0).map(renderRow),
  ].join("\n");
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
