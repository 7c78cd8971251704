// Parsers whose packets are one frame each: what they share apart from the encoding itself.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: one packet, one frame, nothing is kept between frames; frames are returned and told to a callback.
// Source: docs/protocol/parsers.md, "Parsers"

import type { SocketPacket } from "./packet.ts";
import type { DecoderOptions, FrameEncoder, PacketDecoder, Parser, Replacer, SocketFrame } from "./parser.ts";

/** Hears of decoded packets. */
type PacketListener = (packet: SocketPacket) => void;

/** A decoder whose listeners can be taken off again, as the official clients do when a connection has ended. */
export interface RemovableDecoder extends PacketDecoder {
  off(event: "decoded", listener: PacketListener): this;
  removeListener(event: "decoded", listener: PacketListener): this;
}

/** A parser whose packets are one frame each. */
export interface PacketParser extends Parser {
  readonly protocol: 4 | 5;
  readonly Encoder: new (replacer?: Replacer) => FrameEncoder;
  readonly Decoder: new (options?: DecoderOptions | DecoderOptions["reviver"]) => RemovableDecoder;
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

  class Decoder implements RemovableDecoder {
    readonly #reviver: DecoderOptions["reviver"];
    readonly #listeners = new Set<PacketListener>();

    constructor(options: DecoderOptions | DecoderOptions["reviver"] = {}) {
      this.#reviver = typeof options === "function" ? options : options.reviver;
    }

    on(_event: "decoded", listener: PacketListener): this {
      this.#listeners.add(listener);
      return this;
    }

    off(_event: "decoded", listener: PacketListener): this {
      this.#listeners.delete(listener);
      return this;
    }

    removeListener(event: "decoded", listener: PacketListener): this {
      return this.off(event, listener);
    }

    add(frame: unknown): void {
      const packet = encoding.decode(frame, this.#reviver);
      for (const listener of this.#listeners) listener(packet);
    }

    /** Nothing is ever kept. */
    destroy(): void {}
  }

  return { protocol: revision, Encoder, Decoder };
}
