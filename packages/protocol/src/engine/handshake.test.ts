// Rules of the open packet's data: what a client insists on, and what it puts up with.
import { describe, expect, it } from "vitest";
import { parseHandshake } from "./handshake.ts";

const FULL = { sid: "s1", upgrades: ["websocket"], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 };

function parse(changes: Readonly<Record<string, unknown>>): unknown {
  return parseHandshake(JSON.stringify({ ...FULL, ...changes }));
}

describe("a handshake", () => {
  it("is read as it was announced", () => {
    expect(parse({})).toEqual(FULL);
  });

  it("may lack maxPayload, as those of 2.x servers do", () => {
    expect(parse({ maxPayload: undefined })).toEqual({ ...FULL, maxPayload: undefined });
    expect(parse({ maxPayload: undefined })).not.toHaveProperty("maxPayload");
  });

  it.each([["100"], [0], [-1], [null]])("ignores %j as maxPayload", (maxPayload) => {
    expect(parse({ maxPayload })).not.toHaveProperty("maxPayload");
  });

  it("ignores members that it does not know", () => {
    expect(parse({ pid: "p", __proto__: null })).toEqual(FULL);
  });

  it.each([[undefined], [null], ["websocket"], [{}]])("takes %j as no upgrades", (upgrades) => {
    expect(parse({ upgrades })).toHaveProperty("upgrades", []);
  });

  it("keeps the names among the upgrades", () => {
    expect(parse({ upgrades: ["websocket", 7, null, "webtransport"] })).toHaveProperty("upgrades", [
      "websocket",
      "webtransport",
    ]);
  });

  it.each([[undefined], [""], [7], [null]])("is refused with %j as session id", (sid) => {
    expect(() => parse({ sid })).toThrow(new SyntaxError("Cannot open the session: the open packet has no session id"));
  });

  it.each([[undefined], ["25000"], [-1], [2 ** 31], [null]])("is refused with %j as heartbeat time", (duration) => {
    const refusal = new SyntaxError("Cannot open the session: the open packet has no heartbeat times");
    expect(() => parse({ pingInterval: duration })).toThrow(refusal);
    expect(() => parse({ pingTimeout: duration })).toThrow(refusal);
  });

  it("takes the longest time that a timer can hold", () => {
    expect(parse({ pingInterval: 2 ** 31 - 1 })).toHaveProperty("pingInterval", 2 ** 31 - 1);
  });

  it.each([["null"], ["7"], ['"text"'], [undefined], [Uint8Array.of(123, 125)]])("is refused as %j", (data) => {
    expect(() => parseHandshake(data)).toThrow(
      new SyntaxError("Cannot open the session: the open packet has no JSON object"),
    );
  });

  it.each([[""], ["{"], ["{}x"]])("is refused as the text %j, which is no JSON", (data) => {
    expect(() => parseHandshake(data)).toThrow(SyntaxError);
  });
});
