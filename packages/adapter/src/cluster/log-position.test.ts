import { expect, test } from "vitest";
import { compareOffsets, readOffset, writeOffset } from "./log-position.ts";

const LARGEST = { epoch: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

test.each([{ epoch: 0, seq: 0 }, { epoch: 1_795_000_000_000_000, seq: 1 }, LARGEST])(
  "a position is read as it was written: %j",
  (position) => {
    expect(readOffset(writeOffset(position))).toEqual(position);
  },
);

test.each([
  "",
  "1",
  "-",
  "1-",
  "-1",
  "1-2-3",
  "A-1",
  "1_2",
  "zzzzzzzzzzz-1",
  "1-zzzzzzzzzzz",
  "123456789012-1",
  " 1-1",
])("%j is no offset", (text) => {
  expect(readOffset(text)).toBeUndefined();
});

test("offsets are in the order of the logs, then of the entries; what is none comes first", () => {
  const inOrder = ["nonsense", "1-1", "1-2", "1-z", "1-10", "2-0", "10-0"];
  const mixed = [...inOrder].reverse();
  expect(mixed.sort(compareOffsets)).toEqual(inOrder);
  expect([compareOffsets("1-1", "1-1"), compareOffsets("nonsense", "another")]).toEqual([0, 0]);
});
