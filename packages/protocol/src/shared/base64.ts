// Base64 without the help of a platform, fast enough for attachments of a megabyte.
// Place: bytes -> **engine dialect**, for peers that take no binary; browsers get base64-web.ts instead.
// Rules: the standard alphabet, written with padding; padding may be missing when read, anything else is refused.
// Source: docs/protocol/engine-4.md, "Binary packets"

import { base64Length, byteAt, decodeUtf8 } from "./bytes.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;
// Any value above 63 would do; this bit survives when four values are joined by `|`.
const INVALID = 0x80;

const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const VALUES = new Uint8Array(128).fill(INVALID);
for (const [value, code] of CODES.entries()) VALUES[code] = value;

function writeGroup(output: Uint8Array, to: number, bits: number): void {
  output[to] = byteAt(CODES, bits >> 18);
  output[to + 1] = byteAt(CODES, (bits >> 12) & 63);
  output[to + 2] = byteAt(CODES, (bits >> 6) & 63);
  output[to + 3] = byteAt(CODES, bits & 63);
}

/** Writes bytes as base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const { length } = bytes;
  const output = new Uint8Array(base64Length(length));
  const rest = length % 3;
  const full = length - rest;
  let to = 0;
  // The loop never reads past the end: engines keep a typed array access fast only as long as it stays inside.
  for (let at = 0; at < full; at += 3) {
    writeGroup(output, to, (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2));
    to += 4;
  }
  if (rest > 0) {
    const second = rest === 2 ? byteAt(bytes, full + 1) << 8 : 0;
    writeGroup(output, to, (byteAt(bytes, full) << 16) | second);
    output[to + 3] = PADDING;
    if (rest === 1) output[to + 2] = PADDING;
  }
  return decodeUtf8(output);
}

/**
 * Reads base64.
 * @param text the base64, perhaps behind something else.
 * @param from index of the first character.
 * @returns the bytes, in memory of their own.
 * @throws SyntaxError when there is a character of no standard base64, or a length that no bytes have.
 */
export function decodeBase64(text: string, from = 0): Uint8Array {
  const end = withoutPadding(text, from);
  const letters = end - from;
  const rest = letters & 3;
  if (rest === 1) throw refusal("its length is that of no base64 text");
  // Full groups have no padding, and a group is never padded beyond its four characters.
  if (text.length > end + ((4 - rest) & 3)) throw refusal("it has too much padding");
  const output = new Uint8Array((letters * 3) >> 2);
  let at = from;
  let to = 0;
  for (const full = end - rest; at < full; at += 4) {
    const a = valueAt(text, at);
    const b = valueAt(text, at + 1);
    const c = valueAt(text, at + 2);
    const d = valueAt(text, at + 3);
    if (((a | b | c | d) & INVALID) !== 0) throw refusal("it has a character outside the alphabet");
    output[to] = (a << 2) | (b >> 4);
    output[to + 1] = (b << 4) | (c >> 2);
    output[to + 2] = (c << 6) | d;
    to += 3;
  }
  if (rest > 0) {
    const a = valueAt(text, at);
    const b = valueAt(text, at + 1);
    const c = rest === 3 ? valueAt(text, at + 2) : 0;
    if (((a | b | c) & INVALID) !== 0) throw refusal("it has a character outside the alphabet");
    output[to] = (a << 2) | (b >> 4);
    // Writing past the end of a typed array does nothing, so one and two bytes need no branch.
    output[to + 1] = (b << 4) | (c >> 2);
  }
  return output;
}

function withoutPadding(text: string, from: number): number {
  let end = text.length;
  while (end > from && text.length - end < 2 && text.charCodeAt(end - 1) === PADDING) end--;
  return end;
}

function valueAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? byteAt(VALUES, code) : INVALID;
}

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the base64 text: ${reason}`);
}
