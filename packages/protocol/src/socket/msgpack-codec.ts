// The MessagePack parsers of both revisions: each packet is one binary frame, its bytes and dates in place.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: revision 4 writes CONNECT, DISCONNECT and ERROR as JSON text, and reads any packet as JSON; revision 5 knows
//        no text. Fields that a program adds to a packet travel along. Refusals are SyntaxErrors.
// Source: docs/protocol/parsers.md, "MessagePack"

import { toBytes } from "./binary.ts";
import { readMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";
import { PacketType, type SocketPacket } from "./packet.ts";
import { createPacketParser, type PacketParser } from "./packet-parser.ts";
import { assertPacket, MAX_PACKET_DEPTH, PACKET_RULES } from "./packet-rules.ts";
import type { SocketFrame } from "./parser.ts";
import { parseJson, refusal } from "./payload-rules.ts";

/** A MessagePack parser. */
export type MsgpackParser = PacketParser;

const { CONNECT, DISCONNECT, CONNECT_ERROR } = PacketType;

function isJsonPacket({ type }: SocketPacket): boolean {
  return type === CONNECT || type === DISCONNECT || type === CONNECT_ERROR;
}

/** What the revisions do with packets that may be texts. */
interface Format {
  encode(packet: SocketPacket): SocketFrame;
  /** @throws SyntaxError when the text is no packet. */
  readText(text: string): unknown;
}

const FORMATS: { readonly 4: Format; readonly 5: Format } = {
  4: {
    encode: (packet) => (isJsonPacket(packet) ? JSON.stringify(packet) : encodeMsgpack(packet)),
    readText: (text) => parseJson(text, MAX_PACKET_DEPTH),
  },
  5: {
    encode: encodeMsgpack,
    readText() {
      throw refusal("a text came where every packet is binary");
    },
  },
};

function readFrame(frame: unknown, { readText }: Format): unknown {
  if (typeof frame === "string") return readText(frame);
  const bytes = toBytes(frame);
  if (bytes === undefined) throw refusal("a frame is neither text nor bytes");
  return readMsgpack(bytes, !ArrayBuffer.isView(frame), MAX_PACKET_DEPTH);
}

/**
 * Makes the parser that sends packets in MessagePack: binary values, dates and `undefined` stay what they are, and a
 * packet is one frame, however many binary values it has. Both sides of a connection need it.
 *
 * Bytes arrive as what the platform's frames are: Buffers on Node, ArrayBuffers in browsers.
 * @param revision 5 for programs of 3.x and 4.x, 4 for programs of 2.x.
 * @returns the `Encoder` and `Decoder` classes for the options `parser` of server and client.
 * @example
 * const { Encoder, Decoder } = createMsgpackParser(5);
 * const decoder = new Decoder();
 * decoder.on("decoded", (packet) => console.log(packet.data)); // prints: [ 'hello', 1.5 ]
 * for (const frame of new Encoder().encode({ type: 2, nsp: "/", data: ["hello", 1.5] })) decoder.add(frame);
 */
export function createMsgpackParser(revision: 4 | 5): MsgpackParser {
  const format = FORMATS[revision];
  return createPacketParser(revision, {
    encode: format.encode,
    decode(frame) {
      const packet = readFrame(frame, format);
      assertPacket(packet, PACKET_RULES[revision]);
      return packet;
    },
  });
}
