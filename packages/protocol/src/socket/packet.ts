// A Socket.IO packet as published by the parsers of both revisions.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: field names are upstream's, since programs hand in parsers of their own.
// Source: docs/protocol/socket-5.md, "Packet"

/** Packet types by name, with their numbers on the wire. */
export const PacketType = {
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
  BINARY_EVENT: 5,
  BINARY_ACK: 6,
} as const;

// The same as constants, whose numbers bundlers put in the places of their names.
export const CONNECT: typeof PacketType.CONNECT = 0;
export const DISCONNECT: typeof PacketType.DISCONNECT = 1;
export const EVENT: typeof PacketType.EVENT = 2;
export const ACK: typeof PacketType.ACK = 3;
export const CONNECT_ERROR: typeof PacketType.CONNECT_ERROR = 4;
export const BINARY_EVENT: typeof PacketType.BINARY_EVENT = 5;
export const BINARY_ACK: typeof PacketType.BINARY_ACK = 6;

/** The number of a Socket.IO packet type. */
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** One Socket.IO packet. */
export interface SocketPacket {
  readonly type: PacketType;
  /** The namespace, starting with `/`. */
  readonly nsp: string;
  readonly data?: unknown;
  /** The ack id, a whole number from 0. */
  readonly id?: number;
}

/** The elements of a packet's data where it is a list, as that of events and acks; none where it is something else. */
export function elementsOf(data: unknown): readonly unknown[] {
  return Array.isArray(data) ? data : [];
}

/** Event names that belong to the library: refused when emitted and when received. */
export const RESERVED_EVENTS: ReadonlySet<unknown> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);
