// Masks and unmasks the payload of WebSocket frames in place; one is the other.
// Place: bytes -> **frame decoder** -> websocket carrier
// Rules: long payloads go word by word, whatever their alignment, and the order of bytes of the machine does not matter.
// Source: RFC 6455, 5.3 "Client-to-Server Masking"

import { byteAt } from "../shared/bytes.ts";

/** From so many bytes on a view of words pays for itself. */
const WORDWISE_FROM = 128;
const HIGH_BIT = 0x80;
const HIGH_BITS = 0x80808080;

// Marked as pure, since clients share the file that this is built into, and mask nothing by it.
const keyBytes = /* @__PURE__ */ new Uint8Array(4);
const keyWords = /* @__PURE__ */ wordsOf(keyBytes);

function wordsOf({ buffer }: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(buffer);
}

/** The key for what follows, after so many bytes. */
export function rotateKey(key: number, bytes: number): number {
  const bits = (bytes & 3) * 8;
  return bits === 0 ? key : (key << bits) | (key >>> (32 - bits));
}

/** @returns all bytes that came out, or-ed: beyond 0x7f where one was. */
function maskBytes(bytes: Uint8Array, from: number, to: number, key: number): number {
  const first = key >>> 24;
  const second = (key >>> 16) & 0xff;
  const third = (key >>> 8) & 0xff;
  const fourth = key & 0xff;
  let seen = 0;
  let at = from;
  for (const last = to - 3; at < last; at += 4) {
    const a = byteAt(bytes, at) ^ first;
    const b = byteAt(bytes, at + 1) ^ second;
    const c = byteAt(bytes, at + 2) ^ third;
    const d = byteAt(bytes, at + 3) ^ fourth;
    bytes[at] = a;
    bytes[at + 1] = b;
    bytes[at + 2] = c;
    bytes[at + 3] = d;
    seen |= a | b | c | d;
  }
  for (let shift = 24; at < to; at++, shift -= 8) {
    const byte = byteAt(bytes, at) ^ ((key >>> shift) & 0xff);
    bytes[at] = byte;
    seen |= byte;
  }
  return seen;
}

/** @param words a multiple of four. @returns all words that came out, or-ed. */
function maskWords(words: Int32Array, key: number): number {
  keyBytes[0] = key >>> 24;
  keyBytes[1] = key >>> 16;
  keyBytes[2] = key >>> 8;
  keyBytes[3] = key;
  const keyWord = Number(keyWords[0]);
  let seen = 0;
  for (let at = 0; at < words.length; at += 4) {
    const a = Number(words[at]) ^ keyWord;
    const b = Number(words[at + 1]) ^ keyWord;
    const c = Number(words[at + 2]) ^ keyWord;
    const d = Number(words[at + 3]) ^ keyWord;
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
    seen |= a | b | c | d;
  }
  return seen;
}

/**
 * Applies a masking key to bytes in place.
 * @param key the four bytes of the key, the first one in front; 0 changes nothing.
 * @returns whether all bytes that came out are known to be ASCII.
 */
export function applyMask(bytes: Uint8Array, from: number, to: number, key: number): boolean {
  // Nothing to do, as for whatever a client reads: looking at all bytes would cost more than ASCII saves.
  if (key === 0) return false;
  if (to - from < WORDWISE_FROM) return maskBytes(bytes, from, to, key) < HIGH_BIT;
  const start = from + (-(bytes.byteOffset + from) & 3);
  const count = 4 * ((to - start) >> 4);
  const end = start + 4 * count;
  const seenBefore = maskBytes(bytes, from, start, key);
  const keyInside = rotateKey(key, start - from);
  const seenInside = maskWords(new Int32Array(bytes.buffer, bytes.byteOffset + start, count), keyInside);
  const seenBehind = maskBytes(bytes, end, to, keyInside);
  return (seenBefore | seenBehind) < HIGH_BIT && (seenInside & HIGH_BITS) === 0;
}
