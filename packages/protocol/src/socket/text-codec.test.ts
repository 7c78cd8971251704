// Rules of the default parsers.
import { describe, expect, test } from "vitest";
import { PacketType, type SocketPacket } from "./packet.ts";
import type { DecoderOptions } from "./parser.ts";
import { createTextParser } from "./text-codec.ts";

const BYTES = Uint8Array.of(1, 2);
const { EVENT, ACK, BINARY_EVENT, BINARY_ACK } = PacketType;

type Revision = 4 | 5;

function encode(revision: Revision, packet: SocketPacket): unknown[] {
  const { Encoder } = createTextParser(revision);
  return new Encoder().encode(packet);
}

function decode(revision: Revision, frames: readonly unknown[], options?: DecoderOptions): SocketPacket[] {
  const { Decoder } = createTextParser(revision);
  const packets: SocketPacket[] = [];
  const decoder = new Decoder(options);
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const frame of frames) decoder.add(frame);
  return packets;
}

describe.each([4, 5] as const)("the text form of revision %i", (revision) => {
  test.each<[string, SocketPacket]>([
    ["0", { type: 0, nsp: "/" }],
    ["0/admin,", { type: 0, nsp: "/admin" }],
    ['0/admin,{"token":"a,b"}', { type: 0, nsp: "/admin", data: { token: "a,b" } }],
    ["1", { type: 1, nsp: "/" }],
    ['2["hello",1]', { type: 2, nsp: "/", data: ["hello", 1] }],
    ['2[7,"x"]', { type: 2, nsp: "/", data: [7, "x"] }],
    ['20["a"]', { type: 2, nsp: "/", id: 0, data: ["a"] }],
    ['2/admin,456["a"]', { type: 2, nsp: "/admin", id: 456, data: ["a"] }],
    ['29007199254740991["a"]', { type: 2, nsp: "/", id: Number.MAX_SAFE_INTEGER, data: ["a"] }],
    ["3456[]", { type: 3, nsp: "/", id: 456, data: [] }],
    ['4/admin,{"message":"no"}', { type: 4, nsp: "/admin", data: { message: "no" } }],
    ['4"no"', { type: 4, nsp: "/", data: "no" }],
  ])("is %j both ways", (text, packet) => {
    expect(encode(revision, packet)).toEqual([text]);
    expect(decode(revision, [text])).toEqual([packet]);
  });

  test("has no namespace when it is empty", () => {
    expect(encode(revision, { type: 2, nsp: "", data: ["a"] })).toEqual(['2["a"]']);
  });

  test("has no data for null and for what has no JSON", () => {
    expect(encode(revision, { type: 0, nsp: "/", data: null })).toEqual(["0"]);
    expect(encode(revision, { type: 0, nsp: "/", data: () => 1 })).toEqual(["0"]);
  });

  test("ends a namespace without a comma at its end", () => {
    expect(decode(revision, ["0/admin"])).toEqual([{ type: 0, nsp: "/admin" }]);
  });

  test("may have an id that its type does not need", () => {
    expect(decode(revision, ["112", '07{"a":1}'])).toEqual([
      { type: 1, nsp: "/", id: 12 },
      { type: 0, nsp: "/", id: 7, data: { a: 1 } },
    ]);
  });

  test("keeps __proto__ in a payload as a key", () => {
    const [packet] = decode(revision, ['2["a",{"__proto__":{"x":1}}]']);
    expect(JSON.stringify(packet?.data)).toBe('["a",{"__proto__":{"x":1}}]');
  });

  test.each([
    ["it is empty", ""],
    ["its type is unknown", "7"],
    ["its type is unknown", "-"],
    ["its type is unknown", ' ["a"]'],
    ["its payload is not what its type wants", "2"],
    ["its payload is not what its type wants", "212"],
    ["its payload is not what its type wants", "2/admin,"],
    ["its payload is not what its type wants", "2{}"],
    ["its payload is not what its type wants", "2[]"],
    ["its payload is not what its type wants", "2[null]"],
    ["its payload is not what its type wants", '2[{"toString":"x"}]'],
    ["its payload is not what its type wants", '2[["a"]]'],
    ["its payload is not what its type wants", "2null"],
    ["its payload is not what its type wants", "31"],
    ["its payload is not what its type wants", "3{}"],
    ["its payload is not what its type wants", "4"],
    ["its payload is not what its type wants", "4true"],
    ["its payload is not what its type wants", '0"a"'],
    ["its payload is not what its type wants", "1{}"],
    ["its payload is not what its type wants", "1null"],
    ["its payload is no JSON", "2[a]"],
    ["its payload is no JSON", '2-1["a"]'],
    ["its payload is no JSON", '2+1["a"]'],
    ["its payload is no JSON", '2\u0661["a"]'],
    ["its payload is no JSON", '2admin,["a"]'],
    ["its payload starts with a space", '2 ["a"]'],
    ["its payload starts with a space", '21\t["a"]'],
    ["its id is too large", '29007199254740992["a"]'],
    ["its id is too large", `2${"9".repeat(400)}["a"]`],
    ["its number of attachments is no number from 1", '5["a"]'],
    ["its number of attachments is no number from 1", '5-["a"]'],
    ["its number of attachments is no number from 1", '50-["a"]'],
    ["its number of attachments is no number from 1", '5-1-["a"]'],
    ["its number of attachments is no number from 1", '51e0-["a"]'],
    ["its number of attachments is no number from 1", "51"],
    ["it announces more than 10 attachments", '511-["a"]'],
    ["it announces more than 10 attachments", `5${"9".repeat(400)}-["a"]`],
    ["its payload is not what its type wants", "51-"],
    ["its payload is not what its type wants", "61-1{}"],
  ])("is refused because %s when it reads %j", (reason, text) => {
    expect(() => decode(revision, [text])).toThrow(SyntaxError);
    expect(() => decode(revision, [text])).toThrow(`Cannot decode the packet: ${reason}`);
  });

  test.each([[undefined], [null], [1], [{}]])("is refused when the frame is %j", (frame) => {
    expect(() => decode(revision, [frame])).toThrow("a frame is neither text nor bytes");
  });
});

