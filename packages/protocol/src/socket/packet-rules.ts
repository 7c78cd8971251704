// What a packet from outside has to be like where it was encoded as one object: in MessagePack and in JSON.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: refusals are SyntaxErrors; the payload is judged as that of the default parsers is; fields that no packet has are
//        left alone.
// Source: docs/protocol/parsers.md, "Decoding"

import { BINARY_ACK, CONNECT, CONNECT_ERROR, type PacketType, type SocketPacket } from "./packet.ts";
import { isPlainObject, isValidData, MAX_DEPTH, type PayloadRules, refusal } from "./payload-rules.ts";

const SLASH = 0x2f;

/** On how many levels a packet may be nested: it is a level around its data. */
export const MAX_PACKET_DEPTH: number = MAX_DEPTH + 1;

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
    isObjectData: isPlainObject,
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
