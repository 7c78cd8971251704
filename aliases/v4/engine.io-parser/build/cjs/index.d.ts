// The types of "engine.io-parser" in programs of 3.x and 4.x.
import type { EngineParser4 } from "@bowline/protocol/parsers";

export type { BinaryType, GivenPacket as Packet, PublishedPacket } from "@bowline/protocol/parsers";
export declare const protocol: EngineParser4["protocol"];
export declare const encodePacket: EngineParser4["encodePacket"];
export declare const encodePayload: EngineParser4["encodePayload"];
export declare const decodePacket: EngineParser4["decodePacket"];
export declare const decodePayload: EngineParser4["decodePayload"];
