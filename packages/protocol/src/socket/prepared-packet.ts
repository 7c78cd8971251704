// A packet on its way to many connections: encoded once for each way to encode it, shared by all that use this way.
// Place: bytes <- engine dialect <- session <- socket codec (**prepared packet**) <- namespace / socket
// Rules: the parser runs once per encoder, and once more where some receivers take an offset and some do not; the framing
//        runs once per variant; variants are compared by identity.
// Source: docs/protocol/socket-5.md, "Text encoding" and "Recovery"

import { encodeFrames, wantsBinaryTypes } from "./encode.ts";
import { elementsOf, type SocketPacket } from "./packet.ts";
import type { PacketEncoder, Parser, SocketFrame } from "./parser.ts";

/** One packet as an engine dialect frames it. */
export interface MessageFrame {
  readonly data: string | Uint8Array;
  /** Length in bytes once a text is UTF-8. */
  readonly byteLength: number;
}

/** What is needed of an engine dialect: every engine dialect fits. */
export interface MessageFramer {
  frame(packet: { readonly type: "message"; readonly data: SocketFrame }, base64: boolean): MessageFrame;
}

/** One way to encode: made once per kind of connection by `createVariants` and shared. */
export interface Variant {
  readonly engine: MessageFramer;
  /** Whether bytes have to become text. */
  readonly base64: boolean;
  readonly encoder: PacketEncoder;
  /** Whether the encoder wants the types 5 and 6 for packets with binary values, as those of revision 4 do. */
  readonly marksBinary: boolean;
  /** Whether the offset of an event, if it has one, is sent behind its arguments. */
  readonly withOffset: boolean;
}

/** The variants of connections that share engine dialect and encoder. */
export interface Variants {
  /** For transports that take bytes. */
  readonly binary: Variant;
  /** For transports that take text only. */
  readonly base64: Variant;
}

/**
 * Makes the two variants of an engine dialect and an encoder. Make them once and keep them: a packet is encoded again
 * for every variant that is another object.
 * @param parser the parser that the encoder is of.
 * @param withOffset whether the receivers take offsets.
 */
export function createVariants(
  engine: MessageFramer,
  encoder: PacketEncoder,
  parser: Pick<Parser, "protocol">,
  withOffset: boolean = false,
): Variants {
  const marksBinary = wantsBinaryTypes(parser, encoder);
  return {
    binary: { engine, base64: false, encoder, marksBinary, withOffset },
    base64: { engine, base64: true, encoder, marksBinary, withOffset },
  };
}

/** The frames of a packet, and how they travel: made once, and shared by all connections that they go to. */
export interface PreparedMessage {
  /** The text, then the attachments. */
  readonly frames: readonly MessageFrame[];
  /** Whether transports may compress them. */
  readonly compress: boolean;
}

/** A message, and the variant that it is of. */
interface Framed extends PreparedMessage {
  readonly variant: Variant;
}

interface Encoded {
  readonly encoder: PacketEncoder;
  readonly packet: SocketPacket;
  readonly frames: readonly SocketFrame[];
}

const NONE: readonly never[] = [];

function frameAll(frames: readonly SocketFrame[], { engine, base64 }: Variant): readonly MessageFrame[] {
  return frames.map((data) => engine.frame({ type: "message", data }, base64));
}

/**
 * The frames of a packet for one connection, where no other gets it.
 * @throws as `PreparedPacket.message` does.
 */
export function frameOnce(packet: SocketPacket, variant: Variant): readonly MessageFrame[] {
  return frameAll(encodeFrames(variant.encoder, packet, variant.marksBinary), variant);
}

/** A packet that is encoded when a variant of it is asked for the first time. */
export class PreparedPacket {
  readonly packet: SocketPacket;
  /** The packet with its offset, if it has one, behind its arguments. */
  readonly withOffset: SocketPacket;
  // There are a handful of variants at most, nearly always one: a short list beats a map in time and memory.
  #encoded: readonly Encoded[] = NONE;
  #framed: readonly Framed[] = NONE;

  /**
   * @param packet an event or ack has type 2 or 3, whatever its data holds.
   * @param offset where the event stands in the log of its namespace; sent to those who take it.
   */
  constructor(packet: SocketPacket, offset?: string) {
    this.packet = packet;
    this.withOffset = offset === undefined ? packet : { ...packet, data: [...elementsOf(packet.data), offset] };
  }

  /**
   * The message of one variant, the same object each time.
   * @param compress whether transports may compress it.
   * @throws whatever the encoder throws, for example a TypeError for data that has no JSON.
   * @throws TypeError when the encoder gives no frames before it returns.
   */
  message(variant: Variant, compress: boolean): PreparedMessage {
    let frames: readonly MessageFrame[] | undefined;
    for (const made of this.#framed) {
      if (made.variant !== variant) continue;
      if (made.compress === compress) return made;
      frames = made.frames;
    }
    const made: Framed = { variant, frames: frames ?? frameAll(this.#encode(variant), variant), compress };
    this.#framed = [...this.#framed, made];
    return made;
  }

  /** The frames of one variant; throws as `message` does. */
  frames(variant: Variant): readonly MessageFrame[] {
    return this.message(variant, true).frames;
  }

  #encode({ encoder, marksBinary, withOffset }: Variant): readonly SocketFrame[] {
    const packet = withOffset ? this.withOffset : this.packet;
    for (const made of this.#encoded) {
      if (made.encoder === encoder && made.packet === packet) return made.frames;
    }
    const frames = encodeFrames(encoder, packet, marksBinary);
    this.#encoded = [...this.#encoded, { encoder, packet, frames }];
    return frames;
  }
}
