// The types of "engine.io-parser" in programs of 3.x and 4.x.
import type { EngineParser4 } from "@bowline/protocol/parser-api";

type Parser = EngineParser4<TransformStream>;

export type { BinaryType, GivenPacket as Packet, PublishedPacket } from "@bowline/protocol/parser-api";
export declare const protocol: Parser["protocol"];
export declare const encodePacket: Parser["encodePacket"];
export declare const encodePayload: Parser["encodePayload"];
export declare const decodePacket: Parser["decodePacket"];
export declare const decodePayload: Parser["decodePayload"];
export declare const createPacketEncoderStream: Parser["createPacketEncoderStream"];
export declare const createPacketDecoderStream: Parser["createPacketDecoderStream"];
