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
const SHORT_TEXT_BYTES = 24;
/** The size of the pieces of memory that platforms hand out to small buffers anyway. */
const SMALL_FRAME_BYTES = 8192;

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the MessagePack: ${reason}`);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #wantsArrayBuffers: boolean;
  readonly #maxDepth: number;
  #at = 0;

  constructor(bytes: Uint8Array, wantsArrayBuffers: boolean, maxDepth: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

  #unsigned16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  #unsigned32(): number {
    return this.#view.getUint32(this.#take(4));
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
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcc:
        return this.#unsigned8();
      case 0xcd:
        return this.#unsigned16();
      case 0xce:
        return this.#unsigned32();
      case 0xcf:
        return this.#unsigned32() * TWO_32 + this.#unsigned32();
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
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
    return this.#view.getInt32(this.#take(4)) * TWO_32 + this.#unsigned32();
  }

  #text(length: number): string {
    const start = this.#take(length);
    const bytes = this.#bytes;
    if (length > SHORT_TEXT_BYTES) return decodeUtf8(bytes.subarray(start, start + length));
    let text = "";
    for (let at = start; at < start + length; at++) {
      const code = byteAt(bytes, at);
      if (code >= 0x80) return decodeUtf8(bytes.subarray(start, start + length));
      text += String.fromCharCode(code);
    }
    return text;
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
    if (head >= 0xa0 && head < 0xc0) {
      this.#at++;
      return this.#text(head & 31);
    }
    const isContainer = (head >= 0x80 && head < 0xa0) || head >= 0xdc;
    const key = isContainer && head < 0xe0 ? undefined : this.#read(0);
    if (typeof key === "string") return key;
    if (typeof key === "number") return String(key);
    throw refusal("a key is neither text nor number");
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
    const type = this.#view.getInt8(this.#take(1));
    return type === 0 ? this.#arrayBuffer(length) : [type, this.#binary(length)];
  }

  #fixedExtension(length: number): unknown {
    const type = this.#view.getInt8(this.#take(1));
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
