// The public list of @bowline/protocol: codecs and dialects of every revision, as objects behind small interfaces.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: each name is here on purpose; what only the sibling packages need is in internal.ts.

export type { EngineDialect, ServerEngineDialect } from "./engine/dialect.ts";
export { eio3 } from "./engine/eio3.ts";
export { eio4 } from "./engine/eio4.ts";
export type { Frame } from "./engine/frame.ts";
export { type Handshake, parseHandshake } from "./engine/handshake.ts";
export { decodeJsonp, encodeJsonp, encodeJsonpField, encodeJsonpForm } from "./engine/jsonp.ts";
export type { Packet, PacketType as EnginePacketType } from "./engine/packet.ts";
export {
  createWebTransportDecoder,
  encodeWebTransportFrame,
  type WebTransportDecoder,
} from "./engine/webtransport-frames.ts";
export type { Random } from "./shared/random.ts";
export { AckDisconnectedError, AckTimeoutError } from "./socket/ack-errors.ts";
export { hasBinary } from "./socket/binary.ts";
export type {
  ClientSocketDialect,
  ConnectReply,
  ConnectRequest,
  RecoveryClaim,
  Refusal,
  SocketDialect,
} from "./socket/dialect.ts";
export { PacketType, RESERVED_EVENTS, type SocketPacket } from "./socket/packet.ts";
export type {
  DecoderOptions,
  FrameEncoder,
  PacketDecoder,
  PacketEncoder,
  Parser,
  Replacer,
  SocketFrame,
} from "./socket/parser.ts";
export { sio4 } from "./socket/sio4.ts";
export { sio5 } from "./socket/sio5.ts";
export { createTextParser, type TextParser } from "./socket/text-codec.ts";
