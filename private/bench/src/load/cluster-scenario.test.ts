import { expect, test } from "vitest";
import { addedMs } from "./cluster-scenario.ts";

test("what the other server adds is the median of what each event took longer", () => {
  expect(addedMs([0.5, -0.25, 2])).toBe(0.5);
});

test("what came in one turn of the loop was later by the clock's step", () => {
  expect(addedMs([0, -1])).toBe(0.001);
});
