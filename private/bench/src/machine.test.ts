import { expect, test } from "vitest";
import { readCoreList } from "./machine.ts";

test("reads lists of processors with single ones and ranges", () => {
  expect(readCoreList("0-2,5, 7-7")).toEqual([0, 1, 2, 5, 7]);
});

test("an empty list has no usable processor", () => {
  expect(readCoreList("x")).toEqual([]);
});
