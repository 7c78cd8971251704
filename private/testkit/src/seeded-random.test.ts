// Rules of seeded randomness: repeatable, in range, and different for different seeds.
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "./seeded-random.ts";

describe("seeded randomness", () => {
  it("repeats itself for the same seed", () => {
    expect(createSeededRandom(9).bytes(32)).toEqual(createSeededRandom(9).bytes(32));
  });

  it("differs for another seed", () => {
    expect(createSeededRandom(9).bytes(32)).not.toEqual(createSeededRandom(10).bytes(32));
  });

  it("gives fractions from 0 to below 1, spread evenly", () => {
    const { fraction } = createSeededRandom(1);
    const values = Array.from({ length: 10_000 }, fraction);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  it("gives every whole number below a bound", () => {
    const { below } = createSeededRandom(1);
    expect(new Set(Array.from({ length: 200 }, () => below(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
  });
});
