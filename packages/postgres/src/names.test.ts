import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { channelName, isChannelPrefix, plainName, quoteIdentifier } from "./names.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");
const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

describe("quoting", () => {
  test.each([
    ["plain", '"plain"'],
    ['a"; DROP TABLE users; --', '"a""; DROP TABLE users; --"'],
    ["'; DROP TABLE users; --", `"'; DROP TABLE users; --"`],
    ['"', '""""'],
    ['\\"', '"\\"""'],
  ])("no name breaks out of its quotes: %s", (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  test.each(["", "a\0b", "x".repeat(64), "ż".repeat(32)])("what no identifier can be is refused: %j", (name) => {
    expect(() => quoteIdentifier(name)).toThrow(TypeError);
  });
});

describe("names", () => {
  const texts = [
    "",
    "a",
    "~a",
    "a.b",
    "żółw",
    "\ud83d",
    "\ud83c",
    "\ufffd",
    "a\0",
    "x".repeat(60),
    "x".repeat(61),
    "X".repeat(60),
  ];

  test("different topics have different channels, of plain letters and not too long", () => {
    const names = texts.flatMap((text) => [
      channelName("p", "topic", text, digest),
      channelName("p", "log", text, digest),
    ]);
    expect(new Set(names).size).toBe(2 * texts.length);
    for (const name of names) expect([bytesOf(name) <= 63, /^[\x20-\x7e]*$/.test(name)]).toEqual([true, true]);
  });

  test("a text that looks like a digest is no digest", () => {
    expect(plainName(`~${digest(JSON.stringify("ż"))}`, 63, digest)).not.toBe(plainName("ż", 63, digest));
  });

  test("the longest prefix leaves room for a digest", () => {
    const prefix = "p".repeat(18);
    expect([isChannelPrefix(prefix), isChannelPrefix(`${prefix}p`), isChannelPrefix("a.b")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(bytesOf(channelName(prefix, "log", "ż", digest))).toBe(63);
  });
});
