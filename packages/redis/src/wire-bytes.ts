// How upstream's adapters for Redis write values: as JSON where that loses nothing, in MessagePack elsewhere.
// Place: cluster adapter -> wire (**bytes**) -> bus -> Redis, and back the same way
// Rules: a receiver tells the two apart by the first byte, since no MessagePack of theirs begins with a brace; nodes of 2.x
//        read requests as JSON alone and end with anything else, so JSON it is wherever it will do.
// Source: docs/protocol/cluster.md, "Two encodings"

import { decodeUtf8, encodeUtf8, MAX_DEPTH as MOST_LEVELS, parseJson } from "@bowline/protocol/internal";
import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";

/** What turns values into bytes and back, as upstream's option `parser` has it. */
export interface ValueParser {
  encode(value: unknown): Uint8Array;
  /** @throws whatever it throws for bytes that it cannot read. */
  decode(bytes: Uint8Array): unknown;
}

/** MessagePack, as upstream's adapters write it. */
export const MSGPACK: ValueParser = { encode: encodeMsgpack, decode: decodeMsgpack };

const OPENING_BRACE = 0x7b;

/** As deep as JSON is looked at; what is deeper goes to MessagePack, whose encoder has the last word on depth. */
const MAX_DEPTH = 100;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value comes back from JSON as it was, by what MessagePack makes of it. */
export function survivesJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (depth > MAX_DEPTH) return false;
      if (Array.isArray(value)) return value.every((item) => survivesJson(item, depth + 1));
      return isPlain(value) && survivesAsMembers(value, depth);
    default:
      return false;
  }
}

/** A member that is undefined is left out by JSON, and reads as undefined all the same. */
function survivesAsMembers(value: object, depth: number): boolean {
  return Object.values(value).every((member) => member === undefined || survivesJson(member, depth + 1));
}

/** Writes an object. @throws whatever the parser throws for data that cannot be written. */
export function writeValue(value: object, parser: ValueParser): Uint8Array {
  return survivesJson(value) ? encodeUtf8(JSON.stringify(value)) : parser.encode(value);
}

/** Reads what `writeValue` or upstream has written. @throws SyntaxError for what cannot be read. */
export function readValue(bytes: Uint8Array, parser: ValueParser): unknown {
  try {
    // Not deeper than MessagePack may be, since clients take no more.
    return bytes[0] === OPENING_BRACE ? parseJson(decodeUtf8(bytes), MOST_LEVELS) : parser.decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read a message of ${bytes.byteLength} bytes: it is neither JSON nor MessagePack`, {
      cause,
    });
  }
}
