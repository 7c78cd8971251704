// The text form of a packet, which both revisions share: one digit for the type, then the data as it is.
// Place: bytes -> **engine dialect** -> session -> socket codec
// Rules: an unknown first character, or no character at all, is refused.
// Source: docs/protocol/engine-4.md, "Packets"

import { PACKET_TYPES, type Packet, type PacketType } from "./packet.ts";

const ZERO = 0x30;

/** The number of a packet type on the wire. */
export function typeNumber(type: PacketType): number {
  return PACKET_TYPES.indexOf(type);
}

/** Writes a packet whose data is a text or absent. */
export function encodeText(type: PacketType, data: string | undefined): string {
  // Messages are nearly all there is, and joining two constant-shaped strings is the fastest way.
  if (type === "message") return data === undefined ? "4" : `4${data}`;
  return `${typeNumber(type)}${data ?? ""}`;
}

/** Reads a packet in text form that is not base64. */
export function decodeText(frame: string): Packet {
  const type = PACKET_TYPES[frame.charCodeAt(0) - ZERO];
  if (type === undefined) throw packetRefusal(frame === "" ? "it is empty" : "its type is unknown");
  return frame.length === 1 ? { type } : { type, data: frame.slice(1) };
}

/** The error for a packet that cannot be read. */
export function packetRefusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the packet: ${reason}`);
}

/** The error for a polling body that cannot be read. */
export function payloadRefusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the payload: ${reason}`);
}
