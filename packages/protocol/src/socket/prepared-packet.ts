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

/** A packet that is encoded when a variant of it is asked for the first time. */
export class PreparedPacket {
  readonly packet: SocketPacket;
  /** The packet with its offset, if it has one, behind its arguments. */
  readonly withOffset: SocketPacket;
  // There are a handful of variants at most, nearly always one: a short list beats a map in time and memory.
  readonly #encoded: {
    readonly encoder: PacketEncoder;
    readonly packet: SocketPacket;
    readonly frames: readonly SocketFrame[];
  }[] = [];
  readonly #framed: { readonly variant: Variant; readonly frames: readonly MessageFrame[] }[] = [];

  /**
   * @param packet an event or ack has type 2 or 3, whatever its data holds.
   * @param offset where the event stands in the log of its namespace; sent to those who take it.
   */
  constructor(packet: SocketPacket, offset?: string) {
    this.packet = packet;
    this.withOffset = offset === undefined ? packet : { ...packet, data: [...elementsOf(packet.data), offset] };
  }

  /**
   * The frames of one variant: the text, then the attachments.
   * @throws whatever the encoder throws, for example a TypeError for data that has no JSON.
   * @throws TypeError when the encoder gives no frames before it returns.
   */
  frames(variant: Variant): readonly MessageFrame[] {
    for (const made of this.#framed) {
      if (made.variant === variant) return made.frames;
    }
    const { engine, base64 } = variant;
    const frames = this.#encode(variant).map((data) => engine.frame({ type: "message", data }, base64));
    this.#framed.push({ variant, frames });
    return frames;
  }

  #encode({ encoder, marksBinary, withOffset }: Variant): readonly SocketFrame[] {
    const packet = withOffset ? this.withOffset : this.packet;
    for (const made of this.#encoded) {
      if (made.encoder === encoder && made.packet === packet) return made.frames;
    }
    const frames = encodeFrames(encoder, packet, marksBinary);
    this.#encoded.push({ encoder, packet, frames });
    return frames;
  }
}
