// The same attacks against published versions with the hole: each has to get through, or its test could not fail.
// Place: attacker -> **bytes** -> somebody else's server
// Rules: played in the whole matrix only, since eight versions are installed for it; each server has a process of its own, on
//        loopback, and is ended at once.

import { describe, expect, test } from "vitest";
import { faultAfter, startTarget } from "./attack.ts";
import { ENGINE_ATTACKS } from "./engine-attacks.ts";
import { SOCKET_ATTACKS } from "./socket-attacks.ts";

const IS_WHOLE = process.env["BOWLINE_FULL"] === "1";

describe.runIf(IS_WHOLE)("a published version does not withstand that", () => {
  const holes = [...ENGINE_ATTACKS, ...SOCKET_ATTACKS].flatMap((attack) =>
    attack.holed === undefined ? [] : [{ ...attack, holed: attack.holed }],
  );
  test.each(holes)("$name: $holed.server", async ({ holed, ...attack }) => {
    const victim = await startTarget(holed);
    const fault = await faultAfter(attack, victim, holed.revision).finally(() => victim.kill());
    console.info(`${holed.server}: ${fault?.slice(0, 150)}`);
    expect(fault).toEqual(expect.any(String));
  });
});

test("half of the attacks have a published version that does not withstand them", () => {
  const attacks = [...ENGINE_ATTACKS, ...SOCKET_ATTACKS];
  expect(attacks.filter(({ holed }) => holed !== undefined).length).toBeGreaterThanOrEqual(attacks.length / 2);
});
