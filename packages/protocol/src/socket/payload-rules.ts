// What the payload of a packet from outside has to be like, whatever it was encoded as: text, MessagePack or JSON.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: refusals are SyntaxErrors; no data is deeper than what every encoder takes, or has more arguments than a call
//        has room for.
// Source: docs/protocol/socket-5.md, "Decoding"

import { isNestedDeeper } from "./json-depth.ts";
import {
  ACK,
  BINARY_ACK,
  BINARY_EVENT,
  CONNECT,
  CONNECT_ERROR,
  DISCONNECT,
  EVENT,
  type PacketType,
  RESERVED_EVENTS,
} from "./packet.ts";
import type { DecoderOptions } from "./parser.ts";

/** What differs in the payloads of a revision or an encoding. */
export interface PayloadRules {
  /** Whether the library's own event names are refused. */
  readonly reservesEvents: boolean;
  /** Whether data is what CONNECT packets hold, and those of refusals that are no text. */
  isObjectData(data: unknown): boolean;
}

/**
 * Most levels on which the data of a packet may be nested. Half of what the encoders take: a program that wraps what it
 * got and sends it on must not fail because of a peer, and data too deep for JSON.stringify would end a process that
 * merely echoes it.
 */
export const MAX_DEPTH = 1000;

/**
 * Most elements in the list of an event or an ack. They are handed to listeners as arguments, which stand on the call stack:
 * a list that has no room there would end a process that listens, and is far shorter than a peer can send.
 */
export const MAX_ELEMENTS = 10_000;

/** The error for a packet that is refused. */
export function refusal(reason: string, cause?: unknown): SyntaxError {
  return new SyntaxError(`Cannot decode the packet: ${reason}`, cause === undefined ? undefined : { cause });
}

/** Whether data is an object as JSON has them: no list, no date, no bytes. */
export function isPlainObject(data: unknown): data is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(data) === "[object Object]";
}

/** Reads JSON that is not nested too deep. */
export function parseJson(text: string, maxDepth: number, reviver?: DecoderOptions["reviver"]): unknown {
  if (isNestedDeeper(text, maxDepth)) throw refusal(`its payload is nested deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(text, reviver);
  } catch (cause) {
    throw refusal("its payload is no JSON", cause);
  }
}

function isList(data: unknown): data is readonly unknown[] {
  return Array.isArray(data) && data.length <= MAX_ELEMENTS;
}

function isEventData(data: unknown, rules: PayloadRules): boolean {
  if (!isList(data)) return false;
  const name = data[0];
  if (typeof name === "string") return !(rules.reservesEvents && RESERVED_EVENTS.has(name));
  // JSON has no form for the infinite ones: an event that was sent on would be one without a name.
  return Number.isFinite(name);
}

/** Whether data is what a packet type wants. */
export function isValidData(type: PacketType, data: unknown, rules: PayloadRules): boolean {
  switch (type) {
    case CONNECT:
      return data === undefined || rules.isObjectData(data);
    case DISCONNECT:
      return data === undefined;
    case CONNECT_ERROR:
      return typeof data === "string" || rules.isObjectData(data);
    case EVENT:
    case BINARY_EVENT:
      return isEventData(data, rules);
    case ACK:
    case BINARY_ACK:
      return isList(data);
    /* v8 ignore next 2 -- @preserve */
    default:
      return type satisfies never;
  }
}
