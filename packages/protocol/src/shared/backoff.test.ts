// Rules of waiting before the next attempt: exponential, capped, moved by chance, and always a number.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffDelay } from "./backoff.ts";

const STEADY = { minMs: 1000, maxMs: 5000, jitter: 0 };
const SHAKY = { minMs: 1000, maxMs: 60_000, jitter: 0.5 };

describe("a backoff delay", () => {
  it("doubles with every attempt up to the longest", () => {
    expect([0, 1, 2, 3, 4].map((attempt) => backoffDelay(STEADY, attempt, 0.5))).toEqual([
      1000, 2000, 4000, 5000, 5000,
    ]);
  });

  it("is moved down and up by its share of chance", () => {
    expect([0, 0.5, 0.75].map((fraction) => backoffDelay(SHAKY, 1, fraction))).toEqual([1000, 2000, 2500]);
  });

  it("is not longer than the longest, chance included", () => {
    expect(backoffDelay({ ...SHAKY, maxMs: 2200 }, 1, 0.99)).toBe(2200);
  });

  it("is whole milliseconds", () => {
    expect(backoffDelay({ minMs: 333, maxMs: 5000, jitter: 0.1 }, 0, 0.123)).toBe(307);
  });

  it("stays at the longest after days without a connection", () => {
    expect(backoffDelay(SHAKY, 100_000, 0.1)).toBe(60_000);
    expect(backoffDelay(STEADY, 1014, 0.9)).toBe(5000);
  });

  it("is a delay between nothing and the longest for every number of attempts", () => {
    const options = fc.record({
      minMs: fc.integer({ min: 0, max: 100_000 }),
      maxMs: fc.integer({ min: 0, max: 1_000_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(options, fc.nat(5000), fraction, (shape, attempt, chance) => {
        const delay = backoffDelay(shape, attempt, chance);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(shape.maxMs);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