describe.each([4, 5] as const)("attachments of revision %i", (revision) => {
  const text = '52-["e",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]';
  const first = Uint8Array.of(1);
  const second = Uint8Array.of(2);

  test("complete a packet when the last one has come", () => {
    expect(decode(revision, [text, first])).toEqual([]);
    expect(decode(revision, [text, first, second])[0]?.data).toEqual(["e", second, first]);
  });

  test("may come as a buffer or any view, and stay what they came as", () => {
    const view = new DataView(second.buffer);
    expect(decode(revision, [text, first.buffer, view])[0]?.data).toEqual(["e", view, first.buffer]);
  });

  test("leave the decoder ready for the next packet", () => {
    expect(decode(revision, [text, first, second, '2["b"]'])).toHaveLength(2);
  });

  test("may go unused", () => {
    expect(decode(revision, ['51-["a"]', first])[0]?.data).toEqual(["a"]);
  });

  test("are refused when none is due", () => {
    expect(() => decode(revision, [first])).toThrow("bytes came while no attachment was due");
    expect(() => decode(revision, ['51-["a"]', first, second])).toThrow(SyntaxError);
  });

  test("are refused when a placeholder has none", () => {
    expect(() => decode(revision, ['51-["a",{"_placeholder":true,"num":1}]', first])).toThrow(SyntaxError);
  });

  test("refuse a text between them, and are dropped then", () => {
    const { Decoder } = createTextParser(revision);
    const decoder = new Decoder();
    decoder.add(text);
    expect(() => decoder.add('2["b"]')).toThrow("a text came while attachments were due");
    expect(() => decoder.add(first)).toThrow("bytes came while no attachment was due");
  });

  test("keep a decoder from being idle until the last has come, or it is destroyed", () => {
    const { Decoder } = createTextParser(revision);
    const decoder = new Decoder();
    const idle = [decoder.isIdle];
    for (const frame of ['52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', BYTES, BYTES]) {
      decoder.add(frame);
      idle.push(decoder.isIdle);
    }
    decoder.add('51-["a",{"_placeholder":true,"num":0}]');
    decoder.destroy();
    expect([...idle, decoder.isIdle]).toEqual([true, false, false, true, true]);
  });

  test("are dropped when the decoder is destroyed", () => {
    const { Decoder } = createTextParser(revision);
    const decoder = new Decoder();
    decoder.add(text);
    decoder.destroy();
    expect(() => decoder.add(first)).toThrow("bytes came while no attachment was due");
  });

  test("are limited as the options say", () => {
    expect(() => decode(revision, [text], { maxAttachments: 1 })).toThrow("it announces more than 1 attachments");
    expect(decode(revision, ['511-["a"]'], { maxAttachments: 11 })).toEqual([]);
    expect(decode(revision, ['5999-["a"]'], { maxAttachments: Number.POSITIVE_INFINITY })).toEqual([]);
  });

  test.each([-1, Number.NaN])("cannot be limited to %d", (maxAttachments) => {
    expect(() => decode(revision, [], { maxAttachments })).toThrow(RangeError);
  });

  test("nested deeper than a program could send on are refused", () => {
    const deep = (levels: number) => `51-["a",${"[".repeat(levels)}${"]".repeat(levels)}]`;
    expect(decode(revision, [deep(999), first])).toHaveLength(1);
    expect(() => decode(revision, [deep(1000)])).toThrow("its payload is nested deeper than 1000 levels");
    expect(() => decode(revision, [deep(100_000)])).toThrow(SyntaxError);
  });
});

