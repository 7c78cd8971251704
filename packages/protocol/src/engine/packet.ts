// An Engine.IO packet as the rest of the code sees it, whatever revision carried it.
// Place: bytes -> engine dialect (**packet**) -> session -> socket codec -> connection / namespace / socket
// Rules: absent and empty data are one thing on the wire and decode to absent data.
// Source: docs/protocol/engine-4.md, "Packets"

/** The packet types in the order of their numbers on the wire. */
export const PACKET_TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"] as const;

/** The name of an Engine.IO packet type. */
export type PacketType = (typeof PACKET_TYPES)[number];

/** One Engine.IO packet; only messages carry bytes. */
export interface Packet {
  readonly type: PacketType;
  readonly data?: string | Uint8Array;
}
