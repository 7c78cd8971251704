// Rules of the line through points.
import { expect, test } from "vitest";
import { createSeededRandom } from "./seeded-random.ts";
import { trendOf } from "./trend.ts";

const at = (values: readonly number[]) => values.map((value, index) => ({ at: index, value }));

test("points on a line have its slope, without any doubt", () => {
  const { slope, interval, points } = trendOf(at([5, 7, 9, 11]));
  expect([slope, ...interval, points]).toEqual([2, 2, 2, 4]);
});

test("the interval of points that waver has the true slope in it", () => {
  const random = createSeededRandom(7);
  const values = Array.from({ length: 60 }, (_, index) => 0.1 * index + random.fraction());
  const { slope, interval } = trendOf(at(values));
  expect(slope).toBeCloseTo(0.1, 1);
  expect([interval[0] < 0.1, interval[1] > 0.1, interval[0] > 0.08]).toEqual([true, true, true]);
});

test("the interval is known from tables: four points with one off the line", () => {
  // Residuals of a slope of 0.6: s = sqrt(0.8 / 2), divided by sqrt(5), times t for two degrees of freedom.
  const { slope, interval } = trendOf(at([1, 1, 3, 2]));
  expect(slope).toBeCloseTo(0.5);
  expect(interval[1] - slope).toBeCloseTo((Math.sqrt(1.5 / 2) / Math.sqrt(5)) * 4.3);
});

test("two points, and points of one time, have no line", () => {
  expect(() => trendOf(at([1, 2]))).toThrow(RangeError);
  expect(() => trendOf([1, 2, 3].map((value) => ({ at: 1, value })))).toThrow(RangeError);
});
