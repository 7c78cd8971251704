// Every advisory of the family and of what stands below it that can be played over the wire, against our server.
// Place: attacker -> **bytes** -> engine server ... socket
// Rules: one server for all; it lives, answers others, and keeps no connection.
// Source: docs/security.md, "Advisories"

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Victim } from "../hostile/victim-process.ts";
import { faultAfter, startTarget } from "./attack.ts";
import { ENGINE_ATTACKS } from "./engine-attacks.ts";
import { SOCKET_ATTACKS } from "./socket-attacks.ts";

let victim: Victim;

beforeAll(async () => {
  victim = await startTarget();
});

afterAll(async () => {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

describe.each([...ENGINE_ATTACKS, ...SOCKET_ATTACKS])("$name ($ids)", (attack) => {
  test.each(attack.revisions)("in revision %i", async (revision) => {
    expect(await faultAfter(attack, victim, revision)).toBe(undefined);
  });
});
