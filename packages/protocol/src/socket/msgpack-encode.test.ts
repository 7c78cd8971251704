// Rules of writing MessagePack.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { decodeMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";

function hex(value: unknown): string {
  return Buffer.from(encodeMsgpack(value)).toString("hex");
}

/** Lists inside each other. */
function nest(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const DIGITS = Uint8Array.of(1, 2, 3, 4);

describe("a number", () => {
  test.each([
    [0, "00"],
    [-0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 31 - 1, "ce7fffffff"],
    [2 ** 31, "ce80000000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [2 ** 53, "cf0020000000000000"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_768, "d18000"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [-(2 ** 63), "d38000000000000000"],
    [0.5, "cb3fe0000000000000"],
    [Number.NaN, "cb7ff8000000000000"],
    [Number.NEGATIVE_INFINITY, "cbfff0000000000000"],
  ])("%d takes the smallest form", (value, expected) => {
    expect(hex(value)).toBe(expected);
  });

  test("that is whole and has more than 64 bits loses the upper ones, as in the official codecs", () => {
    expect(hex(1e21)).toBe("cf35c9adc5dea00000");
    expect(hex(Number.MAX_VALUE)).toBe("cf0000000000000000");
  });
});

describe("a text", () => {
  test.each([
    ["", "a0"],
    ["é€😀", "a9c3a9e282acf09f9880"],
    ["\ufeffa", "a4efbbbf61"],
    ["\u0000", "a100"],
  ])("%j is UTF-8 behind its length", (text, expected) => {
    expect(hex(text)).toBe(expected);
  });

  test.each([
    ["\ud83d", "a3efbfbd"],
    ["\ude00a", "a4efbfbd61"],
    ["\ud83d\ud83d\ude00", "a7efbfbdf09f9880"],
    ["\ude00\ud83d", "a6efbfbdefbfbd"],
  ])("%j has U+FFFD for each lone surrogate", (text, expected) => {
    expect(hex(text)).toBe(expected);
    const long = "-".repeat(60);
    expect(decodeMsgpack(encodeMsgpack(long + text))).toBe(long + decodeMsgpack(encodeMsgpack(text)));
  });

  test.each([
    [31, "bf"],
    [32, "d920"],
    [255, "d9ff"],
    [256, "da0100"],
    [65_535, "daffff"],
    [65_536, "db00010000"],
  ])("of %i bytes has the smallest head", (length, head) => {
    expect(hex("a".repeat(length)).slice(0, head.length)).toBe(head);
    const wide = "é".repeat(length >> 1) + "a".repeat(length & 1);
    expect(hex(wide).slice(0, head.length)).toBe(head);
  });

  test("comes through at any place of a block of memory", () => {
    // The block is 8 KiB, and the texts grow by a byte each: every distance from its end comes up.
    for (const letter of ["a", "é", "€", "😀"]) {
      for (let length = 0; length < 300; length++) {
        const value = [letter.repeat(length), length];
        expect(decodeMsgpack(encodeMsgpack(value))).toEqual(value);
      }
    }
  });
});

describe("binary values", () => {
  test.each<[string, unknown, string]>([
    ["a Uint8Array", DIGITS, "c40401020304"],
    ["a Buffer", Buffer.from(DIGITS), "c40401020304"],
    ["a Uint8Array of another realm", runInNewContext("Uint8Array.of(1, 2)"), "c4020102"],
    ["an ArrayBuffer", DIGITS.slice().buffer, "c7040001020304"],
    ["an ArrayBuffer of a byte", new ArrayBuffer(1), "c7010000"],
    ["an ArrayBuffer of eight bytes", new ArrayBuffer(8), "c708000000000000000000"],
    ["another typed array", Uint16Array.of(1), "c702000100"],
    ["a DataView", new DataView(DIGITS.buffer, 1, 2), "c702000203"],
    ["nothing at all", new Uint8Array(0), "c400"],
  ])("%s are written in place", (_name, value, expected) => {
    expect(hex(value)).toBe(expected);
  });

  test("that are a view do not let out the memory around them", () => {
    expect(hex(DIGITS.subarray(1, 3))).toBe("c4020203");
    expect(hex(new Int8Array(DIGITS.buffer, 1, 2))).toBe("c702000203");
  });

  test.each([
    [255, "c4ff"],
    [256, "c50100"],
    [65_536, "c600010000"],
  ])("of %i bytes have the smallest head", (length, head) => {
    expect(hex(new Uint8Array(length)).slice(0, head.length)).toBe(head);
  });

  test("whose bytes are not there yet are a TypeError that says how to read them", () => {
    expect(() => encodeMsgpack([new Blob(["a"])])).toThrow(TypeError);
    expect(() => encodeMsgpack([new Blob(["a"])])).toThrow("await blob.arrayBuffer()");
  });
});

describe("objects", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "c0"],
    ["true", true, "c3"],
    ["false", false, "c2"],
    ["undefined", undefined, "d40000"],
    ["a date", new Date(1_700_000_000_123), "d7000000018bcfe5687b"],
    ["a date before 1970", new Date(-5), "d700fffffffffffffffb"],
    ["a date of another realm", runInNewContext("new Date(5)"), "d7000000000000000005"],
    ["a list", [1, [2], null], "93019102c0"],
    ["a list with a hole", Object.assign([], { 0: 1, 2: 2 }), "9301d4000002"],
    ["a map", { a: 1, b: { c: undefined } }, "82a16101a16281a163d40000"],
    ["a map without a prototype", Object.assign(Object.create(null), { a: 1 }), "81a16101"],
    ["a key called __proto__", JSON.parse('{"__proto__":1}'), "81a95f5f70726f746f5f5f01"],
    ["a Map, which has no members of its own", new Map([[1, 2]]), "80"],
    ["a boxed number, likewise", Object(5), "80"],
  ])("%s", (_name, value, expected) => {
    expect(hex(value)).toBe(expected);
  });

  test("have only their own members that can be seen", () => {
    const value: unknown = Object.create(
      { inherited: 1 },
      { own: { value: 2, enumerable: true }, hidden: { value: 3 } },
    );
    expect(hex(value)).toBe("81a36f776e02");
  });

  test.each([
    [15, "8f"],
    [16, "de0010"],
    [65_536, "df00010000"],
  ])("with %i members have the smallest head", (count, head) => {
    const value = Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
    expect(hex(value).slice(0, head.length)).toBe(head);
  });

  test.each([
    [15, "9f"],
    [16, "dc0010"],
    [65_536, "dd00010000"],
  ])("that are lists of %i elements have the smallest head", (count, head) => {
    expect(hex(new Array(count).fill(0)).slice(0, head.length)).toBe(head);
  });

  test("leave out members that are functions, and count what is left", () => {
    const ignored = (): void => undefined;
    expect(hex({ f: ignored, b: 1 })).toBe("81a16201");
    const members = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`k${at}`, "x".repeat(1000)]));
    expect(decodeMsgpack(encodeMsgpack({ ...members, f: ignored, g: ignored, last: 1 }))).toEqual({
      ...members,
      last: 1,
    });
  });

  test("say themselves what stands for them", () => {
    expect(hex({ toJSON: () => ({ x: 1 }) })).toBe("81a17801");
    expect(hex([{ toJSON: () => ({ toJSON: () => DIGITS }) }])).toBe("91c40401020304");
  });

  test.each([
    ["bigint", 1n],
    ["symbol", Symbol("s")],
    ["function", () => 1],
  ])("that are a %s are a TypeError", (type, value) => {
    expect(() => encodeMsgpack([value])).toThrow(TypeError);
    expect(() => encodeMsgpack([value])).toThrow(`Cannot encode a ${type}`);
  });

  test("are never modified", () => {
    const value = Object.freeze({ a: Object.freeze([Object.freeze({ b: DIGITS })]) });
    expect(decodeMsgpack(encodeMsgpack(value))).toEqual(value);
  });
});

