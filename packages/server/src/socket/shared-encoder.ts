// The server's encoder as adapters of upstream's kind use it: they encode a packet and hand its frames to connections.
// Place: adapter -> **shared encoder** -> connection
// Rules: frames are known again, so that each connection gets the packet in its own variant, encoded once for all of them;
//        what they are known by is on them, unseen: a weak map would cost each collection of garbage a look at every entry;
//        it calls back as well, as encoders of 2.x do.
// Source: docs/protocol/socket-5.md, "Text encoding"

import { PacketType, type SocketFrame, type SocketPacket } from "@bowline/protocol";
import { PreparedPacket } from "@bowline/protocol/internal";
import type { Wires } from "./wires.ts";

/** The packet that frames are of. */
const PREPARED: unique symbol = Symbol("prepared packet");

function packetOn(frames: object): unknown {
  return PREPARED in frames ? frames[PREPARED] : undefined;
}

/** Encodes for adapters. */
export class SharedEncoder {
  readonly #wires: () => Wires;

  /** @param wires those in force. */
  constructor(wires: () => Wires) {
    this.#wires = wires;
  }

  /**
   * Encodes a packet.
   * @returns the frames in order, as most clients get them: a text, then its attachments.
   * @throws whatever the parser throws, for data that cannot be written.
   */
  encode(packet: SocketPacket, callback?: (frames: SocketFrame[]) => void): SocketFrame[] {
    const prepared = new PreparedPacket(withoutMark(packet));
    const frames = this.#wires().frames(prepared);
    Object.defineProperty(frames, PREPARED, { value: prepared });
    callback?.(frames);
    return frames;
  }

  /** The packet that these very frames are of; undefined for frames that somebody else has made. */
  packetOf(frames: readonly SocketFrame[]): PreparedPacket | undefined {
    const prepared = packetOn(frames);
    return prepared instanceof PreparedPacket ? prepared : undefined;
  }
}

/** Elder adapters tell by the type that a packet has bytes; ours find them. */
function withoutMark(packet: SocketPacket): SocketPacket {
  if (packet.type === PacketType.BINARY_EVENT) return { ...packet, type: PacketType.EVENT };
  return packet.type === PacketType.BINARY_ACK ? { ...packet, type: PacketType.ACK } : packet;
}
