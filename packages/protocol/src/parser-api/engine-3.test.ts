// Rules of the functions of engine.io-parser 2.x.
import { describe, expect, test } from "vitest";
import { createEngineParser3, type PacketCallback } from "./engine-3.ts";
import type { GivenPacket, PublishedPacket } from "./engine-packets.ts";

const parser = createEngineParser3((bytes) => [...bytes]);

const BYTES = new Uint8Array([1, 2, 3]);
const ERROR: PublishedPacket = { type: "error", data: "parser error" };
const MESSAGE: GivenPacket = { type: "message", data: "é" };
const MIXED: readonly GivenPacket[] = [
  { type: "message", data: BYTES },
  { type: "message", data: "a€" },
];

/** Calls something that calls back once, and gives what it called back with. */
function told(call: (callback: (encoded: unknown) => void) => void): unknown {
  const results: unknown[] = [];
  call((encoded) => results.push(encoded));
  expect(results).toHaveLength(1);
  return results[0];
}

/** Decodes a payload, and gives every call of the callback. */
function decoded(call: (callback: PacketCallback) => void): unknown[] {
  const results: unknown[] = [];
  call((packet, index, total) => {
    results.push([packet, index, total]);
  });
  return results;
}

describe("encoding a packet", () => {
  test.each([
    ["x", "4x"],
    [undefined, "4"],
    [null, "4null"],
    ["", "4"],
    [5, "45"],
  ])("writes %o as text", (data, text) => {
    expect(told((callback) => parser.encodePacket({ type: "message", data }, true, undefined, callback))).toBe(text);
  });

  test("puts the type in front of bytes", () => {
    const packet: GivenPacket = { type: "message", data: BYTES };
    expect(told((callback) => parser.encodePacket(packet, true, callback))).toEqual([4, 1, 2, 3]);
  });

  test.each<[string, (callback: (encoded: unknown) => void) => void]>([
    ["without flags", (callback) => parser.encodePacket({ type: "message", data: BYTES }, callback)],
    ["where binary is refused", (callback) => parser.encodePacket({ type: "message", data: BYTES }, false, callback)],
    ["with UTF-8 too", (callback) => parser.encodePacket({ type: "message", data: BYTES }, false, true, callback)],
    ["where it is asked for", (callback) => parser.encodeBase64Packet({ type: "message", data: BYTES }, callback)],
  ])("writes bytes as base64 %s", (_when, call) => {
    expect(told(call)).toBe("b4AQID");
  });

  test("writes a text as base64 where it is asked for", () => {
    expect(told((callback) => parser.encodeBase64Packet({ type: "message", data: "hi" }, callback))).toBe("b4aGk=");
  });

  test("writes UTF-8 as one character for each byte where it is asked for", () => {
    expect(told((callback) => parser.encodePacket(MESSAGE, true, true, callback))).toBe("4Ã©");
    expect(told((callback) => parser.encodePacket(MESSAGE, true, { strict: false }, callback))).toBe("4Ã©");
    expect(told((callback) => parser.encodePacket(MESSAGE, true, false, callback))).toBe("4é");
  });

  test("needs a callback", () => {
    expect(() => parser.encodePacket(MESSAGE)).toThrow(TypeError);
  });
});

describe("decoding a packet", () => {
  test.each([
    ["4x", { type: "message", data: "x" }],
    ["4", { type: "message" }],
    ["b4AQID", { type: "message", data: [1, 2, 3] }],
    [new Uint8Array([4, 1]), { type: "message", data: [1] }],
    ["", ERROR],
    ["9", ERROR],
    ["b9AQID", ERROR],
    [new Uint8Array([9]), ERROR],
    [undefined, ERROR],
  ])("reads %o", (encoded, packet) => {
    expect(parser.decodePacket(encoded)).toEqual(packet);
  });

  test("gives an ArrayBuffer where it is asked for", () => {
    expect(parser.decodePacket("b4AQID", "arraybuffer")).toEqual({ type: "message", data: BYTES.buffer });
    expect(parser.decodeBase64Packet("4AQID", "arraybuffer")).toEqual({ type: "message", data: BYTES.buffer });
  });

  test("reads UTF-8 as one character for each byte where it is asked for", () => {
    expect(parser.decodePacket("4Ã©", undefined, true)).toEqual(MESSAGE);
    expect(parser.decodePacket("4Ã©", undefined, false)).toEqual({ type: "message", data: "Ã©" });
    expect(parser.decodePacket("b4AQID", undefined, true)).toEqual({ type: "message", data: [1, 2, 3] });
    expect(parser.decodePacket("4\xff", undefined, true)).toEqual(ERROR);
    expect(parser.decodePacket("4€", undefined, true)).toEqual(ERROR);
  });
});

