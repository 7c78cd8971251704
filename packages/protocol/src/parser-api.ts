// The parsers as upstream publishes them, for programs that call them: the alias packages re-export what is here.
// Place: beside the dialects and codecs, which do the work.
// Rules: each name is here on purpose; nothing in the core packages uses these.

export {
  createEngineParser3,
  type EncodedCallback,
  type EngineParser3,
  type PacketCallback,
} from "./parser-api/engine-3.ts";
export { type CreateStream, createEngineParser4, type EngineParser4 } from "./parser-api/engine-4.ts";
export type { BinaryType, GivenPacket, PublishedPacket, WrapBytes } from "./parser-api/engine-packets.ts";
export { Decoder4, Decoder5, Encoder4, Encoder5, isPacketValid, PacketTypes, types } from "./parser-api/socket.ts";
export { DecoderEvents } from "./socket/decoder-events.ts";
