// The functions of engine.io-parser 5.x, the parser of 3.x and 4.x programs, over the dialect of revision 4.
// Place: beside the engine dialects; the alias package publishes it.
// Rules: names, arguments and results are upstream's; base64 is read strictly, as everywhere here.
// Source: docs/protocol/engine-4.md, "Parsers of programs" and "Payloads"

import { eio4 } from "../engine/eio4.ts";
import type { Packet } from "../engine/packet.ts";
import { PACKET_TYPES } from "../engine/packet.ts";
import { createWebTransportDecoder, encodeWebTransportFrame } from "../engine/webtransport-frames.ts";
import { toBytes } from "../socket/binary.ts";
import {
  type BinaryType,
  convertBytes,
  type GivenPacket,
  orRefused,
  PARSER_ERROR,
  type PublishedPacket,
  publish,
  toFrame,
  type WrapBytes,
} from "./engine-packets.ts";

const SEPARATOR = "\x1e";

/** Makes one of the platform's transform streams, which calls a function for each chunk. */
export type CreateStream<Stream> = (transform: (chunk: unknown, enqueue: (chunk: unknown) => void) => void) => Stream;

/** The functions of engine.io-parser 5.x. */
export interface EngineParser4<Stream> {
  readonly protocol: 4;
  /** @returns what the callback returns, which gets a text, or the bytes as they were given. */
  encodePacket<Result>(packet: GivenPacket, supportsBinary: boolean, callback: (encoded: unknown) => Result): Result;
  /** Calls back once, but not for an empty list. */
  encodePayload(packets: readonly GivenPacket[], callback: (encoded: string) => void): void;
  decodePacket(encoded: unknown, binaryType?: BinaryType): PublishedPacket;
  /** @returns the packets up to the first one that cannot be read, which stands there as an error. */
  decodePayload(encoded: string, binaryType?: BinaryType): PublishedPacket[];
  /** A stream from packets to the bytes of a WebTransport stream. */
  createPacketEncoderStream(): Stream;
  /** A stream from the bytes of a WebTransport stream to packets; it ends with an error at the first illegal one. */
  createPacketDecoderStream(maxPayload: number, binaryType?: BinaryType): Stream;
}

function textOf(data: unknown): string {
  return data ? String(data) : "";
}

/** Takes a chunk of a program's stream for a packet; streams have no types that would tell. */
function toPacket(chunk: unknown): Packet {
  const { type, data } = asGiven(chunk);
  return { type, data: toBytes(data) ?? textOf(data) };
}

function asGiven(chunk: unknown): GivenPacket {
  if (isGiven(chunk)) return chunk;
  throw new TypeError("Cannot encode the chunk: it is no packet with a type");
}

function isGiven(chunk: unknown): chunk is GivenPacket {
  return (
    typeof chunk === "object" && chunk !== null && PACKET_TYPES.some((type) => type === Reflect.get(chunk, "type"))
  );
}

function encodePacket({ type, data }: GivenPacket, supportsBinary: boolean): unknown {
  const bytes = toBytes(data);
  if (bytes === undefined) return eio4.encodePacket({ type, data: textOf(data) }, supportsBinary);
  return supportsBinary ? data : eio4.encodePacket({ type, data: bytes }, false);
}

/**
 * Makes the functions of engine.io-parser 5.x.
 * @param wrap puts bytes into the class that the platform's programs expect.
 * @param createStream makes one of the platform's transform streams.
 * @returns the functions, which need no `this`.
 * @example
 * import { createEngineParser4 } from "@bowline/protocol/parser-api";
 *
 * const parser = createEngineParser4(
 *   (bytes) => bytes,
 *   (transform) => new TransformStream({ transform: (chunk, to) => transform(chunk, (packet) => to.enqueue(packet)) }),
 * );
 * parser.encodePayload([{ type: "ping" }, { type: "message", data: "hello" }], (body) => {
 *   console.log(parser.decodePayload(body));
 * });
 */
export function createEngineParser4<Stream>(
  wrap: WrapBytes,
  createStream: CreateStream<Stream>,
): EngineParser4<Stream> {
  function decodePacket(encoded: unknown, binaryType?: BinaryType): PublishedPacket {
    const frame = toFrame(encoded);
    if (frame === undefined) return PARSER_ERROR;
    if (typeof frame !== "string") return { type: "message", data: convertBytes(frame, binaryType, wrap) };
    const packet = orRefused(() => eio4.decodePacket(frame));
    return packet === undefined ? PARSER_ERROR : publish(packet, binaryType, wrap);
  }

  return {
    protocol: 4,

    encodePacket: (packet, supportsBinary, callback) => callback(encodePacket(packet, supportsBinary)),

    encodePayload(packets, callback) {
      if (packets.length === 0) return;
      callback(packets.map((packet) => String(encodePacket(packet, false))).join(SEPARATOR));
    },

    decodePacket,

    decodePayload(encoded, binaryType) {
      const packets: PublishedPacket[] = [];
      for (const frame of encoded.split(SEPARATOR)) {
        const packet = decodePacket(frame, binaryType);
        packets.push(packet);
        if (packet.type === "error") break;
      }
      return packets;
    },

    createPacketEncoderStream: () =>
      createStream((chunk, enqueue) => enqueue(encodeWebTransportFrame(toPacket(chunk)))),

    createPacketDecoderStream(maxPayload, binaryType) {
      const decoder = createWebTransportDecoder(maxPayload);
      let isBroken = false;
      return createStream((chunk, enqueue) => {
        const bytes = toBytes(chunk);
        const isLegal = orRefused(() => {
          if (bytes === undefined) return false;
          for (const packet of decoder.add(bytes)) enqueue(publish(packet, binaryType, wrap));
          return true;
        });
        if (isLegal !== true && !isBroken) {
          isBroken = true;
          enqueue(PARSER_ERROR);
        }
      });
    },
  };
}