describe("encoding a payload", () => {
  test("gives text where there are no bytes, or binary is refused", () => {
    expect(told((callback) => parser.encodePayload([], callback))).toBe("0:");
    expect(told((callback) => parser.encodePayload([MESSAGE], true, callback))).toBe("2:4é");
    expect(told((callback) => parser.encodePayload(MIXED, false, callback))).toBe("6:b4AQID3:4a€");
    expect(told((callback) => parser.encodePayload(MIXED, callback))).toBe("6:b4AQID3:4a€");
  });

  test("gives bytes where there are some, or it is asked for them", () => {
    const body = [1, 4, 255, 4, 1, 2, 3, 0, 5, 255, 0x34, 0x61, 0xe2, 0x82, 0xac];
    expect(told((callback) => parser.encodePayload(MIXED, true, callback))).toEqual(body);
    expect(told((callback) => parser.encodePayloadAsBinary([{ type: "ping" }], callback))).toEqual([0, 1, 255, 0x32]);
  });
});

describe("decoding a payload", () => {
  test("tells of each packet in a text with the index of its last character", () => {
    expect(decoded((callback) => parser.decodePayload("2:4a0:02:4b", callback))).toEqual([
      [{ type: "message", data: "a" }, 3, 11],
      [{ type: "message", data: "b" }, 10, 11],
    ]);
  });

  test("tells of each packet in bytes with its number", () => {
    const body = new Uint8Array([0, 2, 255, 0x34, 0x61, 1, 2, 255, 4, 7]);
    expect(decoded((callback) => parser.decodePayload(body, "arraybuffer", callback))).toEqual([
      [{ type: "message", data: "a" }, 0, 2],
      [{ type: "message", data: new Uint8Array([7]).buffer }, 1, 2],
    ]);
  });

  test("ends a text with an error behind the packets that could be read", () => {
    expect(decoded((callback) => parser.decodePayload("2:4a9", undefined, callback))).toEqual([
      [{ type: "message", data: "a" }, 3, 5],
      [ERROR, 0, 1],
    ]);
  });

  test.each([new Uint8Array([0, 2, 255, 0x34, 0x61, 7]), undefined])("tells of an error alone: %o", (body) => {
    expect(decoded((callback) => parser.decodePayload(body, callback))).toEqual([[ERROR, 0, 1]]);
    expect(decoded((callback) => parser.decodePayloadAsBinary(body, callback))).toEqual([[ERROR, 0, 1]]);
  });

  test("ends when the callback of a text returns false", () => {
    const seen: unknown[] = [];
    parser.decodePayload("2:4a2:4b", ({ data }) => {
      seen.push(data);
      return false;
    });
    expect(seen).toEqual(["a"]);
  });

  test("lets an exception of the callback through", () => {
    const fail = (): void => {
      throw new SyntaxError("the program's own");
    };
    expect(() => parser.decodePayload("2:4a", fail)).toThrow("the program's own");
    expect(() => parser.decodePayload(new Uint8Array([0, 1, 255, 0x32]), fail)).toThrow("the program's own");
  });
});

test("the packet types have their numbers", () => {
  expect(parser.packets).toEqual({ open: 0, close: 1, ping: 2, pong: 3, message: 4, upgrade: 5, noop: 6 });
});
