// Place: bytes -> engine dialect -> session -> **socket codec** (the depth of JSON)
import { describe, expect, test } from "vitest";
import { isNestedDeeper } from "./json-depth.ts";

function nested(levels: number, open = "[", close = "]", core = ""): string {
  return open.repeat(levels) + core + close.repeat(levels);
}

describe("JSON is nested", () => {
  test.each([
    ["exactly as deep as allowed", nested(5, "[", "]", "1,2"), false],
    ["one level deeper in arrays", nested(6), true],
    ["one level deeper in objects", nested(6, '{"a":', "}", "1"), true],
    ["side by side, which is not deep", `[${"[],".repeat(20)}{}]`, false],
    ["in a string, which is no nesting", `["${"[".repeat(20)}"]`, false],
    ["in a string with quotes and backslashes", `["\\"${"[".repeat(20)}\\\\",[[1]]]`, false],
    ["behind a string with quotes and backslashes", `["\\"\\\\",${nested(6)}]`, true],
    ["in a string that never ends", `["${"[".repeat(20)}`, false],
  ])("%s", (_, json, expected) => {
    expect(isNestedDeeper(json, 5)).toBe(expected);
  });
});
