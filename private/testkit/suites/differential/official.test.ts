// The suite by itself: official servers with official clients play every case, the same way each time.
// Place: **tests** -> run -> cases
// Rules: what these runs give is what ours is held against, so a case that wavers or observes nothing fails here.

import { describe, expect, test } from "vitest";
import { ALL_MODES } from "./case.ts";
import { CASES, MIXED_CASES } from "./cases.ts";
import {
  type Meeting,
  MIXED_PAIRINGS,
  meetingName,
  OUR_CLIENT_PAIRINGS,
  OUR_OWN_PAIRINGS,
  OUR_SERVER_PAIRINGS,
  type Pairing,
} from "./pairings.ts";
import { isShownBy } from "./play-pairings.ts";
import { runCase } from "./run-case.ts";

const uses = [
  ...[...OUR_SERVER_PAIRINGS, ...OUR_CLIENT_PAIRINGS, ...OUR_OWN_PAIRINGS].flatMap((pairing) => usesOf(pairing, CASES)),
  ...MIXED_PAIRINGS.flatMap((pairing) => usesOf(pairing, MIXED_CASES)),
];

function usesOf(pairing: Pairing, cases: typeof CASES): { reference: Meeting; name: string }[] {
  return cases
    .filter((script) => isShownBy(script, pairing))
    .map((script) => ({ reference: pairing.reference, name: script.name }));
}

const references = [...new Set(uses.map(({ reference }) => reference))].map((meeting) => ({
  meeting,
  cases: CASES.filter((script) => uses.some((use) => use.reference === meeting && use.name === script.name)),
}));

describe.concurrent.each(references.map((reference) => [meetingName(reference.meeting), reference] as const))(
  "%s",
  (_name, { meeting, cases }) => {
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
  },
);
