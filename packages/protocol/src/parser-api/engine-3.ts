// The functions of engine.io-parser 2.x, the parser of 1.x and 2.x programs, over the dialect of revision 3.
// Place: beside the engine dialects; the alias package publishes it.
// Rules: names, arguments and results are upstream's, optional arguments in the middle too; lengths, types and base64
//        are read strictly, as everywhere here.
// Source: docs/protocol/engine-3.md, "Parsers of programs" and "Payloads"

import { eio3, joinBinary } from "../engine/eio3.ts";
import { EncodedFrame } from "../engine/frame.ts";
import { PACKET_TYPES, type Packet } from "../engine/packet.ts";
import { decodeStrictUtf8, encodeUtf8 } from "../shared/bytes.ts";
import { toBytes } from "../socket/binary.ts";
import {
  type BinaryType,
  type GivenPacket,
  orRefused,
  PARSER_ERROR,
  type PublishedPacket,
  publish,
  toFrame,
  type WrapBytes,
} from "./engine-packets.ts";

/** Takes an encoded packet or payload: a text, or bytes. */
export type EncodedCallback = (encoded: unknown) => void;

/** Takes a packet of a payload with its place; `false` ends the decoding of a text. */
// biome-ignore lint/suspicious/noConfusingVoidType: most callbacks are functions without a result
export type PacketCallback = (packet: PublishedPacket, index: number, total: number) => boolean | void;

type BinaryTypeOrCallback = BinaryType | PacketCallback | undefined;
type FlagOrCallback = boolean | EncodedCallback | undefined;

/** The functions of engine.io-parser 2.x; flags may be left out before the callback. */
export interface EngineParser3 {
  readonly protocol: 3;
  /** The packet types with their numbers. */
  readonly packets: Readonly<Record<string, number>>;
  encodePacket(
    packet: GivenPacket,
    supportsBinary?: FlagOrCallback,
    utf8encode?: unknown,
    callback?: EncodedCallback,
  ): void;
  encodeBase64Packet(packet: GivenPacket, callback: EncodedCallback): void;
  decodePacket(encoded: unknown, binaryType?: BinaryType, utf8decode?: unknown): PublishedPacket;
  decodeBase64Packet(encoded: string, binaryType?: BinaryType): PublishedPacket;
  encodePayload(packets: readonly GivenPacket[], supportsBinary?: FlagOrCallback, callback?: EncodedCallback): void;
  encodePayloadAsBinary(packets: readonly GivenPacket[], callback: EncodedCallback): void;
  /** Calls back for each packet, and with an error in the place of the first that cannot be read. */
  decodePayload(encoded: unknown, binaryType?: BinaryTypeOrCallback, callback?: PacketCallback): void;
  decodePayloadAsBinary(encoded: unknown, binaryType?: BinaryTypeOrCallback, callback?: PacketCallback): void;
}

type Encoded = string | Uint8Array;

function encode({ type, data }: GivenPacket, supportsBinary: boolean): Encoded {
  const bytes = toBytes(data);
  if (bytes !== undefined) return eio3.encodePacket({ type, data: bytes }, supportsBinary);
  return eio3.encodePacket(data === undefined ? { type } : { type, data: String(data) }, supportsBinary);
}

/** UTF-8 as a text with one character for each byte, the form that some old servers send. */
function toByteText(text: string): string {
  return Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join("");
}

