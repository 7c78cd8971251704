import { expect, test } from "vitest";
import { addedMs } from "./cluster-scenario.ts";

test("what the other server adds is the median of what each event took longer", () => {
  expect(addedMs([1, 10, 1], [1.5, 10.25, 3])).toBe(0.5);
});

test("events that one of the two has not heard yet do not count", () => {
  expect(addedMs([1, 1], [2, 2, 90])).toBe(1);
});

test("what came in one turn of the loop was later by the clock's step", () => {
  expect(addedMs([2, 2], [2, 1])).toBe(0.001);
});
