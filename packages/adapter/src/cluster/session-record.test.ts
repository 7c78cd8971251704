// Rules of sessions as brokers keep them: what was written is read, and nothing else is.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { describe, expect, it } from "vitest";
import { decodeSession, encodeSession } from "./session-record.ts";

describe("a session in the store", () => {
  it.each([undefined, Uint8Array.of(1, 2)])("is read as it was written, with %s for its data", (data) => {
    const session = { sid: "s", cameBehind: "m-1", rooms: new Map([["r", "m-2"]]), data };
    expect(decodeSession(encodeSession(session))).toEqual(session);
  });

  it.each<readonly [string, unknown]>([
    ["it is no list", "text"],
    ["its format is 2", [2, "s", "m-1", [], null]],
    ["its format is unknown", [{ toString: 1, valueOf: 1 }, "s", "m-1", [], null]],
    ["its socket is missing", [1, 5, "m-1", [], null]],
    ["its socket is missing", [1, "s", null, [], null]],
    ["its rooms are missing", [1, "s", "m-1", "r", null]],
    ["its rooms are missing", [1, "s", "m-1", ["r"], null]],
    ["its rooms are missing", [1, "s", "m-1", ["r", 5], null]],
    ["its data is missing", [1, "s", "m-1", [], "text"]],
  ])("is refused where %s: %j", (reason, fields) => {
    expect(() => decodeSession(encodeMsgpack(fields))).toThrow(
      new SyntaxError(`Cannot read a session of the store: ${reason}`),
    );
  });
});
