// Rules of offsets: they are read as they were written, stand in the order of their logs and entries, and what is none stands
// before all.
import { describe, expect, it } from "vitest";
import { compareOffsets, createEpoch, decodeOffset, encodeOffset } from "./offset.ts";

const earlier = createEpoch(1_700_000_000_000, 0);
const later = createEpoch(1_700_000_001_000, 0);

describe("an offset", () => {
  it("is read as it was written", () => {
    expect(decodeOffset(encodeOffset(earlier, 1234))).toEqual({ epoch: earlier, number: 1234 });
  });

  it.each(["", "abc", `${earlier}-`, `${earlier}-zzzzzzzzzzz`, `${earlier}-1 `, `${earlier}-A`])(
    "is not %j",
    (text) => {
      expect(decodeOffset(text)).toBe(undefined);
    },
  );

  it("stands in the order of entries, those of a later log behind all of an earlier one", () => {
    const [first, tenth, other] = [encodeOffset(earlier, 1), encodeOffset(earlier, 100), encodeOffset(later, 1)];
    const sorted = [other, tenth, "nonsense", first].sort(compareOffsets);
    expect(sorted).toEqual(["nonsense", first, tenth, other]);
    expect([compareOffsets(first, first), compareOffsets("x", "y"), compareOffsets(first, "x")]).toEqual([0, 0, 1]);
  });

  it("tells logs apart that begin in one second", () => {
    expect(createEpoch(1_700_000_000_000, 0.5)).not.toBe(earlier);
  });
});
