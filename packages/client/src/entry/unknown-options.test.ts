import { expect, test } from "vitest";
import { ignoredOptions, unknownOptions } from "./unknown-options.ts";

test("options that are known, or were once, are no reason to warn", () => {
  expect(unknownOptions({ path: "/x", "force new connection": true, policyPort: 843 })).toEqual([]);
});

test.each([
  ["a letter wrong", "reconnectoin", '"reconnectoin" (is "reconnection" meant?)'],
  ["another case", "withcredentials", '"withcredentials" (is "withCredentials" meant?)'],
  ["a letter too many", "transportss", '"transportss" (is "transports" meant?)'],
  ["nothing like any", "colour", '"colour"'],
  ["too short to guess", "x", '"x"'],
])("a name with %s is told, with what was probably meant", (_rule, name, text) => {
  expect(unknownOptions({ [name]: 1 })).toEqual([text]);
});

test("options of old versions that do nothing any more are told apart", () => {
  expect(ignoredOptions({ path: "/x", forceNode: true, jsonp: false })).toEqual(["jsonp", "forceNode"]);
});
