// MessagePack: values to bytes.
// Place: bytes <- engine dialect <- session <- **socket codec** <- connection / namespace / socket
// Rules: the smallest form that holds a value; only the bytes of a view, not the memory behind it; what is no Unicode
//        becomes U+FFFD; data that never ends is a RangeError, never a hang; the caller's data is never modified.
// Source: docs/protocol/parsers.md, "MessagePack"

import { writeUtf8 } from "../shared/bytes.ts";
import {
  hasToJson,
  isByteArray,
  isDate,
  isObject,
  kindOf,
  MAX_DATA_DEPTH,
  toBytes,
  tooDeep,
  unreadBlob,
} from "./binary.ts";

const TWO_32 = 0x1_0000_0000;
const INITIAL_BYTES = 2048;
/** What a writer may keep between two messages. */
const KEPT_BYTES = 65_536;
/** Up to here it is faster to write the letters one by one than to call the platform's encoder. */
const SHORT_TEXT_UNITS = 40;

class Writer {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;

  /** @returns the bytes of the value, in memory of their own. */
  writeAll(value: unknown): Uint8Array {
    this.#at = 0;
    this.#write(value, 0);
    return this.#bytes.slice(0, this.#at);
  }

  /** How much memory the writer holds on to. */
  get kept(): number {
    return this.#bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #write(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        this.#text(value);
        break;
      case "number":
        this.#number(value);
        break;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        break;
      case "undefined":
        this.#head(0xd4, 0, 2);
        break;
      case "object":
        if (isObject(value)) this.#object(value, depth);
        else this.#byte(0xc0);
        break;
      default:
        throw new TypeError(`Cannot encode a ${typeof value}: MessagePack has no form for it; convert it first`);
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** A type, and a number in as many bytes as are given. */
  #head(type: number, value: number, byteLength: 1 | 2 | 4): void {
    this.#reserve(5);
    const at = this.#at;
    this.#bytes[at] = type;
    if (byteLength === 1) this.#bytes[at + 1] = value;
    else if (byteLength === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
    this.#at = at + 1 + byteLength;
  }

  /** The head of a kind of value that has three lengths of 1, 2 and 4 bytes, one type after the other. */
  #lengthHead(firstType: number, length: number): void {
    if (length < 0x100) this.#head(firstType, length, 1);
    else if (length < 0x1_0000) this.#head(firstType + 1, length, 2);
    else this.#head(firstType + 2, length, 4);
  }

