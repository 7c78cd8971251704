// MessagePack: bytes to values.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: each byte is read once; an announced length sets no memory aside; what is cut off, left over, reserved or nested
//        too deep is a SyntaxError; a key called `__proto__` is a key like any other.
// Source: docs/protocol/parsers.md, "MessagePack"

import { byteAt, decodeUtf8 } from "../shared/bytes.ts";
import { setOwn, toBytes } from "./binary.ts";
import { MAX_DEPTH } from "./payload-rules.ts";

const TWO_32 = 0x1_0000_0000;
/** Dates reach so many milliseconds to either side of 1970. */
const LAST_DATE_MS = 8.64e15;
/** Up to here it is faster to put a text together than to call the platform's decoder. */
const SHORT_TEXT_BYTES = 48;
const { fromCharCode } = String;
/** Where the bits of a number become a floating-point one; it holds nothing between two of them. */
const SCRATCH = new DataView(new ArrayBuffer(8));
/** A power of two. */
const KNOWN_KEYS = 256;
/**
 * The keys that came last, by a few of their bytes: the same ones come again and again, and a text that is a key already
 * costs neither its making nor its search in the table of all keys that engines have.
 */
const KNOWN = Array.from<string | undefined>({ length: KNOWN_KEYS });
/** The size of the pieces of memory that platforms hand out to small buffers anyway. */
const SMALL_FRAME_BYTES = 8192;

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the MessagePack: ${reason}`);
}

/** Whether the letters of a text, all of them ASCII, stand in the bytes; behind their end stands nothing. */
function isAt(text: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

/** A text of ASCII letters, put together from four at a time; undefined where there are others. */
function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const a = byteAt(bytes, at);
    const b = byteAt(bytes, at + 1);
    const c = byteAt(bytes, at + 2);
    const d = byteAt(bytes, at + 3);
    if ((a | b | c | d) >= 0x80) return undefined;
    text += fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    const code = byteAt(bytes, at);
    if (code >= 0x80) return undefined;
    text += fromCharCode(code);
  }
  return text;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #wantsArrayBuffers: boolean;
  readonly #maxDepth: number;
  #at = 0;

  constructor(bytes: Uint8Array, wantsArrayBuffers: boolean, maxDepth: number) {
    this.#bytes = bytes;
    this.#wantsArrayBuffers = wantsArrayBuffers;
    this.#maxDepth = maxDepth;
  }

  readAll(): unknown {
    const value = this.#read(0);
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw refusal(`${left} bytes are left over`);
    return value;
  }

  /** Steps over so many bytes. @returns where they begin. */
  #take(count: number): number {
    const start = this.#at;
    if (count > this.#bytes.length - start) throw refusal("it is cut off");
    this.#at = start + count;
    return start;
  }

  #unsigned8(): number {
    return byteAt(this.#bytes, this.#take(1));
  }

  #signed8(): number {
    return (this.#unsigned8() << 24) >> 24;
  }

  #unsigned16(): number {
    const at = this.#take(2);
    return (byteAt(this.#bytes, at) << 8) | byteAt(this.#bytes, at + 1);
  }

  #signed32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    const upper = (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16);
    return upper | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3);
  }

  #unsigned32(): number {
    return this.#signed32() >>> 0;
  }

  #float32(): number {
    SCRATCH.setInt32(0, this.#signed32());
    return SCRATCH.getFloat32(0);
  }

  #float64(): number {
    SCRATCH.setInt32(0, this.#signed32());
    SCRATCH.setInt32(4, this.#signed32());
    return SCRATCH.getFloat64(0);
  }

  #read(depth: number): unknown {
    const head = this.#unsigned8();
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 15, depth + 1);
    if (head < 0xa0) return this.#list(head & 15, depth + 1);
    if (head < 0xc0) return this.#text(head & 31);
    if (head >= 0xe0) return head - 256;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#unsigned8());
      case 0xc5:
        return this.#binary(this.#unsigned16());
      case 0xc6:
        return this.#binary(this.#unsigned32());
      case 0xc7:
        return this.#extension(this.#unsigned8());
      case 0xc8:
        return this.#extension(this.#unsigned16());
      case 0xc9:
        return this.#extension(this.#unsigned32());
      case 0xca:
        return this.#float32();
      case 0xcb:
        return this.#float64();
      case 0xcc:
        return this.#unsigned8();
      case 0xcd:
        return this.#unsigned16();
      case 0xce:
        return this.#unsigned32();
      case 0xcf:
        return this.#unsigned32() * TWO_32 + this.#unsigned32();
      case 0xd0:
        return this.#signed8();
      case 0xd1:
        return (this.#unsigned16() << 16) >> 16;
      case 0xd2:
        return this.#signed32();
      case 0xd3:
        return this.#signed64();
      case 0xd4:
        return this.#fixedExtension(1);
      case 0xd5:
        return this.#fixedExtension(2);
      case 0xd6:
        return this.#fixedExtension(4);
      case 0xd7:
        return this.#fixedExtension(8);
      case 0xd8:
        return this.#fixedExtension(16);
      case 0xd9:
        return this.#text(this.#unsigned8());
      case 0xda:
        return this.#text(this.#unsigned16());
      case 0xdb:
        return this.#text(this.#unsigned32());
      case 0xdc:
        return this.#list(this.#unsigned16(), depth + 1);
      case 0xdd:
        return this.#list(this.#unsigned32(), depth + 1);
      case 0xde:
        return this.#map(this.#unsigned16(), depth + 1);
      case 0xdf:
        return this.#map(this.#unsigned32(), depth + 1);
      default:
        throw refusal("a value has the type that is reserved");
    }
  }

  #signed64(): number {
    return this.#signed32() * TWO_32 + this.#unsigned32();
  }

  #text(length: number): string {
    const start = this.#take(length);
    const end = start + length;
    const ascii = length > SHORT_TEXT_BYTES ? undefined : readAscii(this.#bytes, start, end);
    return ascii ?? decodeUtf8(this.#bytes.subarray(start, end));
  }

  /** Every value takes a byte at least, so what is not there is missed before it costs anything. */
  #enter(count: number, bytesEach: number, depth: number): void {
    if (depth > this.#maxDepth) throw refusal(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (count * bytesEach > this.#bytes.length - this.#at) throw refusal("it is cut off");
  }

  #list(count: number, depth: number): unknown[] {
    this.#enter(count, 1, depth);
    // The list grows by what is there: lists inside each other may all announce as many values as bytes are left.
    const list: unknown[] = [];
    for (let at = 0; at < count; at++) list.push(this.#read(depth));
    return list;
  }

  #map(count: number, depth: number): Record<string, unknown> {
    this.#enter(count, 2, depth);
    const map: Record<string, unknown> = {};
    for (let at = 0; at < count; at++) {
      const key = this.#key();
      setOwn(map, key, this.#read(depth));
    }
    return map;
  }

  #key(): string {
    const head = byteAt(this.#bytes, this.#at);
    if (head >= 0xa0 && head < 0xc0) return this.#shortKey(head & 31);
    const isContainer = (head >= 0x80 && head < 0xa0) || head >= 0xdc;
    const key = isContainer && head < 0xe0 ? undefined : this.#read(0);
    if (typeof key === "string") return key;
    if (typeof key === "number") return String(key);
    throw refusal("a key is neither text nor number");
  }

  #shortKey(length: number): string {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const slot = (length * 29 + byteAt(bytes, start) * 5 + byteAt(bytes, this.#at + length)) & (KNOWN_KEYS - 1);
    const known = KNOWN[slot];
    if (known?.length === length && isAt(known, bytes, start)) {
      this.#at = start + length;
      return known;
    }
    this.#at = start;
    const key = this.#text(length);
    if (key.length === length) KNOWN[slot] = key;
    return key;
  }

  /** Bytes in memory of their own where they would keep a frame that is much larger than they are. */
  #slice(length: number): Uint8Array {
    const start = this.#take(length);
    const bytes = this.#bytes;
    const isSmallPart = bytes.length > SMALL_FRAME_BYTES && length * 2 < bytes.length;
    // A Buffer's own `slice` copies nothing.
    return isSmallPart
      ? Uint8Array.prototype.slice.call(bytes, start, start + length)
      : bytes.subarray(start, start + length);
  }

  #arrayBuffer(length: number): ArrayBuffer {
    const start = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length)).buffer;
  }

  #binary(length: number): Uint8Array | ArrayBuffer {
    return this.#wantsArrayBuffers ? this.#arrayBuffer(length) : this.#slice(length);
  }

  #extension(length: number): unknown {
    const type = this.#signed8();
    return type === 0 ? this.#arrayBuffer(length) : [type, this.#binary(length)];
  }

  #fixedExtension(length: number): unknown {
    const type = this.#signed8();
    if (type === 0 && length === 1) {
      this.#take(1);
      return undefined;
    }
    if (type === 0 && length === 8) return this.#date();
    return [type, this.#binary(length)];
  }

  #date(): Date {
    const timeMs = this.#signed64();
    if (Math.abs(timeMs) > LAST_DATE_MS) throw refusal("a date is out of range");
    return new Date(timeMs);
  }
}

/**
 * Reads a value of a frame.
 * @param wantsArrayBuffers whether binary values become ArrayBuffers instead of what the bytes themselves are.
 * @param maxDepth on how many levels lists and maps may stand inside each other.
 */
export function readMsgpack(bytes: Uint8Array, wantsArrayBuffers: boolean, maxDepth: number): unknown {
  return new Reader(bytes, wantsArrayBuffers, maxDepth).readAll();
}

/**
 * Reads one value.
 * @param bytes exactly one value. Binary values inside it become what this is: Buffers, Uint8Arrays or ArrayBuffers. They
 * may share its memory.
 * @throws SyntaxError when the bytes are no value, more than one, or nested on more than 1,000 levels.
 * @example
 * console.log(decodeMsgpack(Uint8Array.of(0x92, 1, 0xc0))); // prints: [ 1, null ]
 */
export function decodeMsgpack(bytes: Uint8Array | ArrayBuffer): unknown {
  const held = toBytes(bytes);
  if (held === undefined) throw new TypeError(`Cannot decode a "${typeof bytes}" as MessagePack: it has no bytes`);
  return readMsgpack(held, !ArrayBuffer.isView(bytes), MAX_DEPTH);
}