describe.each([4, 5] as const)("events and acks of revision %d", (revision) => {
  test.each(["2", "31"])("are refused with more arguments than a listener can be called with (%s)", (head) => {
    const text = (count: number) => `${head}["a"${",0".repeat(count - 1)}]`;
    expect(decode(revision, [text(10_000)])).toHaveLength(1);
    expect(() => decode(revision, [text(10_001)])).toThrow(SyntaxError);
  });
});

describe("revision 5", () => {
  test("finds bytes by itself and reports the plain types", () => {
    const event = { type: EVENT, nsp: "/a", id: 1, data: ["e", { x: BYTES }] };
    const frames = encode(5, event);
    expect(frames).toEqual(['51-/a,1["e",{"x":{"_placeholder":true,"num":0}}]', BYTES]);
    expect(decode(5, frames)).toEqual([event]);
  });

  test("does the same for acks", () => {
    const ack = { type: ACK, nsp: "/", id: 1, data: [BYTES] };
    const frames = encode(5, ack);
    expect(frames).toEqual(['61-1[{"_placeholder":true,"num":0}]', BYTES]);
    expect(decode(5, frames)).toEqual([ack]);
  });

  test("looks for bytes in events and acks only", () => {
    expect(encode(5, { type: 0, nsp: "/", data: { x: BYTES } })).toEqual(['0{"x":{"0":1,"1":2}}']);
  });

  test("asks toJSON once", () => {
    let asked = 0;
    const value = { toJSON: () => ++asked };
    expect(encode(5, { type: EVENT, nsp: "/", data: ["e", value] })).toEqual(['2["e",1]']);
  });

  test.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "refuses the reserved event %s",
    (name) => {
      expect(() => decode(5, [`2["${name}"]`])).toThrow(SyntaxError);
      expect(() => decode(5, [`51-["${name}",{"_placeholder":true,"num":0}]`])).toThrow(SyntaxError);
    },
  );

  test.each(["0[]", "0null", "4[]", "4null"])("wants plain objects, so it refuses %s", (text) => {
    expect(() => decode(5, [text])).toThrow(SyntaxError);
  });
});

test.each([4, 5] as const)(
  "an event named by a number that JSON cannot write again is refused in revision %i",
  (revision) => {
    expect(() => decode(revision, ["2[1e999]"])).toThrow(SyntaxError);
    expect(() => decode(revision, ["2[-1e999]"])).toThrow(SyntaxError);
  },
);

