// The same program on the official servers and on ours: what it and its clients can observe is the same, line by line.
// Place: **tests** -> cases -> stage -> server packages
// Rules: the official server of the program's generation is the reference; ours plays by upstream's name and by its own;
//        deliberate differences are asserted as strictly as agreement.

import { describe, expect, test } from "vitest";
import type { Generation } from "../../src/peers/peer.ts";
import { expectedLines } from "./compare.ts";
import { ADAPTERS } from "./server-api/adapters.ts";
import { BROADCASTING } from "./server-api/broadcasting.ts";
import { CONNECTIONS } from "./server-api/connections.ts";
import { CORNERS } from "./server-api/corners.ts";
import { SERVER_DIFFERENCES } from "./server-api/differences.ts";
import { ELDER_CLIENTS } from "./server-api/elder-clients.ts";
import { ENGINE } from "./server-api/engine.ts";
import { FILES } from "./server-api/files.ts";
import { MAKING } from "./server-api/making.ts";
import { MANY_SOCKETS } from "./server-api/many-sockets.ts";
import { NAMESPACES } from "./server-api/namespaces.ts";
import { ODD_ARGUMENTS } from "./server-api/odd-arguments.ts";
import { SETTINGS } from "./server-api/settings.ts";
import { SOCKETS } from "./server-api/sockets.ts";
import { type Maker, play } from "./server-api/stage.ts";
import { TALKING } from "./server-api/talking.ts";
import { WIRES } from "./server-api/wires.ts";

const CASES = [
  ...MAKING,
  ...SETTINGS,
  ...BROADCASTING,
  ...MANY_SOCKETS,
  ...NAMESPACES,
  ...SOCKETS,
  ...TALKING,
  ...ENGINE,
  ...CONNECTIONS,
  ...FILES,
  ...ADAPTERS,
  ...WIRES,
  ...ELDER_CLIENTS,
  ...CORNERS,
  ...ODD_ARGUMENTS,
];
const GENERATIONS: readonly Generation[] = [2, 4];
const BY_BOTH_NAMES: readonly Maker[] = ["ours", "ours by its own name"];

describe.each(GENERATIONS)("a program of generation %i", (generation) => {
  const cases = CASES.filter(({ generations }) => generations.includes(generation));

  test.each(cases.map((script) => [script.name, script] as const))("%s", async (name, script) => {
    const differences = SERVER_DIFFERENCES.filter((entry) => entry.script === name && entry.generation === generation);
    const theirs = await play(script, "theirs", generation);
    const expected = expectedLines(
      theirs,
      differences.map((entry) => ({ ...entry, pairings: [], modes: [] })),
    );
    expect(theirs).not.toEqual([]);
    for (const maker of script.byName ? BY_BOTH_NAMES.slice(0, 1) : BY_BOTH_NAMES) {
      expect([maker, ...(await play(script, maker, generation))]).toEqual([maker, ...expected]);
    }
  });
});

test("every difference belongs to a case that is played", () => {
  const unknown = SERVER_DIFFERENCES.filter(
    ({ script, generation }) => !CASES.some((one) => one.name === script && one.generations.includes(generation)),
  );
  expect(unknown).toEqual([]);
});

test("no two cases have one name", () => {
  expect(CASES.length).toBe(new Set(CASES.map(({ name }) => name)).size);
});
