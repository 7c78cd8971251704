// Rules of the sample: every pair that can be shown is, with few rows, the same ones for the same seed.
import { describe, expect, test } from "vitest";
import { choosePairwise } from "./pairwise.ts";

type Row = readonly [string, string, string];

const letters = ["a", "b", "c", "d", "e", "f"];
const whole: readonly Row[] = letters.flatMap((one) =>
  letters.flatMap((two) => letters.map((three): Row => [one, `2${two}`, `3${three}`])),
);
const valuesOf = (row: Row): Row => row;

function pairsIn(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap(([one, two, three]) => [`${one} ${two}`, `${one} ${three}`, `${two} ${three}`]));
}

describe("a pairwise sample", () => {
  test.each([1, 2, 3])("shows every two values of different factors together, with seed %i", (seed) => {
    expect(pairsIn(choosePairwise({ rows: whole, taken: [], valuesOf, seed }))).toEqual(pairsIn(whole));
  });

  test("is much smaller than the table and no smaller than the product of its two largest factors", () => {
    const { length } = choosePairwise({ rows: whole, taken: [], valuesOf, seed: 1 });
    expect(length).toBeGreaterThanOrEqual(36);
    expect(length).toBeLessThan(60);
  });

  test("is decided by its seed", () => {
    const [first, again, other] = [7, 7, 8].map((seed) => choosePairwise({ rows: whole, taken: [], valuesOf, seed }));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("takes rows of the table only, and shows what they allow", () => {
    const rows = whole.filter(([one, two]) => one !== "a" || two === "2b");
    const sample = choosePairwise({ rows, taken: [], valuesOf, seed: 1 });
    expect(rows).toEqual(expect.arrayContaining([...sample]));
    expect(pairsIn(sample)).toEqual(pairsIn(rows));
  });

  test("leaves out what is taken anyway", () => {
    const taken = whole.filter(([one]) => one === "a");
    const sample = choosePairwise({ rows: whole, taken, valuesOf, seed: 1 });
    expect(pairsIn([...taken, ...sample])).toEqual(pairsIn(whole));
    expect(sample.filter(([one]) => one === "a")).toEqual([]);
  });

  test("keeps the order of the table", () => {
    const sample = choosePairwise({ rows: whole, taken: [], valuesOf, seed: 1 });
    expect(sample).toEqual(whole.filter((row) => sample.includes(row)));
  });

  test("of nothing is empty", () => {
    expect(choosePairwise({ rows: [], taken: [], valuesOf, seed: 1 })).toEqual([]);
  });
});
