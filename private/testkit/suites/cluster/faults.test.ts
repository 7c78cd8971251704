// The faults that the gate plays: nodes that are killed and stopped, and a broker that restarts, with what a cluster owes.
// Rules: both scenes are played at a time, since they wait more than they compute; over a log the verdict is strict; what
//        upstream's cluster misses proves that the checker sees losses in a real run. The whole table is played in full runs,
//        since it takes an hour.
import { describe, expect, test } from "vitest";
import { NATS, POSTGRES } from "../../src/peers/broker-programs.ts";
import { whyNoProgram } from "../../src/peers/broker-server.ts";
import { whyMissing } from "../brokers/broker-packages.ts";
import { BRIEF, FAULTS, type Fault, IN_A_ROW, LONG } from "./faults/faults.ts";
import { isOverRedis, OVER_JETSTREAM, OVER_LOG, OVER_POSTGRES, UPSTREAM } from "./faults/peers.ts";
import { brokenPromises, playFault } from "./faults/run.ts";

const SEED = 20_261_128;
const SEEDS_OF_KILLS = [1, 2, 3, 4, 5];
/** How soon clients are back whose node was killed, in milliseconds. */
const BACK_WITHIN_MS = 2000;

const missing = await whyMissing();
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;
const missingWhole =
  process.env["BOWLINE_FULL"] === "1" ? missing : "it takes an hour: in full runs, or `npm run test:cluster`";
const wholeReason = missingWhole === undefined ? "" : ` (skipped: ${missingWhole})`;

const KILL: Fault = FAULTS.find(({ name }) => name === "sigkill") ?? expect.fail("no such fault");

/** Whether all of these faults were over in time. */
const areAllQuick = (recoveriesMs: readonly (number | null)[]): boolean =>
  recoveriesMs.every((ms) => ms !== null && ms < BACK_WITHIN_MS);

describe.skipIf(missing !== undefined)(`faults${reason}`, () => {
  test.concurrent("over a log nothing is missed, doubled or out of order while nodes die and stand still and the broker restarts", async () => {
    const outcome = await playFault(IN_A_ROW, BRIEF, OVER_LOG, SEED);
    expect(outcome).toMatchObject({ lost: 0, told: 0, duplicated: 0, reordered: 0, wrong: 0 });
    expect(outcome.owed).toBeGreaterThan(5000);
    expect(areAllQuick(outcome.recoveriesMs.slice(0, BRIEF.kills))).toBe(true);
  }, 90_000);

  test.concurrent("the checker finds what clients of upstream's cluster miss when their node is killed", async () => {
    const outcome = await playFault(KILL, { ...BRIEF, kills: 1 }, UPSTREAM, SEED);
    expect(outcome.lost + outcome.told).toBeGreaterThan(0);
    expect(outcome.missedAtHome).toBe(0);
  }, 60_000);
});

describe.each([
  [OVER_POSTGRES, POSTGRES],
  [OVER_JETSTREAM, NATS],
])("%s", (peer, program) => {
  const noProgram = whyNoProgram(program);
  const noProgramReason = noProgram === undefined ? "" : ` (skipped: ${noProgram})`;

  test.skipIf(noProgram !== undefined)(
    `three kills: nothing is missed, doubled or out of order, and all are back within two seconds${noProgramReason}`,
    async () => {
      const outcome = await playFault(KILL, { ...BRIEF, kills: 3 }, peer, SEED);
      expect(outcome).toMatchObject({ lost: 0, told: 0, duplicated: 0, reordered: 0, wrong: 0 });
      expect(outcome.owed).toBeGreaterThan(5000);
      expect(areAllQuick(outcome.recoveriesMs)).toBe(true);
    },
    90_000,
  );
});

describe.skipIf(missingWhole !== undefined)(`the whole table of faults${wholeReason}`, () => {
  const PLAYED = [OVER_LOG, OVER_POSTGRES, OVER_JETSTREAM].flatMap((peer) =>
    FAULTS.filter(({ sentinels }) => sentinels !== true || isOverRedis(peer)).map(
      (fault) => [fault.name, peer, fault] as const,
    ),
  );

  test.each(PLAYED)(
    "%s: a cluster of %s keeps what it promises",
    async (_, peer, fault) => {
      expect(brokenPromises(fault, await playFault(fault, LONG, peer, SEED))).toEqual([]);
    },
    300_000,
  );

  test.each(SEEDS_OF_KILLS)(
    "twenty kills by seed %i: nothing is missed, doubled or out of order, and all are back within two seconds",
    async (seed) => {
      const outcome = await playFault(KILL, LONG, OVER_LOG, seed);
      expect(outcome).toMatchObject({ lost: 0, told: 0, duplicated: 0, reordered: 0, wrong: 0 });
      expect(areAllQuick(outcome.recoveriesMs)).toBe(true);
    },
    300_000,
  );
});
