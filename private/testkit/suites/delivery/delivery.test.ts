// What is promised for one server whose clients lose their networks again and again, judged by the history checker.
// Rules: the seed decides what strikes whom; what the moment of a fault hits is chance, so that the promises hold for any.
import { describe, expect, test } from "vitest";
import { type DeliveryPlan, type DirectionVerdict, playDelivery } from "./delivery.ts";

const TIME_LIMIT_MS = 120_000;
const SEED = 20261128;
const PLAN: DeliveryPlan = {
  server: "our server",
  clients: ["our client", "client 4.8"],
  keepsSessions: true,
  messages: 20_000,
  faults: 100,
  seed: SEED,
};

/** Nothing but what a direction may have. */
function clean({ owed, ...rest }: DirectionVerdict): Omit<DirectionVerdict, "owed"> {
  expect(owed).toBeGreaterThan(0);
  return rest;
}

const WHOLE = { lost: 0, told: 0, duplicated: 0, reordered: 0, phantom: 0, leaked: 0 };

describe("a server that keeps sessions, under faults", () => {
  test("tells ours and the official clients everything, once and in order, and hears our client once", {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const { down, up, recovered, beganAnew } = await playDelivery(PLAN);
    expect(Object.values(down).map(clean)).toEqual([WHOLE, WHOLE]);
    const [ours, official] = Object.values(up).map(clean);
    expect(ours).toEqual(WHOLE);
    // It gives an event a new id each time, so that nobody can tell that it comes again.
    expect({ ...official, duplicated: 0 }).toEqual(WHOLE);
    expect([recovered > 20, beganAnew]).toEqual([true, 0]);
  });
});

describe("a server that keeps no sessions, under faults", () => {
  test("loses for no client of any generation what the client is not told of, and tells nothing twice", {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const { down, up, beganAnew } = await playDelivery({
      ...PLAN,
      clients: ["our client", "client 4.8", "client 2.5"],
      keepsSessions: false,
      messages: 6000,
      faults: 50,
      seed: SEED + 1,
    });
    for (const verdict of Object.values(down)) expect({ ...clean(verdict), told: 0 }).toEqual(WHOLE);
    for (const kind of ["our client", "client 4.8"] as const) {
      const verdict = up[kind];
      expect(verdict === undefined ? verdict : { ...clean(verdict), duplicated: 0 }).toEqual(WHOLE);
    }
    expect(beganAnew).toBeGreaterThan(20);
  });
});
