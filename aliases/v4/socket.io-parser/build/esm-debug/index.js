// What import of "socket.io-parser" gives in programs of 3.x and 4.x.
export {
  Decoder5 as Decoder,
  Encoder5 as Encoder,
  isPacketValid,
  PacketTypes as PacketType,
} from "@bowline/protocol/parser-api";

export const protocol = 5;