  /** The head of lists and maps: up to 15 elements within the type, then two lengths of 2 and 4 bytes. */
  #countHead(smallType: number, type16: number, count: number): void {
    if (count < 16) this.#byte(smallType | count);
    else if (count < 0x1_0000) this.#head(type16, count, 2);
    else this.#head(type16 + 1, count, 4);
  }

  /** Eight bytes, most significant first, negative numbers as two's complement. */
  #integer64(value: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#at, Math.floor(value / TWO_32));
    this.#view.setUint32(this.#at + 4, value);
    this.#at += 8;
  }

  #number(value: number): void {
    if ((value | 0) === value) {
      this.#integer32(value);
    } else if (!Number.isInteger(value)) {
      this.#reserve(9);
      this.#bytes[this.#at] = 0xcb;
      this.#view.setFloat64(this.#at + 1, value);
      this.#at += 9;
    } else if (value > 0 && value < TWO_32) {
      this.#head(0xce, value, 4);
    } else {
      // Whole numbers beyond 64 bits lose the upper ones, as they do in the official codecs.
      this.#byte(value > 0 ? 0xcf : 0xd3);
      this.#integer64(value);
    }
  }

  #integer32(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.#byte(value);
      else this.#lengthHead(0xcc, value);
    } else if (value >= -32) this.#byte(value);
    else if (value >= -0x80) this.#head(0xd0, value, 1);
    else if (value >= -0x8000) this.#head(0xd1, value, 2);
    else this.#head(0xd2, value, 4);
  }

  #text(text: string): void {
    const units = text.length;
    // No unit takes more than three bytes.
    this.#reserve(5 + 3 * units);
    const start = this.#at;
    const guess = start + textHeadBytes(units);
    const length = units > SHORT_TEXT_UNITS ? writeUtf8(text, this.#bytes, guess) : this.#letters(text, guess);
    const body = start + textHeadBytes(length);
    // Letters beyond ASCII may have made the text too long for the head that was guessed.
    if (body !== guess) this.#bytes.copyWithin(body, guess, guess + length);
    if (length < 32) this.#bytes[this.#at++] = 0xa0 | length;
    else this.#lengthHead(0xd9, length);
    this.#at = body + length;
  }

  #letters(text: string, start: number): number {
    const bytes = this.#bytes;
    for (let from = 0; from < text.length; from++) {
      const unit = text.charCodeAt(from);
      if (unit >= 0x80) return from + writeUtf8(text.slice(from), bytes, start + from);
      bytes[start + from] = unit;
    }
    return text.length;
  }

  #object(value: Record<string, unknown>, depth: number): void {
    if (depth > MAX_DATA_DEPTH) throw tooDeep();
    if (Array.isArray(value)) {
      this.#list(value, depth);
      return;
    }
    const kind = kindOf(value);
    if (kind !== "container") {
      const bytes = toBytes(value);
      if (bytes !== undefined) {
        this.#binary(bytes, isByteArray(value));
        return;
      }
      if (kind === "blob") throw unreadBlob();
      if (isDate(value)) {
        this.#date(value);
        return;
      }
    }
    if (hasToJson(value)) this.#write(value.toJSON(""), depth + 1);
    else this.#map(value, depth);
  }

  #list(list: readonly unknown[], depth: number): void {
    const { length } = list;
    this.#countHead(0x90, 0xdc, length);
    for (let at = 0; at < length; at++) this.#write(list[at], depth + 1);
  }

  #map(map: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(map);
    const start = this.#at;
    this.#countHead(0x80, 0xde, keys.length);
    const body = this.#at;
    let written = 0;
    for (const key of keys) {
      const member = map[key];
      if (typeof member === "function") continue;
      this.#text(key);
      this.#write(member, depth + 1);
      written++;
    }
    if (written < keys.length) this.#recount(start, body, written);
  }

  /** Corrects the head of a map that has fewer members than keys. */
  #recount(start: number, body: number, count: number): void {
    const length = this.#at - body;
    this.#at = start;
    this.#countHead(0x80, 0xde, count);
    this.#bytes.copyWithin(this.#at, body, body + length);
    this.#at += length;
  }

  #date(date: Date): void {
    this.#head(0xd7, 0, 1);
    this.#integer64(date.getTime());
  }

  /** Arrays of bytes have a type of their own; other views and ArrayBuffers are an extension of the official codecs. */
  #binary(bytes: Uint8Array, isArray: boolean): void {
    const { length } = bytes;
    this.#lengthHead(isArray ? 0xc4 : 0xc7, length);
    if (!isArray) this.#byte(0);
    this.#reserve(length);
    this.#bytes.set(bytes, this.#at);
    this.#at += length;
  }
}

function textHeadBytes(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}

// A conversion that the data brings along may encode something itself, hence the writer is taken out while it is used.
let idle: Writer | undefined;

/**
 * Writes one value: binary values, dates and `undefined` stay what they are, functions among the members of an object are
 * left out, and `toJSON` is honoured.
 * @returns the bytes, in memory of their own.
 * @throws TypeError for a bigint, a symbol, a function, or a Blob whose bytes have not been read.
 * @throws RangeError when the data is circular, or nested on more than 2,000 levels.
 * @example
 * console.log(encodeMsgpack([1, null])); // prints: Uint8Array(3) [ 146, 1, 192 ]
 */
export function encodeMsgpack(value: unknown): Uint8Array {
  const writer = idle ?? new Writer();
  idle = undefined;
  const bytes = writer.writeAll(value);
  if (writer.kept <= KEPT_BYTES) idle = writer;
  return bytes;
}
