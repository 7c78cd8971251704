// The result of a run, as it is kept in JSON: every value of every round, and what the run was like.
// Place: run -> **result** -> table, document
// Rules: only values and circumstances are kept; ratios, verdicts and the table are worked out from them.

import { PEERS, type PeerName } from "./peers/peer.ts";

/** One row: the values of all rounds, by peer. */
export interface ResultRow {
  readonly metric: string;
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  /** How many clients there were; none for codecs. */
  readonly clients?: number;
  readonly values: Readonly<Partial<Record<PeerName, readonly number[]>>>;
  /** The greatest share of its core that the load process used, by peer. */
  readonly loadUtilisation: Readonly<Partial<Record<PeerName, number>>>;
}

/** The machine that a run was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  /** Processors of server and load process; null where they could not be pinned. */
  readonly pinned: readonly [server: number, load: number] | null;
  /** Load average over a minute, before and after. */
  readonly loadAverage: readonly [before: number, after: number];
}

/** A run. */
export interface BenchResult {
  readonly format: 1;
  readonly date: string;
  readonly mode: string;
  readonly rounds: number;
  readonly durationS: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Why peers could not be measured, by their names, with the metric where it was one alone. */
  readonly absent?: Readonly<Record<string, string>>;
  /** Every process that was started, for those who want to see that all have ended. */
  readonly processes: readonly number[];
  readonly rows: readonly ResultRow[];
}

function isResult(value: unknown): value is BenchResult {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === 1 &&
    "rows" in value &&
    Array.isArray(value.rows) &&
    "machine" in value &&
    typeof value.machine === "object"
  );
}

/**
 * Reads a result that was kept.
 *
 * @throws SyntaxError when the text is no result.
 */
export function readResult(text: string): BenchResult {
  const value: unknown = JSON.parse(text);
  if (!isResult(value)) throw new SyntaxError("Cannot read the result: it was not written by this bench");
  return value;
}

/** The result as it is kept: a line for each row, so that two runs can be compared line by line. */
export function formatResult({ rows, ...circumstances }: BenchResult): string {
  const head = JSON.stringify(circumstances, undefined, 2).slice(0, -"\n}".length);
  return `${head},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]\n}\n`;
}

/** The peers that a row has values of, in the order of the columns. */
export function peersOf(row: ResultRow): readonly PeerName[] {
  return PEERS.filter((peer) => row.values[peer] !== undefined);
}
