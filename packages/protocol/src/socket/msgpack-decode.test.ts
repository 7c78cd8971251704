// Rules of reading MessagePack.
import { afterEach, describe, expect, test, vi } from "vitest";
import { invoke } from "../shared/callback.ts";
import { decodeMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

function read(hex: string): unknown {
  return decodeMsgpack(Uint8Array.from(Buffer.from(hex, "hex")));
}

function failureOf(bytes: Uint8Array): unknown {
  try {
    return decodeMsgpack(bytes);
  } catch (error) {
    return error;
  }
}

/** The elements of a list that a frame holds. */
function elementsOf(frame: Uint8Array): readonly unknown[] {
  const list = decodeMsgpack(frame);
  return Array.isArray(list) ? list : [];
}

/** The memory that a binary value keeps. */
function memoryOf(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? value.buffer : value;
}

describe("every format is read", () => {
  test.each<[string, unknown]>([
    ["00", 0],
    ["7f", 127],
    ["e0", -32],
    ["ff", -1],
    ["c0", null],
    ["c2", false],
    ["c3", true],
    ["ca3fc00000", 1.5],
    ["cb3ff8000000000000", 1.5],
    ["cc05", 5],
    ["cd0005", 5],
    ["ce00000005", 5],
    ["ceffffffff", 2 ** 32 - 1],
    ["cf0000000000000005", 5],
    ["cf0020000000000000", 2 ** 53],
    ["d0fe", -2],
    ["d1fffe", -2],
    ["d2fffffffe", -2],
    ["d3fffffffffffffffe", -2],
    ["d3ffe0000000000001", Number.MIN_SAFE_INTEGER],
    ["a161", "a"],
    ["d90161", "a"],
    ["da000161", "a"],
    ["db0000000161", "a"],
    ["a2c3a9", "é"],
    ["a4efbbbf61", "\ufeffa"],
    ["a2c328", "\ufffd("],
    ["91c0", [null]],
    ["dc00020102", [1, 2]],
    ["dd0000000101", [1]],
    ["81a16101", { a: 1 }],
    ["de0001a16101", { a: 1 }],
    ["df00000001a16101", { a: 1 }],
    ["82a16101a16102", { a: 2 }],
    ["810102", { 1: 2 }],
    ["81ff02", { "-1": 2 }],
    ["81cd012c02", { 300: 2 }],
    ["81d9016102", { a: 2 }],
    ["c4020102", Uint8Array.of(1, 2)],
    ["c500020102", Uint8Array.of(1, 2)],
    ["c6000000020102", Uint8Array.of(1, 2)],
    ["c703000102ff", Uint8Array.of(1, 2, 255).buffer],
    ["c80002000102", Uint8Array.of(1, 2).buffer],
    ["c900000002000102", Uint8Array.of(1, 2).buffer],
    ["d40000", undefined],
    ["d40007", undefined],
    ["d7000000018bcfe5687b", new Date(1_700_000_000_123)],
    ["d700fffffffffffffffb", new Date(-5)],
    ["d40105", [1, Uint8Array.of(5)]],
    ["d5000102", [0, Uint8Array.of(1, 2)]],
    ["d6ff01020304", [-1, Uint8Array.of(1, 2, 3, 4)]],
    ["d7010000000000000000", [1, new Uint8Array(8)]],
    ["d80500000000000000000000000000000000", [5, new Uint8Array(16)]],
    ["c7020701ff", [7, Uint8Array.of(1, 255)]],
  ])("%s", (hex, value) => {
    expect(read(hex)).toStrictEqual(value);
  });
});

describe("refused with a SyntaxError is", () => {
  test.each([
    ["nothing", "", "it is cut off"],
    ["the reserved type", "c1", "reserved"],
    ["the reserved type inside", "91c1", "reserved"],
    ["a second value", "c0c0", "1 bytes are left over"],
    ["a short text without its end", "a561", "it is cut off"],
    ["a length without its end", "d9", "it is cut off"],
    ["a long text without its end", "dbffffffff61", "it is cut off"],
    ["bytes without their end", "c40501", "it is cut off"],
    ["a list without its end", "930102", "it is cut off"],
    ["a map without its end", "82a16101", "it is cut off"],
    ["a map that ends in a key", "81a161", "it is cut off"],
    ["an integer without its end", "cd01", "it is cut off"],
    ["a 64-bit integer without its end", "cf00000000", "it is cut off"],
    ["a float without its end", "cb3ff0", "it is cut off"],
    ["an extension without its type", "c700", "it is cut off"],
    ["an extension without its end", "c7050001", "it is cut off"],
    ["a date without its end", "d700000000", "it is cut off"],
    ["a list of 4 G elements", "ddffffffff", "it is cut off"],
    ["a map of 4 G members", "dfffffffff", "it is cut off"],
    ["a date out of range", "d7007fffffffffffffff", "a date is out of range"],
    ["null as a key", "81c001", "a key is neither text nor number"],
    ["bytes as a key", "81c4016101", "a key is neither text nor number"],
    ["a list as a key", "81910105", "a key is neither text nor number"],
    ["a large map as a key", "81df0000000005", "a key is neither text nor number"],
  ])("%s", (_name, hex, reason) => {
    expect(() => read(hex)).toThrow(SyntaxError);
    expect(() => read(hex)).toThrow(reason);
  });

  test("each beginning of a whole value", () => {
    const whole = encodeMsgpack({ a: [1, 300, -70_000, 1.5, "é".repeat(40)], b: new Date(0), c: new Uint8Array(300) });
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeMsgpack(whole.slice(0, length))).toThrow(SyntaxError);
    }
  });

  test("what is nested on more than 1,000 levels", () => {
    expect(read(`${"91".repeat(1000)}c0`)).toHaveLength(1);
    expect(() => read(`${"91".repeat(1001)}c0`)).toThrow("nested deeper than 1000 levels");
    expect(() => read(`${"81a161".repeat(1001)}c0`)).toThrow(SyntaxError);
    expect(() => read("91".repeat(1_000_000))).toThrow(SyntaxError);
  });
});

