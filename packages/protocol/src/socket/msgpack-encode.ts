// MessagePack: values to bytes.
// Place: bytes <- engine dialect <- session <- **socket codec** <- connection / namespace / socket
// Rules: only the bytes of a view are written, not the memory behind it; own members only, and `toJSON` is honoured; data
//        that never ends is a RangeError, never a hang; the caller's data is never modified.
// Source: docs/protocol/parsers.md, "MessagePack"

import { isObject } from "../shared/record.ts";
import { hasToJson, isByteArray, isDate, kindOf, MAX_DATA_DEPTH, toBytes, tooDeep, unreadBlob } from "./binary.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";

/** Writes what is no object. */
function writePlain(writer: MsgpackWriter, value: unknown): void {
  switch (typeof value) {
    case "string":
      writer.text(value);
      break;
    case "number":
      writer.number(value);
      break;
    case "boolean":
      writer.byte(value ? 0xc3 : 0xc2);
      break;
    case "undefined":
      writer.head(0xd4, 0, 2);
      break;
    case "object":
      writer.byte(0xc0);
      break;
    default:
      throw new TypeError(`Cannot encode a ${typeof value}: MessagePack has no form for it; convert it first`);
  }
}

// Lists and maps do this by themselves: a call less on every level leaves room for more levels on the stack.
function write(writer: MsgpackWriter, value: unknown, depth: number): void {
  if (isObject(value)) writeObject(writer, value, depth);
  else writePlain(writer, value);
}

function writeObject(writer: MsgpackWriter, value: Record<string, unknown>, depth: number): void {
  if (depth > MAX_DATA_DEPTH) throw tooDeep();
  if (Array.isArray(value)) {
    writeList(writer, value, depth);
    return;
  }
  const kind = kindOf(value);
  if (kind !== "container") {
    const bytes = toBytes(value);
    if (bytes !== undefined) {
      writeBinary(writer, bytes, isByteArray(value));
      return;
    }
    if (kind === "blob") throw unreadBlob();
    if (isDate(value)) {
      writeDate(writer, value);
      return;
    }
  }
  if (hasToJson(value)) write(writer, value.toJSON(""), depth + 1);
  else writeMap(writer, value, depth);
}

function writeList(writer: MsgpackWriter, list: readonly unknown[], depth: number): void {
  const { length } = list;
  writer.countHead(0x90, 0xdc, length);
  for (let at = 0; at < length; at++) {
    const element = list[at];
    if (isObject(element)) writeObject(writer, element, depth + 1);
    else writePlain(writer, element);
  }
}

function writeMap(writer: MsgpackWriter, map: Readonly<Record<string, unknown>>, depth: number): void {
  const keys = Object.keys(map);
  const offset = writer.length;
  writer.countHead(0x80, 0xde, keys.length);
  const bodyOffset = writer.length;
  let written = 0;
  for (const key of keys) {
    const member = map[key];
    if (typeof member === "function") continue;
    writer.text(key);
    if (isObject(member)) writeObject(writer, member, depth + 1);
    else writePlain(writer, member);
    written++;
  }
  if (written < keys.length) writer.recount(offset, bodyOffset, written);
}

function writeDate(writer: MsgpackWriter, date: Date): void {
  writer.head(0xd7, 0, 1);
  writer.integer64(date.getTime());
}

/** Arrays of bytes have a type of their own; other views and ArrayBuffers are an extension of the official codecs. */
function writeBinary(writer: MsgpackWriter, bytes: Uint8Array, isArray: boolean): void {
  const { length } = bytes;
  writer.lengthHead(isArray ? 0xc4 : 0xc7, length);
  if (!isArray) writer.byte(0);
  writer.bytes(bytes);
}
// A conversion that the data brings along may encode something itself, and one that throws leaves a message unfinished:
// hence the writer is taken away while it is used.
let idle: MsgpackWriter | undefined;

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
  const writer = idle ?? new MsgpackWriter();
  idle = undefined;
  write(writer, value, 0);
  idle = writer;
  return writer.finish();
}
