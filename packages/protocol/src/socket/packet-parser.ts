// Parsers whose packets are one frame each: what they share apart from the encoding itself.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: one packet, one frame, nothing is kept between frames; frames are returned and told to a callback; a decoder has
//        all methods of an emitter, since clients and servers of upstream take their listeners away again.
// Source: docs/protocol/parsers.md, "Parsers"

import { DecoderEvents } from "./decoder-events.ts";
import type { SocketPacket } from "./packet.ts";
import type { DecoderOptions, FrameEncoder, PacketDecoder, Parser, Replacer, SocketFrame } from "./parser.ts";

/** A parser whose packets are one frame each. */
export interface PacketParser extends Parser {
  readonly protocol: 4 | 5;
  readonly Encoder: new (replacer?: Replacer) => FrameEncoder;
  readonly Decoder: new (options?: DecoderOptions | DecoderOptions["reviver"]) => DecoderEvents & PacketDecoder;
}

/** An encoding of whole packets; those that have no JSON have no use for replacer and reviver. */
export interface PacketEncoding {
  encode(packet: SocketPacket, replacer: Replacer | undefined): SocketFrame;
  /** @throws SyntaxError when the frame is no packet. */
  decode(frame: unknown, reviver: DecoderOptions["reviver"]): SocketPacket;
}

/** Makes a parser of an encoding. */
export function createPacketParser(revision: 4 | 5, encoding: PacketEncoding): PacketParser {
  class Encoder implements FrameEncoder {
    readonly #replacer: Replacer | undefined;

    constructor(replacer?: Replacer) {
      this.#replacer = replacer;
    }

    encode(packet: SocketPacket, callback?: (frames: SocketFrame[]) => void): SocketFrame[] {
      const frames = [encoding.encode(packet, this.#replacer)];
      callback?.(frames);
      return frames;
    }
  }

  class Decoder extends DecoderEvents implements PacketDecoder {
    readonly #reviver: DecoderOptions["reviver"];

    constructor(options: DecoderOptions | DecoderOptions["reviver"] = {}) {
      super();
      this.#reviver = typeof options === "function" ? options : options.reviver;
    }

    add(frame: unknown): void {
      this.emitReserved("decoded", encoding.decode(frame, this.#reviver));
    }

    /** Nothing is ever kept. */
    destroy(): void {}
  }

  return { protocol: revision, Encoder, Decoder };
}
