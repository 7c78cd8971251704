// The types of require("socket.io-json-parser") in programs of 2.x.
import type { JsonParser as Parser } from "@bowline/protocol/json";

export declare const CONNECT: 0;
export declare const DISCONNECT: 1;
export declare const EVENT: 2;
export declare const ACK: 3;
export declare const ERROR: 4;
export declare const BINARY_EVENT: 5;
export declare const BINARY_ACK: 6;
export declare const Encoder: Parser["Encoder"];
export type Encoder = InstanceType<Parser["Encoder"]>;
export declare const Decoder: Parser["Decoder"];
export type Decoder = InstanceType<Parser["Decoder"]>;
