// The types of require("socket.io-parser") in programs of 1.x and 2.x.
export type { SocketPacket as Packet } from "@bowline/protocol";
export { Decoder4 as Decoder, Encoder4 as Encoder, types } from "@bowline/protocol/parser-api";

export declare const protocol: number;
export declare const CONNECT: 0;
export declare const DISCONNECT: 1;
export declare const EVENT: 2;
export declare const ACK: 3;
export declare const ERROR: 4;
export declare const BINARY_EVENT: 5;
export declare const BINARY_ACK: 6;
