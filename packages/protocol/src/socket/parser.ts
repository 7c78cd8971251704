// The contract of a parser: what turns Socket.IO packets into frames and back. Programs may hand in their own.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: an encoder returns its frames or calls back with them before it returns; ours do both.
// Source: docs/protocol/socket-5.md, "Text encoding" and "Decoding"

import type { SocketPacket } from "./packet.ts";

/** One frame above the engine: a text, or the bytes of an attachment. */
export type SocketFrame = string | Uint8Array;

/** Turns packets into frames. */
export interface PacketEncoder {
  /**
   * @param callback called with the frames before this returns, where they are not returned.
   * @returns the frames in order: a text, then its attachments.
   * @throws when the data cannot be serialised.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: encoders that call back are functions without a result
  encode(packet: SocketPacket, callback: (frames: SocketFrame[]) => void): SocketFrame[] | void;
}

/** An encoder that returns its frames, and calls a given callback with them as well. */
export interface FrameEncoder extends PacketEncoder {
  encode(packet: SocketPacket, callback?: (frames: SocketFrame[]) => void): SocketFrame[];
}

/** Collects frames until a packet is whole. */
export interface PacketDecoder {
  /** @throws SyntaxError when the frame does not belong here; the decoder is of no use afterwards. */
  add(frame: unknown): void;
  on(event: "decoded", listener: (packet: SocketPacket) => void): unknown;
  /** Drops what was collected. */
  destroy(): void;
  /** Whether it waits for no frame, so that the next one may be of another connection; ours tell. */
  readonly isIdle?: boolean;
}

/** How data is revived while decoding, and how much a packet may announce. */
export interface DecoderOptions {
  /** As the second argument of `JSON.parse`. */
  readonly reviver?: (this: unknown, key: string, value: unknown) => unknown;
  /** Most attachments one packet may announce. @default 10 */
  readonly maxAttachments?: number;
}

/** As the second argument of `JSON.stringify`. */
export type Replacer = (this: unknown, key: string, value: unknown) => unknown;

/** A pair of encoder and decoder for one revision of the Socket.IO protocol. */
export interface Parser {
  readonly protocol: number;
  readonly Encoder: new (replacer?: Replacer) => PacketEncoder;
  readonly Decoder: new (options?: DecoderOptions | DecoderOptions["reviver"]) => PacketDecoder;
}
