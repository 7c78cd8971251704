import { expect, test } from "vitest";
import { formatResult, peersOf, readResult } from "./result.ts";

test("refuses JSON that is no result", () => {
  expect(() => readResult('{"rows":[]}')).toThrow(SyntaxError);
});

test("what was kept is read as it was", () => {
  const result = readResult('{"format":1,"mode":"full","machine":{},"rows":[{"key":"a"},{"key":"b"}]}');
  expect(readResult(formatResult(result))).toEqual(result);
});

test("every row is kept in a line of its own", () => {
  const result = readResult('{"format":1,"machine":{},"rows":[{"key":"a"},{"key":"b"}]}');
  expect(formatResult(result)).toMatch(/^ {4}\{"key":"a"\},\n {4}\{"key":"b"\}$/m);
});

test("the peers of a row come in the order of the columns", () => {
  const values = { ws: [1], bowline: [1] };
  expect(peersOf({ metric: "", key: "", label: "", unit: "", values, loadUtilisation: {} })).toEqual(["bowline", "ws"]);
});