describe("data without an end", () => {
  test("is a RangeError, whether it is circular, deep, or made while it is written", () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const endless = { toJSON: (): unknown => endless };
    for (const value of [circular, nest(2002), endless]) {
      expect(() => encodeMsgpack(value)).toThrow(RangeError);
      expect(() => encodeMsgpack(value)).toThrow("it is circular, or nested deeper than 2000 levels");
    }
  });

  test("begins behind 2,001 lists or maps inside each other", () => {
    expect(encodeMsgpack(nest(2001))).toHaveLength(2002);
    let map: unknown = 0;
    for (let level = 0; level < 2001; level++) map = { a: map };
    expect(encodeMsgpack(map)).toHaveLength(2001 * 3 + 1);
  });
});

describe("messages", () => {
  test("stay what they are when others are written", () => {
    const first = encodeMsgpack(["first"]);
    const copy = first.slice();
    encodeMsgpack(["x".repeat(10_000), "second"]);
    for (let at = 0; at < 1000; at++) encodeMsgpack(["third", at]);
    expect(first).toEqual(copy);
  });

  test("may be written while another is being written", () => {
    const inner: Uint8Array[] = [];
    const value = { a: "before", toJSON: () => ["outer", inner.push(encodeMsgpack("inner")), "after"] };
    expect(decodeMsgpack(encodeMsgpack(["start", value]))).toEqual(["start", ["outer", 1, "after"]]);
    expect(inner.map(decodeMsgpack)).toEqual(["inner"]);
  });

  test("come through after one that failed half-way", () => {
    expect(() => encodeMsgpack(["left behind", 1n])).toThrow(TypeError);
    expect(decodeMsgpack(encodeMsgpack(["whole"]))).toEqual(["whole"]);
  });

  test.each<[string, unknown]>([
    ["a text", "x".repeat(1_000_000)],
    ["a text of many bytes", "€".repeat(400_000)],
    ["bytes", new Uint8Array(1_000_000)],
    ["many small values", new Array(300_000).fill("abc")],
    ["a text behind many short ones", [new Array(3000).fill("abc"), "x".repeat(100)]],
  ])("that are large hold on to no more than twice their memory: %s", (_name, value) => {
    const message = encodeMsgpack(value);
    expect(message.buffer.byteLength).toBeLessThanOrEqual(2 * message.byteLength + 1024);
    expect(Buffer.compare(encodeMsgpack(decodeMsgpack(message)), message)).toBe(0);
  });

  test("that are small share blocks of 8 KiB", () => {
    for (let at = 0; at < 1000; at++) expect(encodeMsgpack(["small", at]).buffer.byteLength).toBe(8192);
  });
});
