// The same program with the official clients and with ours: what it can observe is the same, line by line.
// Place: **tests** -> cases -> stage -> client packages
// Rules: the official client at the official server of its generation is the reference; ours plays at that server and at
//        ours; deliberate differences are asserted as strictly as agreement.

import { describe, expect, test } from "vitest";
import type { Generation, ServerName } from "../../src/peers/peer.ts";
import { CONNECTING } from "./client-api/connecting.ts";
import { API_DIFFERENCES } from "./client-api/differences.ts";
import { EXCHANGING } from "./client-api/exchanging.ts";
import { play } from "./client-api/stage.ts";
import { expectedLines } from "./compare.ts";

const CASES = [...CONNECTING, ...EXCHANGING];
const REFERENCE: Readonly<Record<Generation, ServerName>> = { 2: "server 2.5", 4: "server 4.8" };
const GENERATIONS: readonly Generation[] = [2, 4];

describe.each(GENERATIONS)("a program of generation %i", (generation) => {
  const cases = CASES.filter(({ generations }) => generations.includes(generation));

  test.each(cases.map((script) => [script.name, script] as const))("%s", async (name, script) => {
    const differences = API_DIFFERENCES.filter((entry) => entry.script === name && entry.generation === generation);
    const theirs = await play(script, "theirs", generation, REFERENCE[generation]);
    const expected = expectedLines(
      theirs,
      differences.map((entry) => ({ ...entry, pairings: [], modes: [] })),
    );
    expect(theirs).not.toEqual([]);
    expect(await play(script, "ours", generation, REFERENCE[generation])).toEqual(expected);
    expect(await play(script, "ours", generation, "our server")).toEqual(expected);
  });
});

test("every difference belongs to a case that is played", () => {
  const unknown = API_DIFFERENCES.filter(
    ({ script, generation }) => !CASES.some((one) => one.name === script && one.generations.includes(generation)),
  );
  expect(unknown).toEqual([]);
});
