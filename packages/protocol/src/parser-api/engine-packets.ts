// What the engine parsers of both generations have in common: packets as they publish them, and bytes in the classes that
// programs expect.
// Place: beside the engine dialects; published for programs that call upstream's parsers themselves.
// Rules: what cannot be read is a packet of the type `error`, never an exception; platforms hand in their own class of
//        bytes and their streams.
// Source: docs/protocol/engine-4.md, "Parsers of programs"

import type { Packet, PacketType } from "../engine/packet.ts";
import { toBytes } from "../socket/binary.ts";

/** A packet as programs hand it in: data that is neither text nor bytes is written as text. */
export interface GivenPacket {
  readonly type: PacketType;
  readonly data?: unknown;
}

/** A packet as programs get it. */
export interface PublishedPacket {
  readonly type: PacketType | "error";
  readonly data?: unknown;
}

/** In which class a program wants bytes. */
export type BinaryType = "arraybuffer" | "nodebuffer" | "blob";

/** Puts bytes into the class that the platform's programs expect, without copying: Buffer on Node. */
export type WrapBytes = (bytes: Uint8Array) => unknown;

/** What stands for bytes that are no packet. */
export const PARSER_ERROR: PublishedPacket = { type: "error", data: "parser error" };

/** Bytes as an ArrayBuffer that holds them and nothing else. */
function toArrayBuffer(bytes: Uint8Array): ArrayBufferLike {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

/** Bytes in the class that a program asked for. */
export function convertBytes(bytes: Uint8Array, binaryType: unknown, wrap: WrapBytes): unknown {
  return binaryType === "arraybuffer" ? toArrayBuffer(bytes) : wrap(bytes);
}

/** A decoded packet with its bytes in the class that a program asked for. */
export function publish(packet: Packet, binaryType: unknown, wrap: WrapBytes): PublishedPacket {
  if (packet.data === undefined || typeof packet.data === "string") return packet;
  return { type: packet.type, data: convertBytes(packet.data, binaryType, wrap) };
}

/** A frame as the dialects take it. */
export function toFrame(data: unknown): string | Uint8Array | undefined {
  return typeof data === "string" ? data : toBytes(data);
}

/** Runs a decoder; what it refuses becomes undefined. */
export function orRefused<Result>(decode: () => Result): Result | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
