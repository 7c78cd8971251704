// What the gate plays of the pairings with other versions and other parsers: a sample, since all of it takes minutes.
// Place: tests -> **sample** -> matrix
// Rules: every two values of peers, transports, case and parser that go together are played together at least once;
//        what the newest versions play whole counts; BOWLINE_FULL=1 plays everything.

import { choosePairwise } from "../../src/pairwise.ts";
import { CASES } from "./cases.ts";
import {
  meetingName,
  OTHER_VERSION_PAIRINGS,
  OUR_CLIENT_PAIRINGS,
  OUR_SERVER_PAIRINGS,
  PARSER_PAIRINGS,
  peersName,
} from "./pairings.ts";
import { allPlays, type Play } from "./play-pairings.ts";

/** The seed of the gate's sample. */
export const SAMPLE_SEED = 20_261_127;

/** Whether everything is played. */
export const PLAYS_EVERYTHING: boolean = process.env["BOWLINE_FULL"] === "1";

/** All that could be played beyond what is always played. */
export const SAMPLED_FROM: readonly Play[] = allPlays([...OTHER_VERSION_PAIRINGS, ...PARSER_PAIRINGS], CASES);

/** What is played, of that. */
export const SAMPLE: readonly Play[] = PLAYS_EVERYTHING ? SAMPLED_FROM : sampleOf(SAMPLE_SEED);

/** What the tests of the sample are called together. */
export const SAMPLE_NAME: string = PLAYS_EVERYTHING ? "everything" : `sample of seed ${SAMPLE_SEED}`;

/**
 * Draws a sample.
 *
 * @param seed - What decides it.
 * @returns The plays.
 */
export function sampleOf(seed: number): readonly Play[] {
  return choosePairwise({
    rows: SAMPLED_FROM,
    taken: allPlays([...OUR_SERVER_PAIRINGS, ...OUR_CLIENT_PAIRINGS], CASES),
    valuesOf: factorsOf,
    seed,
  });
}

/**
 * Tells what a play is made of.
 *
 * @param play - The play.
 * @returns Its peers, transports, case and parsers.
 */
export function factorsOf({ pairing, mode, script }: Play): readonly [string, string, string, string] {
  const own = pairing.parsers === undefined ? "text" : meetingName(pairing).slice(peersName(pairing).length);
  return [peersName(pairing), mode, script.name, own];
}
