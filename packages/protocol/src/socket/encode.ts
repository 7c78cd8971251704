// Encodes packets with any parser: those that return their frames and those that call back with them.
// Place: bytes <- engine dialect <- session <- **socket codec** <- connection / namespace / socket
// Rules: the frames are there when the encoder returns, since the order on the wire is the order of the calls; parsers in
//        the style of 2.x are told of binary values by the types 5 and 6, the others find them.
// Source: docs/protocol/socket-4.md, "Text encoding"

import { markBinary } from "./binary.ts";
import type { SocketPacket } from "./packet.ts";
import type { PacketEncoder, Parser, SocketFrame } from "./parser.ts";

/** Whether an encoder has to be told of binary values by the types 5 and 6. */
export function wantsBinaryTypes({ protocol }: Pick<Parser, "protocol">, encoder: PacketEncoder): boolean {
  // Parsers in plain JavaScript often do not tell their revision; then one that takes a callback is of 2.x.
  return protocol === 4 || (protocol !== 5 && encoder.encode.length > 1);
}

/**
 * Encodes a packet.
 * @param marksBinary whether the encoder is told of binary values, see `wantsBinaryTypes`.
 * @returns the frames in order: a text, then its attachments.
 * @throws TypeError when the encoder neither returns frames nor calls back before it returns.
 * @throws whatever the encoder throws, for example a TypeError for data that has no JSON.
 */
export function encodeFrames(
  encoder: PacketEncoder,
  packet: SocketPacket,
  marksBinary: boolean,
): readonly SocketFrame[] {
  let told: unknown;
  const returned: unknown = encoder.encode(marksBinary ? markBinary(packet) : packet, (frames) => {
    told ??= frames;
  });
  if (isFrames(returned)) return returned;
  if (isFrames(told)) return told;
  throw new TypeError(
    `Cannot encode a packet for "${packet.nsp}": the parser gave no frames; its encode() has to return an array of them, or to call back with it before it returns`,
  );
}

function isFrames(value: unknown): value is readonly SocketFrame[] {
  return Array.isArray(value);
}
