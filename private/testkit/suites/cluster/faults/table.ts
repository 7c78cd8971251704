// The table of faults, and its place in the document.
// Place: run -> **table** -> docs/reliability.md

import { BRIEF, FAULTS, LONG, SHORT } from "./faults.ts";
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

/** A line, and what it is about. */
interface Row {
  readonly title: string;
  readonly peer: string;
  readonly line: string;
}

/** The lines of the table that a document has. */
function rowsIn(document: string): Row[] {
  const [, rest = ""] = document.split(BEGIN);
  const [table = ""] = rest.split(END);
  return table.split("\n").flatMap((line) => {
    const [title = "", peer = ""] = line.replace(/^\| /, "").split(" | ");
    return PEERS.includes(peer) ? [{ title, peer, line }] : [];
  });
}

/** Where a fault stands in the table. */
function placeOf(title: string): number {
  return FAULTS.findIndex((fault) => [LONG, SHORT, BRIEF].some((measure) => fault.title(measure) === title));
}

/**
 * The table, its lines in the order of the faults and the peers.
 * @param document its lines are kept, where nothing of the same fault and peer is among the outcomes.
 */
export function renderOutcomes(outcomes: readonly Outcome[], document = ""): string {
  const keyOf = ({ title, peer }: Pick<Row, "title" | "peer">): string => `${title} | ${peer}`;
  const rows = new Map(rowsIn(document).map((row) => [keyOf(row), row]));
  for (const outcome of outcomes) {
    const played = outcomes.filter((other) => keyOf(other) === keyOf(outcome));
    rows.set(keyOf(outcome), { title: outcome.title, peer: outcome.peer, line: renderRow(played) });
  }
  const ordered = [...rows.values()].sort(
    (one, other) =>
      placeOf(one.title) - placeOf(other.title) ||
      one.title.localeCompare(other.title) ||
      PEERS.indexOf(one.peer) - PEERS.indexOf(other.peer),
  );
  const head = "| fault | cluster | runs | owed | lost | told | at home | doubled | out of order | back after |";
  return [head, "|---|---|---|---|---|---|---|---|---|---|", ...ordered.map(({ line }) => line)].join("\n");
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
