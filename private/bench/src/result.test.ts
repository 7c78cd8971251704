import { expect, test } from "vitest";
import { peersOf, readResult } from "./result.ts";

test("refuses JSON that is no result", () => {
  expect(() => readResult('{"rows":[]}')).toThrow(SyntaxError);
});

test("the peers of a row come in the order of the columns", () => {
  const values = { ws: [1], bowline: [1] };
  expect(peersOf({ metric: "", key: "", label: "", unit: "", values, loadUtilisation: {} })).toEqual(["bowline", "ws"]);
});
