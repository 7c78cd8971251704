// Rules of the query behind a namespace.
import { describe, expect, test } from "vitest";
import { parseNamespaceQuery, writeNamespaceQuery } from "./namespace-query.ts";

describe("a namespace query", () => {
  test.each([
    ["", {}],
    ["a=1&b=2", { a: "1", b: "2" }],
    ["a", { a: "" }],
    ["a=", { a: "" }],
    ["=x", { "": "x" }],
    ["a=b=c", { a: "b=c" }],
    ["&&a=1&", { a: "1" }],
    ["a%20b=c%26d", { "a b": "c&d" }],
    ["a+b=c+d%2B", { "a b": "c d+" }],
    ["e=%E2%82%AC%F0%9F%98%80", { e: "€😀" }],
    ["a=1&a=2&a=3", { a: ["1", "2", "3"] }],
    ["a=%", { a: "%" }],
    ["a=%2", { a: "%2" }],
    ["a=%zz%20", { a: "%zz " }],
    ["a=%2g%41%4a%4A", { a: "%2gAJJ" }],
    ["a=%ff%41", { a: "\ufffdA" }],
    ["a=€%zz", { a: "€%zz" }],
  ])("reads %j", (query, expected) => {
    expect({ ...parseNamespaceQuery(query) }).toEqual(expected);
  });

  test("inherits nothing, and any key is an own one", () => {
    const query = parseNamespaceQuery("__proto__=a&constructor=b&__proto__=c");
    expect(Object.getPrototypeOf(query)).toBeNull();
    expect(Object.entries(query)).toEqual([
      ["__proto__", ["a", "c"]],
      ["constructor", "b"],
    ]);
  });

  test.each([
    ["nothing", "", {}, ""],
    ["a query", "a=1&b", {}, "a=1&b"],
    ["a query with its question mark", "?a=1", {}, "a=1"],
    ["auth data as texts", "", { a: "x y", n: 1, b: true }, "a=x%20y&n=1&b=true"],
    ["nested auth data as JSON", "", { a: { b: 1 } }, "a=%7B%22b%22%3A1%7D"],
    ["lists as repeated keys", "", { a: [1, "2"] }, "a=1&a=2"],
    ["no absent values", "", { a: undefined, b: null }, ""],
    ["auth data instead of the same key of the query", "a=1&b=2", { a: 3 }, "b=2&a=3"],
    ["a key with a malformed escape as itself", "a%=1&b%=2", { "a%": 3 }, "b%=2&a%25=3"],
    ["commas escaped", "a=1,2", { b: "3,4" }, "a=1%2C2&b=3%2C4"],
    ["lone surrogates replaced", "", { a: "\ud800" }, "a=%EF%BF%BD"],
  ])("is written with %s", (_name, query, auth, expected) => {
    expect(writeNamespaceQuery(query, auth)).toBe(expected);
  });
});
