// The plain JSON parsers of both revisions: each packet is one JSON text.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: binary values are no matter of this encoding: they become what JSON.stringify makes of them, as with the
//        official parser of this kind; refusals are SyntaxErrors.
// Source: docs/protocol/parsers.md, "JSON"

import { createPacketParser, type PacketParser } from "./packet-parser.ts";
import { assertPacket, MAX_PACKET_DEPTH, PACKET_RULES } from "./packet-rules.ts";
import { parseJson, refusal } from "./payload-rules.ts";

/** A JSON parser. */
export type JsonParser = PacketParser;

/**
 * Makes the parser that sends each packet as one JSON text, for programs whose peers read nothing else. Both sides of a
 * connection need it.
 *
 * It has no room for binary values: a Buffer arrives as `{ type: "Buffer", data: [...] }`, an ArrayBuffer as `{}`.
 * A replacer and a reviver are handed to JSON and see the whole packet.
 * @param revision 5 for programs of 3.x and 4.x, 4 for programs of 2.x.
 * @returns the `Encoder` and `Decoder` classes for the options `parser` of server and client.
 * @example
 * const { Encoder } = createJsonParser();
 * const frames = new Encoder().encode({ type: 2, nsp: "/", data: ["hello", 1] });
 * console.log(frames); // prints: [ '{"type":2,"nsp":"/","data":["hello",1]}' ]
 */
export function createJsonParser(revision: 4 | 5 = 5): JsonParser {
  return createPacketParser(revision, {
    encode: (packet, replacer) => JSON.stringify(packet, replacer),
    decode(frame, reviver) {
      if (typeof frame !== "string") throw refusal("a frame is no text");
      const packet = parseJson(frame, MAX_PACKET_DEPTH, reviver);
      assertPacket(packet, PACKET_RULES[revision]);
      return packet;
    },
  });
}
