import { expect, test } from "vitest";
import { median, percentile, ratioOf, summarise } from "./statistics.ts";

test("the median of an odd number of values is the one in the middle, in whatever order they come", () => {
  expect(median([9, 1, 5])).toBe(5);
});

test("the median of an even number of values is the mean of the two in the middle", () => {
  expect(median([4, 1, 2, 100])).toBe(3);
});

test("there is no median of nothing", () => {
  expect(() => median([])).toThrow(RangeError);
});

test("a percentile is the value below which that share lies", () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i);
  expect([percentile(sorted, 0.5), percentile(sorted, 0.99), percentile(sorted, 1)]).toEqual([50, 99, 99]);
});

test("a percentile of nothing is zero", () => {
  expect(percentile([], 0.5)).toBe(0);
});

test("a summary has minimum and median", () => {
  expect(summarise([3, 2, 7])).toEqual({ minimum: 2, median: 3 });
});

test("a ratio compares round by round, so that a slow round of both does not show", () => {
  expect(ratioOf([10, 100, 10], [20, 200, 30]).median).toBe(2);
});

test("a ratio of the minima compares the best of each", () => {
  expect(ratioOf([10, 100], [30, 20]).ofMinima).toBe(2);
});

test("refuses to compare different rounds", () => {
  expect(() => ratioOf([1], [1, 2])).toThrow(RangeError);
});
