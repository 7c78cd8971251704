// The types of require("socket.io-msgpack-parser") in programs of 3.x and 4.x.
import type { MsgpackParser as Parser } from "@bowline/protocol/msgpack";

export declare const protocol: number;

/** The packet types with their numbers on the wire. */
export declare enum PacketType {
  CONNECT = 0,
  DISCONNECT = 1,
  EVENT = 2,
  ACK = 3,
  CONNECT_ERROR = 4,
}
export declare const Encoder: Parser["Encoder"];
export type Encoder = InstanceType<Parser["Encoder"]>;
export declare const Decoder: Parser["Decoder"];
export type Decoder = InstanceType<Parser["Decoder"]>;
