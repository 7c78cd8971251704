// Makes the tests of pairings: every case that shows our side, over every way of transport, all of them or a sample.
// Place: tests -> **matrix** -> run, comparison

import { describe, expect, test } from "vitest";
import type { TransportMode } from "../../src/peers/peer.ts";
import { ALL_MODES, type DifferentialCase } from "./case.ts";
import { differencesFor, expectedLines } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import { meetingName, type Pairing, parserOf } from "./pairings.ts";
import { runCase, runReference } from "./run-case.ts";

/** One case as one pairing plays it over one way of transport. */
export interface Play {
  readonly pairing: Pairing;
  readonly mode: TransportMode;
  readonly script: DifferentialCase;
}

/**
 * Lists everything that pairings can play.
 *
 * @param pairings - Who meets whom.
 * @param cases - The cases.
 * @returns Every play, pairing by pairing.
 */
export function allPlays(pairings: readonly Pairing[], cases: readonly DifferentialCase[]): readonly Play[] {
  return pairings.flatMap((pairing) =>
    ALL_MODES.flatMap((mode) =>
      cases.filter((script) => isShownBy(script, pairing)).map((script) => ({ pairing, mode, script })),
    ),
  );
}

/**
 * Defines the tests of some pairings.
 *
 * @param pairings - Who meets whom.
 * @param cases - What they play.
 */
export function playPairings(pairings: readonly Pairing[], cases: readonly DifferentialCase[]): void {
  play(allPlays(pairings, cases));
}

/**
 * Defines the tests of some plays.
 *
 * @param plays - What is played.
 */
export function play(plays: readonly Play[]): void {
  const names = [...new Set(plays.map(({ pairing }) => meetingName(pairing)))];
  describe.concurrent.each(names)("%s", (name) => {
    const ofPairing = plays.filter(({ pairing }) => meetingName(pairing) === name);
    describe.each(ALL_MODES.filter((mode) => ofPairing.some((one) => one.mode === mode)))("over %s", (mode) => {
      const ofMode = ofPairing.filter((one) => one.mode === mode);
      test.each(ofMode.map((one) => [one.script.name, one] as const))("%s", async (_rule, { script, pairing }) => {
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
 * Tells whether a case shows anything of ours in a pairing, and can be played by the official side.
 *
 * @param script - The case.
 * @param pairing - The pairing.
 * @returns Whether to play it.
 */
export function isShownBy(script: DifferentialCase, pairing: Pairing): boolean {
  const isOurs = script.shows === "both" || pairing.ours === "both" || script.shows === pairing.ours;
  const { server, clients } = pairing.reference;
  const isPossible =
    script.notBy?.includes(parserOf(pairing)) !== true &&
    ![server, ...clients].some((peer) => script.notWith?.includes(peer) === true);
  return isOurs && isPossible;
}
