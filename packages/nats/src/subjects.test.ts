import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checkPrefix, tokenOf } from "./subjects.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

const TEXTS = [
  "",
  "a",
  "a.b",
  "a b",
  ">",
  "*",
  "a.*",
  "=",
  "=2e",
  "=e",
  "=h",
  ".",
  "é",
  "\u00e9\u0000",
  "猫",
  "\ud83d",
  "\ud83c",
  "\ufffd",
];

test("different texts have different tokens", () => {
  const long = ["x".repeat(180), "x".repeat(181), ".".repeat(100), ",".repeat(100)];
  const tokens = [...TEXTS, ...long].map((text) => tokenOf(text, digest));
  expect(new Set(tokens).size).toBe(tokens.length);
});

test.each(TEXTS)("%j is one token without wildcards, spaces and dots", (text) => {
  expect(tokenOf(text, digest)).toMatch(/^[A-Za-z0-9_=-]+$/);
});

test.each(["", "a.b", ">", "a b", "x".repeat(33)])("the prefix %j is refused", (prefix) => {
  expect(() => checkPrefix(prefix)).toThrow(/^Cannot use the prefix/);
});
