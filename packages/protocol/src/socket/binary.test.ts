// Rules of binary values inside data.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  deconstruct,
  hasBinary,
  hasBlob,
  isPlainJson,
  markBinary,
  reconstruct,
  settleBlobs,
  toBytes,
} from "./binary.ts";
import { PacketType } from "./packet.ts";

const BYTES = Uint8Array.of(1, 2, 3);

function placeholder(num: number): unknown {
  return { _placeholder: true, num };
}

function nested(levels: number): unknown {
  let value: unknown = "inside";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function circular(): unknown {
  const self: Record<string, unknown> = { name: "self" };
  self["self"] = self;
  return ["event", self];
}

function endlessToJson(): unknown {
  return { toJSON: () => ({ again: endlessToJson() }) };
}

describe("hasBinary", () => {
  test.each([
    ["an ArrayBuffer", new ArrayBuffer(1)],
    ["a typed array", new Float64Array(1)],
    ["a DataView", new DataView(new ArrayBuffer(1))],
    ["a Buffer", Buffer.from("a")],
    ["a Blob", new Blob(["a"])],
    ["bytes in an array", ["a", [BYTES]]],
    ["bytes in an object", { a: { b: BYTES } }],
    ["bytes in an object without a prototype", Object.assign(Object.create(null), { a: BYTES })],
    ["bytes that toJSON returns", { toJSON: () => ({ a: BYTES }) }],
    ["bytes that the toJSON of a list returns", Object.assign(["a"], { toJSON: () => [BYTES] })],
    ["bytes beside a toJSON that is no function", { toJSON: 1, a: BYTES }],
    ["an ArrayBuffer with members of its own", Object.assign(new ArrayBuffer(1), { fileStart: 0 })],
    ["bytes of another realm", runInNewContext("[new Uint8Array(1)]")],
    ["an ArrayBuffer of another realm", runInNewContext("({ a: new ArrayBuffer(1) })")],
  ])("finds %s", (_name, data) => {
    expect(hasBinary(data)).toBe(true);
    expect(isPlainJson(data)).toBe(false);
  });

  test.each([
    ["a text", "bytes"],
    ["nothing", undefined],
    ["null", null],
    ["plain data", ["a", { b: [1, null, true] }]],
    ["a date", [new Date(0)]],
    ["a boxed number", [Object(1)]],
    ["an instance of a class", [new (class Point {})()]],
    ["an object of another realm", runInNewContext("[{ a: [1] }]")],
  ])("finds nothing in %s", (_name, data) => {
    expect(hasBinary(data)).toBe(false);
    expect(isPlainJson(data)).toBe(true);
  });

  test("does not ask the result of toJSON for another toJSON", () => {
    const result = { toJSON: () => BYTES, plain: 1 };
    expect(hasBinary({ toJSON: () => result })).toBe(false);
  });

  test("does not walk a list that has a toJSON, which may be what breaks a circle", () => {
    const list: unknown[] = [circular()];
    expect(hasBinary(Object.assign(list, { toJSON: () => ["short"] }))).toBe(false);
  });

  test("looks at own values only", () => {
    expect(hasBinary(Object.create({ inherited: BYTES }))).toBe(false);
  });

  test("gives up on circular data instead of hanging", () => {
    expect(() => hasBinary(circular())).toThrow(RangeError);
    expect(() => isPlainJson(circular())).toThrow(RangeError);
    expect(() => hasBinary(endlessToJson())).toThrow(RangeError);
  });

  test("follows deep data", () => {
    expect(hasBinary(nested(1900))).toBe(false);
    expect(() => hasBinary(nested(2100))).toThrow("Cannot encode the data: it is circular, or nested deeper than");
  });
});

describe("toBytes", () => {
  test("shares the memory of buffers and views", () => {
    const buffer = Uint8Array.of(1, 2, 3, 4).buffer;
    expect(toBytes(BYTES)).toBe(BYTES);
    expect(toBytes(buffer)?.buffer).toBe(buffer);
    expect(toBytes(new DataView(buffer, 1, 2))).toEqual(Uint8Array.of(2, 3));
    expect(toBytes(new Uint16Array(buffer, 2, 1))).toEqual(Uint8Array.of(3, 4));
  });

  test("has no bytes for anything else", () => {
    expect(toBytes("a")).toBeUndefined();
    expect(toBytes({})).toBeUndefined();
    expect(toBytes(new Blob(["a"]))).toBeUndefined();
  });
});

describe("deconstruct", () => {
  test("takes bytes out in the order of indices and keys", () => {
    const [a, b, c] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
    const { data, attachments } = deconstruct(["e", { x: a, y: [b] }, c]);
    expect(data).toEqual(["e", { x: placeholder(0), y: [placeholder(1)] }, placeholder(2)]);
    expect(attachments).toEqual([a, b, c]);
  });

  test("takes the same bytes out twice where they stand twice", () => {
    const { data, attachments } = deconstruct([BYTES, BYTES]);
    expect(data).toEqual([placeholder(0), placeholder(1)]);
    expect(attachments).toEqual([BYTES, BYTES]);
  });

  test("leaves the caller's data as it was", () => {
    const data = ["e", { x: BYTES, y: [BYTES] }];
    deconstruct(data);
    expect(data).toEqual(["e", { x: BYTES, y: [BYTES] }]);
  });

  test("asks toJSON once, with the key", () => {
    const asked: unknown[] = [];
    const value = {
      toJSON(key: string) {
        asked.push(key);
        return { bytes: BYTES, toJSON: () => "asked again" };
      },
    };
    const { data, attachments } = deconstruct(["e", { member: value }, value]);
    expect(JSON.stringify(data)).toBe(
      '["e",{"member":{"bytes":{"_placeholder":true,"num":0}}},{"bytes":{"_placeholder":true,"num":1}}]',
    );
    expect(attachments).toEqual([BYTES, BYTES]);
    expect(asked).toEqual(["member", "2"]);
  });

  test("keeps what JSON knows by itself", () => {
    const { data } = deconstruct([new Date(0), Object("text"), Object(1), Object(true), () => 1, null]);
    expect(JSON.stringify(data)).toBe('["1970-01-01T00:00:00.000Z","text",1,true,null,null]');
  });

  test("makes of toJSON results what JSON makes of them", () => {
    const values: unknown[] = [new Date(0), Object(1), { toJSON: () => 1, a: 2 }, [new Date(0)], "text"];
    const data = values.map((value) => ({ toJSON: () => value }));
    expect(JSON.stringify(deconstruct(data).data)).toBe(JSON.stringify(data));
  });

  test("keeps __proto__ as a key", () => {
    const { data } = deconstruct(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(JSON.stringify(data)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });

  test("drops inherited values", () => {
    expect(deconstruct(Object.create({ inherited: 1 })).data).toEqual({});
  });

  test("cannot take out what has to be read first", () => {
    expect(() => deconstruct(["e", new Blob(["a"])])).toThrow(TypeError);
    expect(() => deconstruct(["e", new Blob(["a"])])).toThrow("await blob.arrayBuffer()");
  });

  test("gives up on circular data instead of hanging", () => {
    expect(() => deconstruct(circular())).toThrow("Cannot encode the data: it is circular, or nested deeper than");
  });
});

describe("reconstruct", () => {
  test("puts attachments in the places of their placeholders", () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(reconstruct(["e", { x: placeholder(1) }, [placeholder(0)], placeholder(1)], [a, b])).toEqual([
      "e",
      { x: b },
      [a],
      b,
    ]);
  });

  test("replaces data that is a placeholder itself", () => {
    expect(reconstruct(placeholder(0), [BYTES])).toBe(BYTES);
  });

  test("leaves data alone that is no object", () => {
    expect(reconstruct("text", [BYTES])).toBe("text");
  });

  test("takes a placeholder for plain data unless its flag is true", () => {
    expect(reconstruct([{ _placeholder: 1, num: 0 }], [BYTES])).toEqual([{ _placeholder: 1, num: 0 }]);
  });

  test("keeps __proto__ as a key", () => {
    const data: unknown = JSON.parse('[{"__proto__":{"_placeholder":true,"num":0}}]');
    expect(JSON.stringify(reconstruct(data, [BYTES]))).toBe('[{"__proto__":{"0":1,"1":2,"2":3}}]');
  });

  test.each([
    ["missing", {}],
    ["too large", { num: 1 }],
    ["negative", { num: -1 }],
    ["a fraction", { num: 0.5 }],
    ["infinite", { num: Number.POSITIVE_INFINITY }],
    ["a text of digits", { num: "0" }],
    ["the name of an array method", { num: "splice" }],
    ["the name of a property", { num: "length" }],
    ["an object", { num: { toString: () => "0" } }],
    ["null", { num: null }],
  ])("refuses a placeholder whose index is %s", (_name, members) => {
    expect(() => reconstruct([{ _placeholder: true, ...members }], [BYTES])).toThrow(SyntaxError);
  });

  test("walks data that is deeper than any call stack", () => {
    const data: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    expect(reconstruct(data, [BYTES])).toBe(data);
  });

  test("does not walk through bytes that a reviver has made", () => {
    const bytes = Object.assign(new Uint8Array(1), { x: placeholder(0) });
    reconstruct([bytes, placeholder(0)], [BYTES]);
    expect(bytes.x).toEqual(placeholder(0));
  });

  test("visits data once that a reviver has tied into a circle", () => {
    const data: unknown[] = [placeholder(0)];
    data.push(data, { data });
    reconstruct(data, [BYTES]);
    expect(data[0]).toBe(BYTES);
  });
});

describe("Blobs", () => {
  const blob = new Blob(["abc"]);

  test("are found wherever they are", () => {
    expect(hasBlob(["e", { file: blob }])).toBe(true);
    expect(hasBlob(["e", { file: BYTES }])).toBe(false);
  });

  test("are replaced by their bytes in a copy", async () => {
    const data = ["e", { file: blob, again: [blob] }, BYTES];
    const settled = await settleBlobs(data, (one) => new Response(one).arrayBuffer());
    const bytes = new TextEncoder().encode("abc").buffer;
    expect(settled).toEqual(["e", { file: bytes, again: [bytes] }, BYTES]);
    expect(data).toEqual(["e", { file: blob, again: [blob] }, BYTES]);
  });

  test("that cannot be read fail the whole", async () => {
    await expect(settleBlobs([blob], () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  });
});

describe("markBinary", () => {
  test("gives events and acks with bytes the types of revision 4", () => {
    expect(markBinary({ type: PacketType.EVENT, nsp: "/", data: ["e", BYTES] }).type).toBe(PacketType.BINARY_EVENT);
    expect(markBinary({ type: PacketType.ACK, nsp: "/", id: 1, data: [BYTES] })).toEqual({
      type: PacketType.BINARY_ACK,
      nsp: "/",
      id: 1,
      data: [BYTES],
    });
  });

  test.each([
    { type: PacketType.EVENT, nsp: "/", data: ["e"] },
    { type: PacketType.ACK, nsp: "/", id: 1, data: [] },
    { type: PacketType.CONNECT, nsp: "/", data: { bytes: BYTES } },
  ])("leaves the packet %j alone", (packet) => {
    expect(markBinary(packet)).toBe(packet);
  });
});
