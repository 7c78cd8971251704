// MessagePack: values to bytes.
// Place: bytes <- engine dialect <- session <- **socket codec** <- connection / namespace / socket
// Rules: the smallest form that holds a value; only the bytes of a view, not the memory behind it; what is no Unicode
//        becomes U+FFFD; data that never ends is a RangeError, never a hang; the caller's data is never modified.
// Source: docs/protocol/parsers.md, "MessagePack"

import { writeUtf8, writeUtf8Part } from "../shared/bytes.ts";
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

const REPLACEMENT = 0xfffd;
const TWO_32 = 0x1_0000_0000;
/**
 * Messages are written one behind the other into blocks of memory, as Node does with small Buffers: setting memory aside
 * for each of them would take longer than to write it.
 */
const BLOCK_BYTES = 8192;
/** Up to here it is faster to write the letters one by one than to call the platform's encoder. */
const SHORT_TEXT_UNITS = 40;

class Writer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BLOCK_BYTES);
  #view: DataView = new DataView(this.#bytes.buffer);
  /** Where the message begins that is being written; what is in front of it has been handed out. */
  #start = 0;
  #at = 0;

  /** @returns the bytes of the value, in memory that nothing is written to any more. */
  writeAll(value: unknown): Uint8Array {
    this.#write(value, 0);
    const message = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    const blockBytes = this.#bytes.length;
    if (blockBytes <= BLOCK_BYTES) return message;
    this.#useBlock(BLOCK_BYTES);
    // A large block belongs to its message alone, which should not hold on to much more than it needs.
    return message.length * 2 < blockBytes ? message.slice() : message;
  }

  #useBlock(byteLength: number): void {
    const started = this.#bytes.subarray(this.#start, this.#at);
    this.#bytes = new Uint8Array(byteLength);
    this.#bytes.set(started);
    this.#view = new DataView(this.#bytes.buffer);
    this.#start = 0;
    this.#at = started.length;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const started = this.#at - this.#start;
    // Twice what there is, so that each byte is copied a few times at most; and room for what follows a large value.
    this.#useBlock(Math.max(BLOCK_BYTES, 2 * started + count, started + count + 1024));
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
    const guessed = textHeadBytes(units);
    // No unit takes more than three bytes. A long text is rarely that large, and gets more room when it needs it.
    this.#reserve(5 + (units > SHORT_TEXT_UNITS ? units : 3 * units));
    const offset = this.#at - this.#start;
    this.#at += guessed;
    if (units > SHORT_TEXT_UNITS) this.#longText(text);
    else this.#shortText(text);
    const length = this.#at - this.#start - offset - guessed;
    const head = textHeadBytes(length);
    this.#reserve(head - guessed);
    const start = this.#start + offset;
    // Letters beyond ASCII may have made the text too long for the head that was guessed.
    if (head > guessed) this.#bytes.copyWithin(start + head, start + guessed, this.#at);
    this.#at = start;
    if (length < 32) this.#bytes[this.#at++] = 0xa0 | length;
    else this.#lengthHead(0xd9, length);
    this.#at += length;
  }

  #longText(text: string): void {
    const { read, written } = writeUtf8Part(text, this.#bytes, this.#at);
    this.#at += written;
    if (read === text.length) return;
    const rest = text.slice(read);
    // Room for a longer head, too.
    this.#reserve(3 * rest.length + 5);
    this.#at += writeUtf8(rest, this.#bytes, this.#at);
  }

  #shortText(text: string): void {
    const bytes = this.#bytes;
    let to = this.#at;
    for (let from = 0; from < text.length; from++) {
      let code = text.charCodeAt(from);
      if (code < 0x80) {
        bytes[to++] = code;
      } else if (code < 0x800) {
        bytes[to++] = 0xc0 | (code >> 6);
        bytes[to++] = 0x80 | (code & 63);
      } else {
        if (isSurrogate(code)) code = codePointAt(text, from);
        if (code >= 0x1_0000) {
          from++;
          bytes[to++] = 0xf0 | (code >> 18);
          bytes[to++] = 0x80 | ((code >> 12) & 63);
        } else {
          bytes[to++] = 0xe0 | (code >> 12);
        }
        bytes[to++] = 0x80 | ((code >> 6) & 63);
        bytes[to++] = 0x80 | (code & 63);
      }
    }
    this.#at = to;
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
    const offset = this.#at - this.#start;
    this.#countHead(0x80, 0xde, keys.length);
    const bodyOffset = this.#at - this.#start;
    let written = 0;
    for (const key of keys) {
      const member = map[key];
      if (typeof member === "function") continue;
      this.#text(key);
      this.#write(member, depth + 1);
      written++;
    }
    if (written < keys.length) this.#recount(offset, bodyOffset, written);
  }

  /** Corrects the head of a map that has fewer members than keys. Offsets count from the start of the message. */
  #recount(offset: number, bodyOffset: number, count: number): void {
    const body = this.#start + bodyOffset;
    const end = this.#at;
    this.#at = this.#start + offset;
    this.#countHead(0x80, 0xde, count);
    this.#bytes.copyWithin(this.#at, body, end);
    this.#at += end - body;
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

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

/** The character that begins at a surrogate; U+FFFD for a surrogate without its partner. */
function codePointAt(text: string, at: number): number {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  if (high >= 0xdc00 || !(low >= 0xdc00 && low < 0xe000)) return REPLACEMENT;
  return 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

function textHeadBytes(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}

// A conversion that the data brings along may encode something itself, and one that throws leaves a message unfinished:
// hence the writer is taken away while it is used.
let idle: Writer | undefined;

/**
 * Writes one value: binary values, dates and `undefined` stay what they are, functions among the members of an object are
 * left out, and `toJSON` is honoured.
 * @returns the bytes; the memory around them may hold other messages.
 * @throws TypeError for a bigint, a symbol, a function, or a Blob whose bytes have not been read.
 * @throws RangeError when the data is circular, or nested on more than 2,000 levels.
 * @example
 * console.log(encodeMsgpack([1, null])); // prints: Uint8Array(3) [ 146, 1, 192 ]
 */
export function encodeMsgpack(value: unknown): Uint8Array {
  const writer = idle ?? new Writer();
  idle = undefined;
  const bytes = writer.writeAll(value);
  idle = writer;
  return bytes;
}
