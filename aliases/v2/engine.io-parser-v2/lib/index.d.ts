// The types of require("engine.io-parser") in programs of 1.x and 2.x.
import type { EngineParser3 } from "@bowline/protocol/parser-api";

export type { BinaryType, GivenPacket as Packet, PublishedPacket } from "@bowline/protocol/parser-api";
export declare const protocol: EngineParser3["protocol"];
export declare const packets: EngineParser3["packets"];
export declare const encodePacket: EngineParser3["encodePacket"];
export declare const encodeBase64Packet: EngineParser3["encodeBase64Packet"];
export declare const decodePacket: EngineParser3["decodePacket"];
export declare const decodeBase64Packet: EngineParser3["decodeBase64Packet"];
export declare const encodePayload: EngineParser3["encodePayload"];
export declare const decodePayload: EngineParser3["decodePayload"];
export declare const encodePayloadAsBinary: EngineParser3["encodePayloadAsBinary"];
export declare const decodePayloadAsBinary: EngineParser3["decodePayloadAsBinary"];
