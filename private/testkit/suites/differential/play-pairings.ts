// Makes the tests of pairings: every case that shows our side, over every way of transport.
// Place: tests -> **matrix** -> run, comparison

import { describe, expect, test } from "vitest";
import { ALL_MODES, type DifferentialCase } from "./case.ts";
import { differencesFor, expectedLines } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import { meetingName, type Pairing } from "./pairings.ts";
import { runCase, runReference } from "./run-case.ts";

/**
 * Defines the tests of some pairings.
 *
 * @param pairings - Who meets whom.
 * @param cases - What they play.
 */
export function playPairings(pairings: readonly Pairing[], cases: readonly DifferentialCase[]): void {
  const named = pairings.map((pairing) => [meetingName(pairing), pairing] as const);
  describe.concurrent.each(named)("%s", (_name, pairing) => {
    describe.each(ALL_MODES)("over %s", (mode) => {
      const shown = cases.filter((script) => isShownBy(script, pairing));
      test.each(shown.map((script) => [script.name, script] as const))("%s", async (_rule, script) => {
        const [reference, ours] = await Promise.all([
          runReference(script, pairing.reference, mode),
          runCase(script, pairing, pairing.reference, mode),
        ]);
        expect(ours).toEqual(expectedLines(reference, differencesFor(DIFFERENCES, script.name, pairing, mode)));
      });
    });
  });
}

/**
 * Tells whether a case shows anything of ours in a pairing.
 *
 * @param script - The case.
 * @param pairing - The pairing.
 * @returns Whether to play it.
 */
export function isShownBy(script: DifferentialCase, pairing: Pairing): boolean {
  return script.shows === "both" || pairing.ours === "both" || script.shows === pairing.ours;
}
