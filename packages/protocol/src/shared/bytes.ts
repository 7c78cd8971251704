// Bytes and their texts: lengths, joining, strict and lenient UTF-8.
// Place: below everything else; used on both sides of the engine dialect.
// Rules: nothing here keeps state between calls; a lone surrogate becomes U+FFFD, three bytes, as on every transport.
// Source: docs/protocol/engine-3.md, "Payloads"

const encoder = new TextEncoder();
// A byte order mark is data like any other: a message may well start with one.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The byte at an index, and 0 past the end, so that inner loops need no special case. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** How many bytes a text has once it is UTF-8. */
export function utf8Length(text: string): number {
  const units = text.length;
  let bytes = units;
  for (let at = 0; at < units; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair has two units and four bytes: what the first unit added is enough for both.
    if (unit >> 10 === 0b110110 && text.charCodeAt(at + 1) >> 10 === 0b110111) at++;
  }
  return bytes;
}

/** How many characters so many bytes become as base64, padding included. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

/** A text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Writes a text as UTF-8 into bytes that are large enough.
 * @param at index of the first byte to write.
 * @returns how many bytes were written.
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  return encoder.encodeInto(text, target.subarray(at)).written;
}

/**
 * Writes as much of a text as UTF-8 as there is room for; a character is written whole or not at all.
 * @param at index of the first byte to write.
 * @returns how many code units were read and how many bytes were written.
 */
export function writeUtf8Part(text: string, target: Uint8Array, at: number): { read: number; written: number } {
  return encoder.encodeInto(text, target.subarray(at));
}

/** Reads UTF-8; what is ill-formed becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return lenientDecoder.decode(bytes);
}

/**
 * Reads UTF-8 that has to be well-formed, but for encoded surrogates, which old encoders write: they become U+FFFD.
 * @throws SyntaxError when the bytes are cut off, overlong or beyond U+10FFFF.
 */
export function decodeStrictUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeWithSurrogates(bytes);
  }
}

function decodeWithSurrogates(bytes: Uint8Array): string {
  const copy = bytes.slice();
  for (let at = 0; at + 2 < copy.length; at++) {
    // ED is no continuation byte, and only surrogates follow it with A0 to BF.
    if (byteAt(copy, at) === 0xed && byteAt(copy, at + 1) >> 5 === 0b101 && byteAt(copy, at + 2) >> 6 === 0b10) {
      copy.set([0xef, 0xbf, 0xbd], at);
    }
  }
  try {
    return strictDecoder.decode(copy);
  } catch (cause) {
    throw new SyntaxError("Cannot decode the text: it is no well-formed UTF-8", { cause });
  }
}

/** Joins pieces into one array, in order; the pieces are copied. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.byteLength;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
