// The types of "socket.io-parser" in programs of 3.x and 4.x.
export type { DecoderOptions, SocketPacket as Packet } from "@bowline/protocol";
export { Decoder5 as Decoder, Encoder5 as Encoder, isPacketValid } from "@bowline/protocol/parser-api";

export declare const protocol: number;

/** The packet types with their numbers on the wire. */
export declare enum PacketType {
  CONNECT = 0,
  DISCONNECT = 1,
  EVENT = 2,
  ACK = 3,
  CONNECT_ERROR = 4,
  BINARY_EVENT = 5,
  BINARY_ACK = 6,
}
