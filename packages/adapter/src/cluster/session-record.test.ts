// Rules of sessions as brokers keep them: what was written is read, and nothing else is.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { describe, expect, it } from "vitest";
import { PastStays } from "../past-stays.ts";
import { decodeSession, encodeSession } from "./session-record.ts";

describe("a session in the store", () => {
  it.each([undefined, Uint8Array.of(1, 2)])("is read as it was written, with %s for its data", (data) => {
    const session = {
      sid: "s",
      cameBehind: "m-1",
      rooms: new Map([["r", "m-2"]]),
      past: new PastStays<string>(),
      data,
    };
    expect(decodeSession(encodeSession(session))).toEqual(session);
  });

  it.each([undefined, "m-1"])("is read with the rooms that it has left, those up to %s forgotten", (forgotten) => {
    const stays = [
      { room: "a", behind: "m-1", upTo: "m-2" },
      { room: "b", behind: "m-1", upTo: "m-3" },
    ];
    const past = new PastStays(stays, forgotten);
    const read = decodeSession(encodeSession({ sid: "s", cameBehind: "m-1", rooms: new Map(), past, data: undefined }));
    expect([read.past.all, read.past.forgotten]).toEqual([stays, forgotten]);
  });

  it("is read with what is forgotten, also where no stay is remembered", () => {
    const past = new PastStays<string>([], "m-1");
    const read = decodeSession(encodeSession({ sid: "s", cameBehind: "m-1", rooms: new Map(), past, data: undefined }));
    expect(read.past.forgotten).toBe("m-1");
  });

  it.each([[], [{ room: "a", behind: "m-1", upTo: "m-2" }]])("is read with what its client has got", (...stays) => {
    const session = { sid: "s", cameBehind: "m-1", rooms: new Map(), past: new PastStays(stays), data: undefined };
    const read = decodeSession(encodeSession({ ...session, received: "m-3" }));
    expect([read.received, read.past.all]).toEqual(["m-3", stays]);
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
    ["the rooms that it has left are missing", [1, "s", "m-1", [], null, "r"]],
    ["the rooms that it has left are missing", [1, "s", "m-1", [], null, []]],
    ["the rooms that it has left are missing", [1, "s", "m-1", [], null, ["", "r", "m-1"]]],
    ["the rooms that it has left are missing", [1, "s", "m-1", [], null, ["", "r", "m-1", 5]]],
    ["what its client has got is missing", [1, "s", "m-1", [], null, [""], 5]],
  ])("is refused where %s: %j", (reason, fields) => {
    expect(() => decodeSession(encodeMsgpack(fields))).toThrow(
      new SyntaxError(`Cannot read a session of the store: ${reason}`),
    );
  });
});
