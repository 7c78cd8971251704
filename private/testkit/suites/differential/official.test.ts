// The suite by itself: official servers with official clients play every case, the same way each time.
// Place: **tests** -> run -> cases
// Rules: what these runs give is what ours is held against, so a case that wavers or observes nothing fails here.

import { describe, expect, test } from "vitest";
import { ALL_MODES } from "./case.ts";
import { CASES, MIXED_CASES } from "./cases.ts";
import { MIXED_PAIRINGS, meetingName, OUR_CLIENT_PAIRINGS, OUR_OWN_PAIRINGS, OUR_SERVER_PAIRINGS } from "./pairings.ts";
import { allPlays } from "./play-pairings.ts";
import { runCase } from "./run-case.ts";
import { PLAYS_EVERYTHING, SAMPLED_FROM } from "./sample.ts";

const uses = [
  ...allPlays([...OUR_SERVER_PAIRINGS, ...OUR_CLIENT_PAIRINGS, ...OUR_OWN_PAIRINGS], CASES),
  ...allPlays(MIXED_PAIRINGS, MIXED_CASES),
  // The gate plays what the sample is held against once, as the reference.
  ...(PLAYS_EVERYTHING ? SAMPLED_FROM : []),
];

const meetings = new Map(uses.map(({ pairing }) => [meetingName(pairing.reference), pairing.reference]));
const references = [...meetings].map(([name, meeting]) => {
  const names = new Set(
    uses.filter(({ pairing }) => meetingName(pairing.reference) === name).map(({ script }) => script.name),
  );
  return [name, { meeting, cases: CASES.filter((script) => names.has(script.name)) }] as const;
});

describe.concurrent.each(references)("%s", (_name, { meeting, cases }) => {
  describe.each(ALL_MODES)("over %s", (mode) => {
    test.each(cases.map((script) => [script.name, script] as const))("%s", async (_rule, script) => {
      const [first, second] = await Promise.all([
        runCase(script, meeting, meeting, mode),
        runCase(script, meeting, meeting, mode),
      ]);
      expect(first.length).toBeGreaterThan(0);
      expect(second).toEqual(first);
    });
  });
});
