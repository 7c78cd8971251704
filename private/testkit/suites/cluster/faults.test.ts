// The short form of the table of faults: clusters of ours with processes that are killed and stopped, and brokers that go.
// Rules: in full runs alone, since it takes minutes; what upstream's do is measured by `npm run test:cluster` and no test.
import { describe, expect, test } from "vitest";
import { whyMissing } from "../brokers/broker-packages.ts";
import { FAULTS, SHORT } from "./faults/faults.ts";
import { playFault } from "./faults/run.ts";

const SEED = 20_261_128;

/** A bus without a log tells nobody of what a broker that was away has not carried. */
const LOSES = ["broker-restart", "broker-down", "failover"];

const missing =
  process.env["BOWLINE_FULL"] === "1"
    ? await whyMissing()
    : "faults take minutes: in full runs, or `npm run test:cluster`";
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(`@bowline/redis${reason}`, () => {
  test.each(FAULTS)(
    "$name: nothing comes twice, out of order or to the wrong one, and what is missed is told",
    async (fault) => {
      const outcome = await playFault(fault, SHORT, "bowline, @bowline/redis", SEED);
      expect(outcome).toMatchObject({ duplicated: 0, reordered: 0, wrong: 0, missedAtHome: 0 });
      expect(LOSES.includes(fault.name) || outcome.lost === 0).toBe(true);
      expect(outcome.recoveriesMs.includes(null)).toBe(false);
    },
    120_000,
  );
});
