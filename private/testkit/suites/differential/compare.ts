// Holds a transcript against that of the official packages, but for what differs on purpose.
// Place: tests -> **comparison** -> list of differences
// Rules: a difference gives the lines of both sides in full, so it is asserted as strictly as agreement is; one whose
//        official lines are not there any more is an error, not a pass.

import type { ParserName } from "../../src/peers/parsers.ts";
import type { TransportMode } from "../../src/peers/peer.ts";
import { ownParserOf, type Pairing, peersName } from "./pairings.ts";

/** Lines of the reference and what stands in their place in ours. */
export interface Change {
  /** Consecutive lines of the reference; at least one. */
  readonly theirs: readonly string[];
  /** The lines in their place. */
  readonly ours: readonly string[];
}

/** A deliberate difference. */
export interface Difference {
  /** The case's name. */
  readonly script: string;
  /** The names of the peers it holds for. */
  readonly pairings: readonly string[];
  /** The parsers of our side that it holds with; all of them if absent. */
  readonly parsers?: readonly ParserName[];
  /** The ways of transport it holds for. */
  readonly modes: readonly TransportMode[];
  /** Why we do otherwise. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

/**
 * Finds what differs on purpose in one run.
 *
 * @param differences - All there are.
 * @param script - The case's name.
 * @param pairing - Who takes part.
 * @param mode - The transports.
 * @returns Those that hold for this run.
 */
export function differencesFor(
  differences: readonly Difference[],
  script: string,
  pairing: Pairing,
  mode: TransportMode,
): readonly Difference[] {
  const name = peersName(pairing);
  const parser = ownParserOf(pairing);
  return differences.filter(
    (difference) =>
      difference.script === script &&
      difference.pairings.includes(name) &&
      (difference.parsers?.includes(parser) ?? true) &&
      difference.modes.includes(mode),
  );
}

/**
 * Tells what a run of ours has to give.
 *
 * @param reference - The transcript of the official packages.
 * @param differences - What differs on purpose.
 * @returns The lines to expect.
 * @throws Error when the official lines of a difference are not in the transcript.
 */
export function expectedLines(reference: readonly string[], differences: readonly Difference[]): readonly string[] {
  let lines = reference;
  for (const { changes, script } of differences) {
    for (const change of changes) {
      const at = indexOfBlock(lines, change.theirs);
      if (at === -1) {
        throw new Error(
          `Cannot apply the difference of "${script}": the official transcript has no lines\n  ${change.theirs.join("\n  ")}\nbut\n  ${lines.join("\n  ")}`,
        );
      }
      lines = [...lines.slice(0, at), ...change.ours, ...lines.slice(at + change.theirs.length)];
    }
  }
  return lines;
}

function indexOfBlock(lines: readonly string[], block: readonly string[]): number {
  if (block.length === 0) {
    return -1;
  }
  return lines.findIndex((_line, at) => block.every((wanted, offset) => lines[at + offset] === wanted));
}
