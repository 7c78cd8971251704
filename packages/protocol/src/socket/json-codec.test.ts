// Rules of the JSON parser.
import { describe, expect, test } from "vitest";
import { createJsonParser } from "./json-codec.ts";
import type { SocketPacket } from "./packet.ts";
import type { DecoderOptions } from "./parser.ts";

const { Encoder, Decoder, protocol } = createJsonParser();

function decode(frame: unknown, options?: DecoderOptions | DecoderOptions["reviver"]): SocketPacket[] {
  const decoder = new Decoder(options);
  const packets: SocketPacket[] = [];
  decoder.on("decoded", (packet) => packets.push(packet));
  decoder.add(frame);
  return packets;
}

test("the parser is one of revision 5", () => {
  expect(protocol).toBe(5);
});

test.each<[SocketPacket, string]>([
  [{ type: 0, nsp: "/" }, '{"type":0,"nsp":"/"}'],
  [{ type: 0, data: { token: "a" }, nsp: "/admin" }, '{"type":0,"data":{"token":"a"},"nsp":"/admin"}'],
  [{ type: 2, data: ["e", 1, null], id: 0, nsp: "/" }, '{"type":2,"data":["e",1,null],"id":0,"nsp":"/"}'],
  [{ type: 3, data: [], id: 12, nsp: "/" }, '{"type":3,"data":[],"id":12,"nsp":"/"}'],
  [{ type: 4, data: "no", nsp: "/" }, '{"type":4,"data":"no","nsp":"/"}'],
])("%j is one JSON text, both ways", (packet, text) => {
  const told: unknown[] = [];
  expect(new Encoder().encode(packet, (frames) => told.push(frames))).toEqual([text]);
  expect(told).toEqual([[text]]);
  expect(decode(text)).toEqual([packet]);
});

test("binary values become what JSON makes of them", () => {
  const data = ["e", Buffer.from([1]), new ArrayBuffer(1), Uint8Array.of(7)];
  expect(new Encoder().encode({ type: 2, data, nsp: "/" })).toEqual([
    '{"type":2,"data":["e",{"type":"Buffer","data":[1]},{},{"0":7}],"nsp":"/"}',
  ]);
});

test("data that has no JSON is an error for the caller", () => {
  const circular: unknown[] = ["e"];
  circular.push(circular);
  expect(() => new Encoder().encode({ type: 2, data: circular, nsp: "/" })).toThrow(TypeError);
  expect(() => new Encoder().encode({ type: 2, data: ["e", 1n], nsp: "/" })).toThrow(TypeError);
});

test("a replacer and a reviver are handed to JSON", () => {
  const encoder = new Encoder((_key, value) => (typeof value === "bigint" ? `${value}n` : value));
  const [text] = encoder.encode({ type: 2, data: ["e", 5n], nsp: "/" });
  const revive = (_key: string, value: unknown): unknown => (value === "5n" ? 5n : value);
  expect(decode(text, revive)).toEqual([{ type: 2, data: ["e", 5n], nsp: "/" }]);
  expect(decode(text, { reviver: revive })).toEqual([{ type: 2, data: ["e", 5n], nsp: "/" }]);
});

describe("a listener of the decoder", () => {
  test.each(["off", "removeListener"] as const)("hears no more once %s has taken it away", (method) => {
    const decoder = new Decoder();
    const heard: SocketPacket[] = [];
    const listener = (packet: SocketPacket) => heard.push(packet);
    decoder.on("decoded", listener);
    decoder.add('{"type":0,"nsp":"/"}');
    decoder[method]("decoded", listener);
    decoder.add('{"type":0,"nsp":"/"}');
    expect(heard).toHaveLength(1);
  });
});

describe("refused with a SyntaxError is", () => {
  test.each([
    ["the default parser's text", '2["a"]'],
    ["an empty text", ""],
    ["JSON that is cut off", '{"type":0'],
    ["null", "null"],
    ["a list", '[2,["a"]]'],
    ["a binary type", '{"type":5,"data":["a"],"nsp":"/"}'],
    ["a reserved event name", '{"type":2,"data":["disconnect"],"nsp":"/"}'],
    ["an event without a name", '{"type":2,"data":[],"nsp":"/"}'],
    ["a CONNECT with a list", '{"type":0,"data":[],"nsp":"/"}'],
    ["a negative id", '{"type":2,"data":["a"],"id":-5,"nsp":"/"}'],
  ])("%s", (_name, text) => {
    expect(() => decode(text)).toThrow(SyntaxError);
  });

  test("bytes, even where they are JSON", () => {
    expect(() => decode(Buffer.from('{"type":0,"nsp":"/"}'))).toThrow("a frame is no text");
  });

  test("data of more than 1,000 levels", () => {
    const text = (levels: number): string => `{"type":3,"nsp":"/","data":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(decode(text(1000))).toHaveLength(1);
    expect(() => decode(text(1001))).toThrow("nested deeper than 1000 levels");
  });
});

test("revision 4 knows the binary types, and reserves no event name", () => {
  const old = createJsonParser(4);
  const decoder = new old.Decoder();
  const packets: SocketPacket[] = [];
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const frame of new old.Encoder().encode({ type: 5, nsp: "/", data: ["disconnect"] })) decoder.add(frame);
  expect([old.protocol, packets]).toEqual([4, [{ type: 5, nsp: "/", data: ["disconnect"] }]]);
  expect(() => decoder.add('{"type":7,"nsp":"/"}')).toThrow("its type is unknown");
});

test("a decoder lets its listeners be taken away", () => {
  const decoder = new Decoder();
  const heard: unknown[] = [];
  const listener = (packet: SocketPacket): unknown => heard.push(packet);
  decoder.on("decoded", listener);
  decoder.removeListener("decoded", listener).once("decoded", listener);
  decoder.add('{"type":0,"nsp":"/"}');
  decoder.add('{"type":0,"nsp":"/a"}');
  expect(heard).toEqual([{ type: 0, nsp: "/" }]);
});

test("a key called __proto__ changes no prototype", () => {
  const [packet] = decode('{"type":0,"nsp":"/","data":{"__proto__":{"x":1}},"__proto__":{"y":1}}');
  expect(Object.getPrototypeOf(packet)).toBe(Object.prototype);
  expect(Object.getPrototypeOf(packet?.data)).toBe(Object.prototype);
});
