// Rules of lengths, joining and UTF-8.
import { describe, expect, test } from "vitest";
import { byteAt, concatBytes, decodeStrictUtf8, decodeUtf8, encodeUtf8, utf8Length, writeUtf8 } from "./bytes.ts";

const REPLACED = [0xef, 0xbf, 0xbd];

describe("utf8Length", () => {
  test.each([
    ["nothing", "", 0],
    ["ASCII", "abc", 3],
    ["two-byte letters", "é\u07ff", 4],
    ["three-byte letters", "€\u0800\uffff", 9],
    ["a pair", "😀", 4],
    ["a pair between letters", "a😀é", 7],
    ["a lone high surrogate at the end", "a\ud83d", 4],
    ["a lone high surrogate before a letter", "\ud83da", 4],
    ["a lone high surrogate before a letter above all surrogates", "\ud83d\uffff", 6],
    ["a lone low surrogate", "\ude00", 3],
    ["a reversed pair", "\ude00\ud83d", 6],
    ["a high surrogate before a pair", "\ud83d😀", 7],
  ])("counts %s as it is encoded", (_name, text, length) => {
    expect(utf8Length(text)).toBe(length);
    expect(encodeUtf8(text).byteLength).toBe(length);
  });
});

describe("bytes", () => {
  test("are 0 past the end", () => {
    expect(byteAt(Uint8Array.of(7), 0)).toBe(7);
    expect(byteAt(Uint8Array.of(7), 1)).toBe(0);
  });

  test("join in order", () => {
    expect(concatBytes([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)])).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("take a text at an offset", () => {
    const target = new Uint8Array(4);
    expect(writeUtf8("é", target, 1)).toBe(2);
    expect(target).toEqual(Uint8Array.of(0, 0xc3, 0xa9, 0));
  });
});

describe("UTF-8", () => {
  test("keeps a byte order mark", () => {
    expect(decodeUtf8(encodeUtf8("\ufeffa"))).toBe("\ufeffa");
    expect(decodeStrictUtf8(encodeUtf8("\ufeffa"))).toBe("\ufeffa");
  });

  test("read leniently replaces what is ill-formed", () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0x62))).toBe("a\ufffdb");
  });

  test("read strictly takes well-formed text", () => {
    expect(decodeStrictUtf8(encodeUtf8("aé€😀"))).toBe("aé€😀");
  });

  test("read strictly replaces encoded surrogates", () => {
    expect(decodeStrictUtf8(Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf, 0x62))).toBe("a\ufffd\ufffdb");
  });

  test("read strictly leaves the given bytes alone", () => {
    const given = Uint8Array.of(0xed, 0xa0, 0x80);
    decodeStrictUtf8(given);
    expect(given).toEqual(Uint8Array.of(0xed, 0xa0, 0x80));
  });

  test.each([
    ["a cut-off sequence", [0x61, 0xe2, 0x82]],
    ["a cut-off surrogate", [0xed, 0xa0]],
    ["an overlong sequence", [0xc0, 0x80]],
    ["a code point beyond the last", [0xf4, 0x90, 0x80, 0x80]],
    ["a continuation byte alone", [0x80]],
    ["a surrogate without its last byte", [0xed, 0xa0, 0x41]],
    ["a surrogate next to an overlong sequence", [0xed, 0xa0, 0x80, 0xc0, 0x80]],
  ])("read strictly refuses %s", (_name, bytes) => {
    expect(() => decodeStrictUtf8(Uint8Array.from(bytes))).toThrow(SyntaxError);
  });

  test("writes a lone surrogate as the replacement character", () => {
    expect([...encodeUtf8("\ud800")]).toEqual(REPLACED);
  });
});