function fromByteText(text: string): string {
  if (/[^\0-\xff]/.test(text)) throw new SyntaxError("Cannot decode the text: it has characters that are no bytes");
  return decodeStrictUtf8(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
}

function lastOf<Callback extends (...args: never[]) => unknown>(...args: readonly unknown[]): Callback {
  const isCallback = (value: unknown): value is Callback => typeof value === "function";
  const callback = args.find(isCallback);
  if (callback === undefined) throw new TypeError("Cannot encode or decode: there is no callback");
  return callback;
}

/** The packets of a text, each with the index of its last character. */
function* withEnds(body: string): Generator<readonly [Packet, number], void, undefined> {
  let at = 0;
  for (const packet of eio3.decodePayload(body)) {
    // What the dialect let through is well-formed, and it tells nothing of entries without content.
    for (let length = 0; length === 0; ) {
      const colon = body.indexOf(":", at);
      length = Number(body.slice(at, colon));
      at = colon + 1 + length;
    }
    yield [packet, at - 1];
  }
}

/**
 * Makes the functions of engine.io-parser 2.x.
 * @param wrap puts bytes into the class that the platform's programs expect.
 * @returns the functions, which need no `this`.
 * @example
 * import { createEngineParser3 } from "@bowline/protocol/parser-api";
 *
 * const parser = createEngineParser3((bytes) => bytes);
 * parser.encodePayload([{ type: "ping" }, { type: "message", data: "hello" }], (body) => {
 *   parser.decodePayload(body, (packet) => console.log(packet.type));
 * });
 */
export function createEngineParser3(wrap: WrapBytes): EngineParser3 {
  const native = (encoded: Encoded): unknown => (typeof encoded === "string" ? encoded : wrap(encoded));

  function decodePacket(encoded: unknown, binaryType?: BinaryType, utf8decode?: unknown): PublishedPacket {
    const frame = toFrame(encoded);
    if (frame === undefined) return PARSER_ERROR;
    const isByteText = typeof frame === "string" && utf8decode !== undefined && utf8decode !== false;
    const packet = orRefused(() =>
      eio3.decodePacket(isByteText && !frame.startsWith("b") ? fromByteText(frame) : frame),
    );
    return packet === undefined ? PARSER_ERROR : publish(packet, binaryType, wrap);
  }

  function encodePayloadAsBinary(packets: readonly GivenPacket[], callback: EncodedCallback): void {
    callback(wrap(joinBinary(packets.map((packet) => new EncodedFrame(encode(packet, true))))));
  }

  function decodePayloadAsBinary(encoded: unknown, binaryType?: BinaryTypeOrCallback, callback?: PacketCallback): void {
    const tell = lastOf<PacketCallback>(binaryType, callback);
    const bytes = toBytes(encoded);
    const packets = bytes === undefined ? undefined : orRefused(() => [...eio3.decodePayload(bytes)]);
    if (packets === undefined) {
      tell(PARSER_ERROR, 0, 1);
      return;
    }
    for (const [index, packet] of packets.entries()) tell(publish(packet, binaryType, wrap), index, packets.length);
  }

  return {
    protocol: 3,
    packets: Object.fromEntries(PACKET_TYPES.map((type, number) => [type, number])),

    encodePacket(packet, supportsBinary, utf8encode, callback) {
      const encoded = encode(packet, supportsBinary === true);
      const isByteText = utf8encode !== undefined && utf8encode !== false && typeof utf8encode !== "function";
      const isText = typeof encoded === "string" && toBytes(packet.data) === undefined;
      lastOf<EncodedCallback>(
        supportsBinary,
        utf8encode,
        callback,
      )(isText && isByteText ? toByteText(encoded) : native(encoded));
    },

    encodeBase64Packet({ type, data }, callback) {
      callback(eio3.encodePacket({ type, data: toBytes(data) ?? encodeUtf8(String(data)) }, false));
    },

    decodePacket,

    decodeBase64Packet: (encoded, binaryType) => decodePacket(`b${encoded}`, binaryType),

    encodePayload(packets, supportsBinary, callback) {
      const tell = lastOf<EncodedCallback>(supportsBinary, callback);
      if (supportsBinary === true && packets.some(({ data }) => toBytes(data) !== undefined)) {
        encodePayloadAsBinary(packets, tell);
      } else {
        const frames = packets.map((packet) => new EncodedFrame(encode(packet, false)));
        tell(eio3.joinPayload(frames, false));
      }
    },

    encodePayloadAsBinary,

    decodePayload(encoded, binaryType, callback) {
      if (typeof encoded !== "string") {
        decodePayloadAsBinary(encoded, binaryType, callback);
        return;
      }
      const tell = lastOf<PacketCallback>(binaryType, callback);
      const packets = withEnds(encoded);
      for (;;) {
        // Only the reading is guarded: what the callback throws is the program's own.
        const next = orRefused(() => packets.next());
        if (next === undefined) {
          tell(PARSER_ERROR, 0, 1);
          return;
        }
        if (next.done === true) return;
        const [packet, end] = next.value;
        if (tell(publish(packet, binaryType, wrap), end, encoded.length) === false) return;
      }
    },

    decodePayloadAsBinary,
  };
}
