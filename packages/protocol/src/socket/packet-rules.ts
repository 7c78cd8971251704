// What a packet from outside has to be like, whatever it was encoded as: text, MessagePack or JSON.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: refusals are SyntaxErrors; no data is deeper than what every encoder takes; a packet is judged by its own fields.
// Source: docs/protocol/socket-5.md, "Decoding"; docs/protocol/parsers.md, "Decoding"

import { isNestedDeeper } from "./json-depth.ts";
import { PacketType, RESERVED_EVENTS, type SocketPacket } from "./packet.ts";
import type { DecoderOptions } from "./parser.ts";

/** What differs in the payloads of a revision or an encoding. */
export interface PayloadRules {
  /** Whether the library's own event names are refused. */
  readonly reservesEvents: boolean;
  isConnectData(data: unknown): boolean;
  isErrorData(data: unknown): boolean;
}

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK } = PacketType;
const SLASH = 0x2f;

/**
 * Most levels on which the data of a packet may be nested. Half of what the encoders take: a program that wraps what it
 * got and sends it on must not fail because of a peer, and data too deep for JSON.stringify would end a process that
 * merely echoes it.
 */
export const MAX_DEPTH = 1000;

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

function isEventData(data: unknown, rules: PayloadRules): boolean {
  if (!Array.isArray(data)) return false;
  const name: unknown = data[0];
  if (typeof name === "string") return !(rules.reservesEvents && RESERVED_EVENTS.has(name));
  return typeof name === "number";
}

/** Whether data is what a packet type wants. */
export function isValidData(type: PacketType, data: unknown, rules: PayloadRules): boolean {
  switch (type) {
    case CONNECT:
      return data === undefined || rules.isConnectData(data);
    case DISCONNECT:
      return data === undefined;
    case CONNECT_ERROR:
      return rules.isErrorData(data);
    case EVENT:
    case BINARY_EVENT:
      return isEventData(data, rules);
    case ACK:
    case BINARY_ACK:
      return Array.isArray(data);
    /* v8 ignore next 2 -- @preserve */
    default:
      return type satisfies never;
  }
}

/** What differs between the encodings that hold a packet as one object. */
export interface PacketRules extends PayloadRules {
  /** The types 5 and 6 are known to revision 4 alone. */
  readonly lastType: PacketType;
}

/** The rules for packets that are one object, by revision. */
export const PACKET_RULES: Readonly<Record<4 | 5, PacketRules>> = {
  4: makePacketRules(BINARY_ACK, false),
  5: makePacketRules(CONNECT_ERROR, true),
};

function makePacketRules(lastType: PacketType, reservesEvents: boolean): PacketRules {
  return {
    lastType,
    reservesEvents,
    isConnectData: isPlainObject,
    isErrorData: (data) => typeof data === "string" || isPlainObject(data),
  };
}

function isPacketType(type: unknown, last: PacketType): type is PacketType {
  return Number.isInteger(type) && Number(type) >= CONNECT && Number(type) <= last;
}

/**
 * Lets a decoded value pass if it is a packet. Fields that no packet has are left alone: clients send some.
 * @throws SyntaxError when it is none.
 */
export function assertPacket(value: unknown, rules: PacketRules): asserts value is SocketPacket {
  if (!isPlainObject(value)) throw refusal("it is no object");
  const { type, nsp, id, data } = value;
  if (!isPacketType(type, rules.lastType)) throw refusal("its type is unknown");
  if (typeof nsp !== "string" || nsp.charCodeAt(0) !== SLASH)
    throw refusal("its namespace does not start with a slash");
  if (id !== undefined && !(Number.isSafeInteger(id) && Number(id) >= 0))
    throw refusal("its id is no whole number from 0");
  if (!isValidData(type, data, rules)) throw refusal("its payload is not what its type wants");
}