describe("memory", () => {
  test("is not set aside for lists that announce what cannot be there", () => {
    const made: unknown[] = [];
    vi.stubGlobal("Array", new Proxy(Array, { construct: (_class, [length]) => made.concat(made.push(length)) }));
    // Lists inside each other, each of which announces a value for every byte that is left, and one that has no end.
    const frame = new Uint8Array(5000);
    const view = new DataView(frame.buffer);
    for (let at = 0; at < frame.length; at += 5) {
      frame[at] = 0xdd;
      view.setUint32(at + 1, frame.length - at - 5);
    }
    const failures = [frame, Uint8Array.of(0xdd, 255, 255, 255, 255)].map((bytes) => failureOf(bytes));
    vi.unstubAllGlobals();
    expect(failures).toEqual([expect.any(SyntaxError), expect.any(SyntaxError)]);
    expect(made).toEqual([]);
  });

  test("of a large frame is not kept by a small part of it", () => {
    const frame = encodeMsgpack([Uint8Array.of(1, 2), new Uint8Array(20_000)]);
    const [small, large] = elementsOf(frame);
    expect(small).toEqual(Uint8Array.of(1, 2));
    expect(memoryOf(small)).toEqual(Uint8Array.of(1, 2).buffer);
    expect(memoryOf(large)).toBe(frame.buffer);
  });

  test("of a small frame is shared by its parts", () => {
    const frame = encodeMsgpack([Uint8Array.of(1, 2)]);
    expect(memoryOf(elementsOf(frame)[0])).toBe(frame.buffer);
  });
});

describe("binary values become what the frame is", () => {
  const encoded = encodeMsgpack([Uint8Array.of(1, 2), new Uint8Array(20_000), new ArrayBuffer(2)]);

  test("Buffers in a Buffer", () => {
    const [small, large, own] = elementsOf(Buffer.from(encoded));
    expect(Buffer.isBuffer(small)).toBe(true);
    expect(Buffer.isBuffer(large)).toBe(true);
    expect(own).toBeInstanceOf(ArrayBuffer);
  });

  test("ArrayBuffers in an ArrayBuffer", () => {
    expect(decodeMsgpack(encoded.slice().buffer)).toEqual([
      Uint8Array.of(1, 2).buffer,
      new ArrayBuffer(20_000),
      new ArrayBuffer(2),
    ]);
  });

  test("a TypeError when it has no bytes", () => {
    const text: unknown = "text";
    const decodeAnything: (value: never) => unknown = decodeMsgpack;
    expect(() => invoke(decodeAnything, [text])).toThrow(TypeError);
  });
});

describe("keys", () => {
  // These are remembered in the same place.
  const alike = ["type", "tope", "tape"];

  test("that are alike are told apart", () => {
    for (const key of [...alike, ...alike]) expect(decodeMsgpack(encodeMsgpack({ [key]: 1 }))).toEqual({ [key]: 1 });
  });

  test("that are remembered are not read beyond the end of a frame", () => {
    expect(read("81a47479706501")).toEqual({ type: 1 });
    expect(() => read("81a4747970")).toThrow("it is cut off");
    expect(() => decodeMsgpack(Uint8Array.from(Buffer.from("81a47479706501", "hex")).subarray(0, 5))).toThrow(
      "it is cut off",
    );
  });

  test("of letters beyond ASCII, or none, are read each time", () => {
    const map = { "": 1, é: 2, ключ: 3, "👍": 4 };
    for (let times = 0; times < 2; times++) expect(decodeMsgpack(encodeMsgpack(map))).toEqual(map);
  });
});

test.each([1, 3, 4, 5, 31, 32, 47, 48, 49, 300])(
  "a text of %i letters is read, whichever of them is not ASCII",
  (length) => {
    const ascii = "abcdefghij".repeat(30).slice(0, length);
    expect(decodeMsgpack(encodeMsgpack(ascii))).toBe(ascii);
    for (let at = 0; at < length; at++) {
      const text = `${ascii.slice(0, at)}ß${ascii.slice(at + 1)}`;
      expect(decodeMsgpack(encodeMsgpack(text))).toBe(text);
    }
  },
);

test("a key called __proto__ is a member like any other and changes no prototype", () => {
  const value = read("81a95f5f70726f746f5f5f81a17801");
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.getOwnPropertyNames(value)).toEqual(["__proto__"]);
  expect(value).not.toHaveProperty("x");
  expect({}).not.toHaveProperty("x");
});
