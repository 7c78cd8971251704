// What stands in the log of a namespace: events that lost sessions may ask for, and who has taken a session over.
// Place: recovering adapter -> replicated log -> **record** -> bus -> the broker, and back the same way
// Rules: each record says who wrote it and as which of its records, so that one that came twice is known again; what comes
//        from the broker is checked before it is believed; kinds of later versions are nobody's business.

import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import type { Room, SocketId } from "../contract.ts";
import { areTexts, isCount, isList } from "./foreign-fields.ts";

const EVENT_KIND = 1;
const TAKEN_KIND = 2;

/** Who wrote a record, and which of its records it is, counted from 1. */
export interface RecordOrigin {
  readonly writer: string;
  readonly number: number;
}

/** An event for the members of rooms. */
export interface EventRecord {
  readonly kind: "event";
  readonly rooms: readonly Room[];
  readonly except: readonly Room[];
  /** Whether transports may compress it; undefined where the program has not said. */
  readonly compress: boolean | undefined;
  /** The event's name and its arguments. */
  readonly data: readonly unknown[];
}

/** A session is in other hands from here on. */
export interface TakenRecord {
  readonly kind: "taken";
  readonly sid: SocketId;
  readonly fence: number;
}

/** What a record says. */
export type RecordBody = EventRecord | TakenRecord;

/** A record as it has come back from the log. */
export interface LogRecord {
  readonly origin: RecordOrigin;
  readonly body: RecordBody;
}

/**
 * Writes a record.
 * @throws whatever data throws that has no MessagePack.
 */
export function encodeRecord({ writer, number }: RecordOrigin, body: RecordBody): Uint8Array {
  switch (body.kind) {
    case "event":
      return encodeMsgpack([
        EVENT_KIND,
        writer,
        number,
        body.rooms,
        body.except,
        body.compress === undefined ? null : body.compress,
        body.data,
      ]);
    case "taken":
      return encodeMsgpack([TAKEN_KIND, writer, number, body.sid, body.fence]);
    /* v8 ignore next 2 -- @preserve */
    default:
      return body satisfies never;
  }
}

/**
 * Reads a record.
 * @returns undefined for kinds of later versions.
 * @throws SyntaxError for what cannot be read.
 */
export function decodeRecord(bytes: Uint8Array): LogRecord | undefined {
  const fields = decodeMsgpack(bytes);
  if (!isList(fields)) throw malformed("it is no list");
  const [kind, writer, number, ...rest] = fields;
  if (typeof kind !== "number" || typeof writer !== "string" || !isCount(number))
    throw malformed("its origin is missing");
  const body = bodyOf(kind, rest);
  return body === undefined ? undefined : { origin: { writer, number }, body };
}

function bodyOf(kind: number, fields: readonly unknown[]): RecordBody | undefined {
  switch (kind) {
    case EVENT_KIND: {
      const [rooms, except, compress, data] = fields;
      if (!areTexts(rooms) || !areTexts(except)) throw malformed("whom it is for is missing");
      if (!isList(data) || !isEventName(data[0])) throw malformed("it is no event");
      return { kind: "event", rooms, except, compress: typeof compress === "boolean" ? compress : undefined, data };
    }
    case TAKEN_KIND: {
      const [sid, fence] = fields;
      if (typeof sid !== "string" || !isCount(fence)) throw malformed("its session is missing");
      return { kind: "taken", sid, fence };
    }
    default:
      return undefined;
  }
}

function malformed(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read a record of the log: ${reason}`);
}

function isEventName(value: unknown): boolean {
  return typeof value === "string" || Number.isFinite(value);
}
