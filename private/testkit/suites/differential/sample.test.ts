// The gate's sample leaves nothing out that pairs can show, and is small enough for the gate.
// Place: **tests** -> sample

import { describe, expect, test } from "vitest";
import { CASES } from "./cases.ts";
import { OUR_CLIENT_PAIRINGS, OUR_SERVER_PAIRINGS } from "./pairings.ts";
import { allPlays, type Play } from "./play-pairings.ts";
import { factorsOf, SAMPLE_SEED, SAMPLED_FROM, sampleOf } from "./sample.ts";

const sample = sampleOf(SAMPLE_SEED);
const alwaysPlayed = allPlays([...OUR_SERVER_PAIRINGS, ...OUR_CLIENT_PAIRINGS], CASES);

/** Every two values that are played together, of the factors with these two numbers. */
function together(plays: readonly Play[], first: number, second: number): ReadonlySet<string> {
  return new Set(plays.map(factorsOf).map((values) => `${values[first]} / ${values[second]}`));
}

describe(`the sample of seed ${SAMPLE_SEED}`, () => {
  test.each([
    ["peers and transports", 0, 1],
    ["peers and cases", 0, 2],
    ["peers and parsers", 0, 3],
    ["transports and cases", 1, 2],
    ["transports and parsers", 1, 3],
    ["cases and parsers", 2, 3],
  ] as const)("shows all %s that go together", (_what, first, second) => {
    const shown = together([...alwaysPlayed, ...sample], first, second);
    const possible = together(SAMPLED_FROM, first, second);
    expect([...possible].filter((pair) => !shown.has(pair))).toEqual([]);
  });

  test("is less than a tenth of everything", () => {
    expect(sample.length).toBeGreaterThan(0);
    expect(sample.length).toBeLessThan(SAMPLED_FROM.length / 10);
  });
});