describe("revision 4", () => {
  test("trusts the type that it was given and reports it as it came", () => {
    const event = { type: BINARY_EVENT, nsp: "/", data: ["e", BYTES] };
    const ack = { type: BINARY_ACK, nsp: "/", id: 1, data: [BYTES] };
    expect(encode(4, event)).toEqual(['51-["e",{"_placeholder":true,"num":0}]', BYTES]);
    expect(encode(4, { ...event, type: EVENT })).toEqual(['2["e",{"0":1,"1":2}]']);
    expect(decode(4, [...encode(4, event), ...encode(4, ack)])).toEqual([event, ack]);
  });

  test("sends a binary type without bytes as a plain one", () => {
    expect(encode(4, { type: BINARY_EVENT, nsp: "/", data: ["e"] })).toEqual(['2["e"]']);
    expect(encode(4, { type: BINARY_ACK, nsp: "/", id: 1, data: [] })).toEqual(["31[]"]);
  });

  test("leaves reserved events to the layers above", () => {
    expect(decode(4, ['2["disconnect"]'])).toEqual([{ type: EVENT, nsp: "/", data: ["disconnect"] }]);
  });

  test.each([
    ["0[]", []],
    ["0null", null],
    ["4[1]", [1]],
    ["4null", null],
  ])("takes any object, as in %s", (text, data) => {
    expect(decode(4, [text])[0]?.data).toEqual(data);
  });
});

describe("an encoder", () => {
  test("returns its frames and hands them to a callback", () => {
    const { Encoder } = createTextParser(5);
    const told: unknown[] = [];
    const frames = new Encoder().encode({ type: 1, nsp: "/" }, (given) => told.push(given));
    expect(told).toEqual([["1"]]);
    expect(told[0]).toBe(frames);
  });

  test("uses the replacer, also next to attachments", () => {
    const { Encoder } = createTextParser(5);
    const encoder = new Encoder((_key, value) => (value === "secret" ? "***" : value));
    expect(encoder.encode({ type: EVENT, nsp: "/", data: ["secret"] })).toEqual(['2["***"]']);
    expect(encoder.encode({ type: EVENT, nsp: "/", data: ["secret", BYTES] })[0]).toBe(
      '51-["***",{"_placeholder":true,"num":0}]',
    );
  });

  test.each([4, 5] as const)("of revision %i throws for data that has no JSON", (revision) => {
    expect(() => encode(revision, { type: EVENT, nsp: "/", data: ["e", 1n] })).toThrow(TypeError);
  });

  test("throws for circular data", () => {
    const data: unknown[] = ["e"];
    data.push(data);
    expect(() => encode(5, { type: EVENT, nsp: "/", data })).toThrow(RangeError);
  });
});

describe("a decoder", () => {
  test("tells every listener, in order", () => {
    const { Decoder } = createTextParser(5);
    const told: string[] = [];
    const decoder = new Decoder();
    decoder.on("decoded", () => told.push("first"));
    decoder.on("decoded", () => told.push("second"));
    decoder.add("1");
    expect(told).toEqual(["first", "second"]);
  });

  test("takes a reviver alone or among options", () => {
    const { Decoder } = createTextParser(5);
    const revive = (_key: string, value: unknown) => (value === "1" ? 1 : value);
    const packets: SocketPacket[] = [];
    for (const decoder of [new Decoder(revive), new Decoder({ reviver: revive })]) {
      decoder.on("decoded", (packet) => packets.push(packet));
      decoder.add('2["a","1"]');
    }
    expect(packets.map(({ data }) => data)).toEqual([
      ["a", 1],
      ["a", 1],
    ]);
  });

  test("puts attachments into what a reviver has made", () => {
    const reviver = (_key: string, value: unknown) =>
      value === "made" ? { bytes: { _placeholder: true, num: 0 } } : value;
    expect(decode(5, ['51-["a","made"]', BYTES], { reviver })[0]?.data).toEqual(["a", { bytes: BYTES }]);
  });

  test("takes a failing reviver for a bad payload", () => {
    const reviver = () => {
      throw new TypeError("unknown type");
    };
    expect(() => decode(5, ['2["a"]'], { reviver })).toThrow(SyntaxError);
  });

  test("names the number of its revision", () => {
    expect([createTextParser(4).protocol, createTextParser(5).protocol]).toEqual([4, 5]);
  });
});
