// Rules of ids: twenty letters of the URL-safe alphabet, every bit of them random.
import { createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createId, type Random } from "./random.ts";

function fixed(bytes: readonly number[]): Random {
  return { bytes: (count) => Uint8Array.from({ length: count }, (_, at) => bytes[at] ?? 0), fraction: () => 0 };
}

describe("an id", () => {
  it("has 20 characters of the URL-safe alphabet", () => {
    expect(createId(createSeededRandom(1))).toMatch(/^[A-Za-z0-9_-]{20}$/);
  });

  it("is the same for the same bytes, and another for others", () => {
    const random = createSeededRandom(7);
    const ids = [createId(random), createId(random), createId(createSeededRandom(7))];
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("spells the lowest and the highest bits", () => {
    expect(createId(fixed([]))).toBe("A".repeat(20));
    expect(createId(fixed(new Array(15).fill(255)))).toBe("_".repeat(20));
  });

  it("changes with each of its 120 bits", () => {
    const oneBit = (bit: number): string =>
      createId(fixed(Array.from({ length: 15 }, (_, at) => (at === bit >> 3 ? 128 >> (bit & 7) : 0))));
    expect(new Set(Array.from({ length: 120 }, (_, bit) => oneBit(bit))).size).toBe(120);
  });
});
