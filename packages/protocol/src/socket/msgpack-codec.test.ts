// Rules of the MessagePack parsers.
import { describe, expect, test } from "vitest";
import { createMsgpackParser } from "./msgpack-codec.ts";
import { decodeMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";
import type { SocketPacket } from "./packet.ts";

function decode(revision: 4 | 5, frame: unknown): SocketPacket[] {
  const { Decoder } = createMsgpackParser(revision);
  const decoder = new Decoder();
  const packets: SocketPacket[] = [];
  decoder.on("decoded", (packet) => packets.push(packet));
  decoder.add(frame);
  return packets;
}

function encode(revision: 4 | 5, packet: SocketPacket): unknown {
  const { Encoder } = createMsgpackParser(revision);
  return new Encoder().encode(packet)[0];
}

/** Lists inside each other. */
function nest(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe.each([4, 5] as const)("revision %i", (revision) => {
  test("says which revision it is", () => {
    expect(createMsgpackParser(revision).protocol).toBe(revision);
  });

  test("gives one frame for a packet, however many binary values it has, and tells the callback", () => {
    const { Encoder } = createMsgpackParser(revision);
    const told: unknown[] = [];
    const data = ["e", Uint8Array.of(1), { a: new ArrayBuffer(1) }, new Date(5), undefined];
    const frames = new Encoder().encode({ type: 2, nsp: "/", data }, (given) => told.push(given));
    expect(frames).toHaveLength(1);
    expect(told).toEqual([frames]);
    expect(decode(revision, frames[0])).toEqual([{ type: 2, nsp: "/", data }]);
  });

  test.each<[string, SocketPacket]>([
    ["an event with an id", { type: 2, nsp: "/admin", id: 0, data: ["e", 1.5] }],
    ["an event named by a number", { type: 2, nsp: "/", data: [7] }],
    ["an ack", { type: 3, nsp: "/", id: Number.MAX_SAFE_INTEGER, data: [] }],
    ["a CONNECT", { type: 0, nsp: "/" }],
    ["a CONNECT with data", { type: 0, nsp: "/", data: { token: "abc" } }],
    ["a DISCONNECT", { type: 1, nsp: "/admin" }],
    ["a refusal", { type: 4, nsp: "/", data: { message: "no" } }],
    ["a refusal that is a text", { type: 4, nsp: "/", data: "no" }],
  ])("brings %s through", (_name, packet) => {
    expect(decode(revision, encode(revision, packet))).toEqual([packet]);
  });

  test("brings fields through that a client adds", () => {
    const packet = { type: 2, nsp: "/", data: ["e"], options: { compress: true } } as const;
    expect(decode(revision, encode(revision, packet))).toEqual([packet]);
  });

  test("takes frames of every kind that holds bytes", () => {
    const frame = encodeMsgpack({ type: 2, nsp: "/", data: ["e"] }).slice();
    for (const same of [frame, Buffer.from(frame), frame.buffer, new DataView(frame.buffer)]) {
      expect(decode(revision, same)).toHaveLength(1);
    }
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a list", [2, ["a"]]],
    ["a text", '2["a"]'],
    ["a number", 7],
    ["bytes", new Uint8Array(3)],
    ["no type", { nsp: "/", data: ["a"] }],
    ["an unknown type", { type: 7, nsp: "/", data: ["a"] }],
    ["a negative type", { type: -1, nsp: "/", data: ["a"] }],
    ["a type between two", { type: 2.5, nsp: "/", data: ["a"] }],
    ["a type that is a text", { type: "2", nsp: "/", data: ["a"] }],
    ["no namespace", { type: 2, data: ["a"] }],
    ["a namespace that is a number", { type: 2, nsp: 1, data: ["a"] }],
    ["an empty namespace", { type: 2, nsp: "", data: ["a"] }],
    ["a namespace without a slash", { type: 2, nsp: "admin", data: ["a"] }],
    ["an id that is a text", { type: 2, nsp: "/", id: "1", data: ["a"] }],
    ["an id between two", { type: 2, nsp: "/", id: 1.5, data: ["a"] }],
    ["a negative id", { type: 2, nsp: "/", id: -5, data: ["a"] }],
    ["an id that loses digits", { type: 2, nsp: "/", id: 2 ** 53, data: ["a"] }],
    ["null as an id", { type: 2, nsp: "/", id: null, data: ["a"] }],
    ["an event without data", { type: 2, nsp: "/" }],
    ["an event that is an object", { type: 2, nsp: "/", data: { a: 1 } }],
    ["an event without a name", { type: 2, nsp: "/", data: [] }],
    ["an event named by an object", { type: 2, nsp: "/", data: [{}] }],
    ["an event named by no number", { type: 2, nsp: "/", data: [Number.NaN] }],
    ["an event named by an infinite number", { type: 2, nsp: "/", data: [Number.POSITIVE_INFINITY] }],
    ["an ack without data", { type: 3, nsp: "/", id: 1 }],
    ["an ack of null", { type: 3, nsp: "/", id: 1, data: null }],
    ["a DISCONNECT with data", { type: 1, nsp: "/", data: {} }],
    ["a CONNECT with a list", { type: 0, nsp: "/", data: [] }],
    ["a CONNECT with null", { type: 0, nsp: "/", data: null }],
    ["a CONNECT with a date", { type: 0, nsp: "/", data: new Date(0) }],
    ["a CONNECT with bytes", { type: 0, nsp: "/", data: new Uint8Array(1) }],
    ["a refusal without data", { type: 4, nsp: "/" }],
    ["a refusal that is a number", { type: 4, nsp: "/", data: 1 }],
  ])("refuses %s", (_name, packet) => {
    expect(() => decode(revision, encodeMsgpack(packet))).toThrow(SyntaxError);
  });

  test.each<[string, unknown]>([
    ["an empty text", ""],
    ["the default parser's text", '2["a"]'],
    ["a text that is cut off", '{"type":0'],
    ["nothing", undefined],
    ["an object", {}],
    ["no bytes", new Uint8Array(0)],
    ["other bytes", Uint8Array.of(0xc1, 255, 238)],
  ])("refuses a frame that is %s", (_name, frame) => {
    expect(() => decode(revision, frame)).toThrow(SyntaxError);
  });

  test("takes data of 1,000 levels and refuses more, as the default parser does", () => {
    const deep = (levels: number): Uint8Array => encodeMsgpack({ type: 3, nsp: "/", id: 1, data: nest(levels) });
    expect(decode(revision, deep(1000))).toHaveLength(1);
    expect(() => decode(revision, deep(1001))).toThrow("nested deeper than 1000 levels");
  });

  test("keeps nothing between frames", () => {
    const { Decoder } = createMsgpackParser(revision);
    const decoder = new Decoder({ reviver: (_key, value) => value });
    const packets: SocketPacket[] = [];
    expect(decoder.on("decoded", (packet) => packets.push(packet))).toBe(decoder);
    expect(() => decoder.add(Uint8Array.of(0xc1))).toThrow(SyntaxError);
    decoder.destroy();
    decoder.add(encodeMsgpack({ type: 2, nsp: "/", data: ["e"] }));
    expect(packets).toHaveLength(1);
  });

  test("lets an exception of a listener pass", () => {
    const { Decoder } = createMsgpackParser(revision);
    const decoder = new Decoder();
    decoder.on("decoded", () => {
      throw new Error("from the program");
    });
    expect(() => decoder.add(encodeMsgpack({ type: 2, nsp: "/", data: ["e"] }))).toThrow("from the program");
  });
});

describe("revision 5", () => {
  test("writes every packet as bytes, in the order of its fields", () => {
    const packet = { nsp: "/", type: 0, data: undefined } as const;
    expect(encode(5, packet)).toEqual(encodeMsgpack(packet));
  });

  test("refuses the binary types, reserved event names, and JSON", () => {
    expect(() => decode(5, encodeMsgpack({ type: 5, nsp: "/", data: ["a"] }))).toThrow("its type is unknown");
    expect(() => decode(5, encodeMsgpack({ type: 2, nsp: "/", data: ["disconnect"] }))).toThrow(SyntaxError);
    expect(() => decode(5, '{"type":2,"nsp":"/","data":["a"]}')).toThrow("a text came where every packet is binary");
  });
});

describe("revision 4", () => {
  test.each<[SocketPacket, string]>([
    [{ type: 0, nsp: "/" }, '{"type":0,"nsp":"/"}'],
    [{ type: 1, nsp: "/admin" }, '{"type":1,"nsp":"/admin"}'],
    [{ type: 4, data: "no", nsp: "/" }, '{"type":4,"data":"no","nsp":"/"}'],
  ])("writes what is no event and no ack as JSON: %j", (packet, text) => {
    expect(encode(4, packet)).toBe(text);
    expect(decode(4, text)).toEqual([packet]);
  });

  test("has the binary types, which change nothing else", () => {
    const data = ["e", Uint8Array.of(1)];
    expect(decodeMsgpack(new Uint8Array(Buffer.from(encodeMsgpack(5))))).toBe(5);
    for (const type of [5, 6] as const) {
      expect(decode(4, encode(4, { type, nsp: "/", data }))).toEqual([{ type, nsp: "/", data }]);
    }
  });

  test("reads any packet as JSON, too, under the same rules", () => {
    expect(decode(4, '{"type":2,"nsp":"/","data":["a"]}')).toEqual([{ type: 2, nsp: "/", data: ["a"] }]);
    expect(() => decode(4, '{"type":2,"nsp":"/"}')).toThrow(SyntaxError);
    const deep = `{"type":3,"nsp":"/","data":${"[".repeat(1001)}${"]".repeat(1001)}}`;
    expect(() => decode(4, deep)).toThrow("nested deeper than 1000 levels");
  });

  test("leaves it to the receiver what to make of reserved event names", () => {
    expect(decode(4, encodeMsgpack({ type: 2, nsp: "/", data: ["disconnect"] }))).toHaveLength(1);
  });
});
