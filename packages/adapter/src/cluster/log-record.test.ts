// Rules of the records of a log: what was written is read, and nothing else is.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord, type RecordBody } from "./log-record.ts";

const ORIGIN = { writer: "w", number: 7 };

describe("a record of the log", () => {
  it.each<RecordBody>([
    { kind: "event", rooms: ["r"], except: ["s"], compress: undefined, data: ["news", 1, Uint8Array.of(1)] },
    { kind: "event", rooms: [], except: [], compress: false, data: [7] },
    { kind: "taken", sid: "s", fence: 3 },
  ])("is read as it was written: %j", (body) => {
    expect(decodeRecord(encodeRecord(ORIGIN, body))).toEqual({ origin: ORIGIN, body });
  });

  it("of a kind of later versions is nobody's business", () => {
    expect(decodeRecord(encodeMsgpack([99, "w", 1, "anything"]))).toBeUndefined();
  });

  it.each<readonly [string, unknown]>([
    ["it is no list", { kind: 1 }],
    ["its origin is missing", ["event", "w", 1]],
    ["its origin is missing", [1, 5, 1, [], [], null, ["a"]]],
    ["its origin is missing", [1, "w", -1, [], [], null, ["a"]]],
    ["its origin is missing", [1, "w", 1.5, [], [], null, ["a"]]],
    ["whom it is for is missing", [1, "w", 1, "r", [], null, ["a"]]],
    ["whom it is for is missing", [1, "w", 1, [], [5], null, ["a"]]],
    ["it is no event", [1, "w", 1, [], [], null, "a"]],
    ["it is no event", [1, "w", 1, [], [], null, []]],
    ["it is no event", [1, "w", 1, [], [], null, [{}]]],
    ["it is no event", [1, "w", 1, [], [], null, [Number.NaN]]],
    ["its session is missing", [2, "w", 1, 5, 1]],
    ["its session is missing", [2, "w", 1, "s", "1"]],
  ])("is refused where %s: %j", (reason, fields) => {
    expect(() => decodeRecord(encodeMsgpack(fields))).toThrow(
      new SyntaxError(`Cannot read a record of the log: ${reason}`),
    );
  });
});
