// Engine.IO revision 3, the one of 1.x and 2.x programs.
// Place: bytes -> **engine dialect** -> session -> socket codec -> connection / namespace / socket
// Rules: a binary frame starts with the number of its type; a polling body is text (lengths in UTF-16 units) unless it
//        comes from a server, holds bytes and the receiver takes them; lengths are plain digits and have to be right.
// Source: docs/protocol/engine-3.md, "Packets" and "Payloads"

import { decodeBase64, encodeBase64 } from "../shared/base64.ts";
import { base64Length, byteAt, decodeStrictUtf8, writeUtf8 } from "../shared/bytes.ts";
import type { EngineDialect, ServerEngineDialect } from "./dialect.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import { PACKET_TYPES, type Packet, type PacketType } from "./packet.ts";
import { decodeText, encodeText, packetRefusal, payloadRefusal, typeNumber } from "./packet-text.ts";

const LETTER_B = 0x62;
const ZERO = 0x30;
const COLON = 0x3a;
const TEXT_ENTRY = 0;
const BINARY_ENTRY = 1;
const LENGTH_END = 0xff;
// As many digits as the largest double has; a longer run of zeros is no length that anybody means.
const MAX_LENGTH_DIGITS = 310;

function typeOf(number: number): PacketType {
  const type = PACKET_TYPES[number];
  if (type === undefined) throw packetRefusal("its type is unknown");
  return type;
}

function toBase64Packet(typeNumber: number, bytes: Uint8Array): string {
  return `b${typeNumber}${encodeBase64(bytes)}`;
}

function encodePacket(packet: Packet, supportsBinary: boolean): string | Uint8Array {
  const { type, data } = packet;
  if (data === undefined || typeof data === "string") return encodeText(type, data);
  if (!supportsBinary) return toBase64Packet(typeNumber(type), data);
  const bytes = new Uint8Array(data.byteLength + 1);
  bytes[0] = typeNumber(type);
  bytes.set(data, 1);
  return bytes;
}

function decodePacket(frame: string | Uint8Array): Packet {
  if (typeof frame !== "string") {
    if (frame.byteLength === 0) throw packetRefusal("it is empty");
    return { type: typeOf(byteAt(frame, 0)), data: frame.subarray(1) };
  }
  if (frame.charCodeAt(0) !== LETTER_B) return decodeText(frame);
  return { type: typeOf(frame.charCodeAt(1) - ZERO), data: decodeBase64(frame, 2) };
}

/** The digit of a length, or what no digit is: the mark at its end, for example. */
function digitAt(body: string | Uint8Array, at: number): number {
  return typeof body === "string" ? body.charCodeAt(at) - ZERO : (body[at] ?? LENGTH_END);
}

/**
 * Reads a body entry by entry: a length, an end mark, a packet. In a text the digits are characters; in bytes they are
 * numbers, behind a marker that tells texts from bytes.
 */
function* decodePayload(body: string | Uint8Array): Generator<Packet, void, undefined> {
  const isText = typeof body === "string";
  if (body === "") throw payloadRefusal("it is empty");
  for (let at = 0; at < body.length; ) {
    const marker = isText ? TEXT_ENTRY : byteAt(body, at++);
    if (marker > BINARY_ENTRY) throw payloadRefusal("an entry is neither text nor binary");
    const first = at;
    let length = 0;
    let digit = digitAt(body, at);
    // A length beyond all numbers becomes infinite, which no body is long enough for.
    for (; digit >= 0 && digit <= 9; digit = digitAt(body, at)) {
      length = length * 10 + digit;
      at++;
    }
    const digits = at - first;
    const isTooLong = !isText && digits > MAX_LENGTH_DIGITS;
    if (digits === 0 || isTooLong || digit !== (isText ? COLON - ZERO : LENGTH_END)) {
      throw payloadRefusal("a length is no plain number");
    }
    const start = at + 1;
    at = start + length;
    if (at > body.length) throw payloadRefusal("a length goes beyond its end");
    if (!isText) {
      const entry = body.subarray(start, at);
      yield decodePacket(marker === TEXT_ENTRY ? decodeStrictUtf8(entry) : entry);
    } else if (length > 0) {
      yield decodePacket(body.slice(start, at));
    }
  }
}

/** How many digits a whole number has. */
function digitCount(value: number): number {
  return String(value).length;
}

function textOf(frame: Frame): string {
  return typeof frame.data === "string" ? frame.data : toBase64Packet(byteAt(frame.data, 0), frame.data.subarray(1));
}

function joinText(frames: readonly Frame[]): string {
  if (frames.length === 0) return "0:";
  let body = "";
  for (const frame of frames) {
    const text = textOf(frame);
    body += `${text.length}:${text}`;
  }
  return body;
}

/** Joins frames into a body of bytes, whatever they hold: for servers, and programs that encode by themselves. */
export function joinBinary(frames: readonly Frame[]): Uint8Array {
  let total = 0;
  for (const { byteLength } of frames) total += byteLength + digitCount(byteLength) + 2;
  const body = new Uint8Array(total);
  let at = 0;
  for (const { data, byteLength } of frames) {
    body[at++] = typeof data === "string" ? TEXT_ENTRY : BINARY_ENTRY;
    for (const digit of String(byteLength)) body[at++] = Number(digit);
    body[at++] = LENGTH_END;
    if (typeof data === "string") writeUtf8(data, body, at);
    else body.set(data, at);
    at += byteLength;
  }
  return body;
}

/** Engine.IO revision 3, for clients. */
export const eio3Client: EngineDialect = {
  revision: 3,
  transports: ["polling", "websocket"],
  pinger: "client",
  anyPacketProvesLife: true,
  // Servers take both forms: a client needs no code for the second one.
  binaryBodies: false,
  encodePacket,
  decodePacket,
  decodePayload,

  frame(packet: Packet, base64: boolean): Frame {
    return new EncodedFrame(encodePacket(packet, !base64));
  },

  // The form of the body is not known yet, so each frame is counted in the longer one: a text in the binary form
  // (marker, digits of its byte length, end mark), bytes in the text form (base64, digits, colon).
  elementBytes(frame: Frame): number {
    if (typeof frame.data === "string") return frame.byteLength + digitCount(frame.byteLength) + 2;
    const textLength = base64Length(frame.byteLength - 1) + 2;
    return textLength + digitCount(textLength) + 1;
  },

  joinPayload: joinText,
};

function joinPayload(frames: readonly Frame[], binary: boolean): string | Uint8Array {
  return binary && frames.some(({ data }) => typeof data !== "string") ? joinBinary(frames) : joinText(frames);
}

/** Engine.IO revision 3. */
export const eio3: ServerEngineDialect = /* @__PURE__ */ Object.assign({}, eio3Client, {
  scriptPolling: true,
  binaryBodies: true,
  joinPayload,

  encodePayload(packets: readonly Packet[], supportsBinary: boolean): string | Uint8Array {
    return joinPayload(
      packets.map((packet) => new EncodedFrame(encodePacket(packet, supportsBinary))),
      supportsBinary,
    );
  },
});
