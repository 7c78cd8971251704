// Engine.IO revision 4, the one of 3.x and 4.x programs.
// Place: bytes -> **engine dialect** -> session -> socket codec -> connection / namespace / socket
// Rules: a binary frame is a message and nothing else; a polling body is text, packets joined by U+001E, bytes as base64;
//        U+001E inside a text is not escaped, a limit of the revision.
// Source: docs/protocol/engine-4.md, "Packets" and "Payloads"

import { decodeBase64, encodeBase64 } from "../shared/base64.ts";
import { base64Length } from "../shared/bytes.ts";
import type { EngineDialect, ServerEngineDialect } from "./dialect.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import type { Packet } from "./packet.ts";
import { decodeText, encodeText, payloadRefusal } from "./packet-text.ts";

const SEPARATOR = "\x1e";
const LETTER_B = 0x62;

function toBase64Packet(bytes: Uint8Array): string {
  return `b${encodeBase64(bytes)}`;
}

function encodePacket(packet: Packet, supportsBinary: boolean): string | Uint8Array {
  const { type, data } = packet;
  if (data === undefined || typeof data === "string") return encodeText(type, data);
  return supportsBinary ? data : toBase64Packet(data);
}

function decodePacket(frame: string | Uint8Array): Packet {
  if (typeof frame !== "string") return { type: "message", data: frame };
  if (frame.charCodeAt(0) === LETTER_B) return { type: "message", data: decodeBase64(frame, 1) };
  return decodeText(frame);
}

function* decodePayload(body: string | Uint8Array): Generator<Packet, void, undefined> {
  if (typeof body !== "string") throw payloadRefusal("revision 4 has no binary bodies");
  let from = 0;
  let to = body.indexOf(SEPARATOR);
  while (to !== -1) {
    yield decodePacket(body.slice(from, to));
    from = to + 1;
    to = body.indexOf(SEPARATOR, from);
  }
  yield decodePacket(from === 0 ? body : body.slice(from));
}

function textOf(frame: Frame): string {
  return typeof frame.data === "string" ? frame.data : toBase64Packet(frame.data);
}

/** Engine.IO revision 4, for clients. */
export const eio4Client: EngineDialect = {
  revision: 4,
  transports: ["polling", "websocket", "webtransport"],
  pinger: "server",
  anyPacketProvesLife: false,
  binaryBodies: false,
  encodePacket,
  decodePacket,

  decodePayload,

  frame(packet: Packet, base64: boolean): Frame {
    return new EncodedFrame(encodePacket(packet, !base64));
  },

  // One more for the separator, also for the last element: a byte too many never hurts.
  elementBytes(frame: Frame): number {
    return typeof frame.data === "string" ? frame.byteLength + 1 : base64Length(frame.data.byteLength) + 2;
  },

  joinPayload(frames: readonly Frame[]): string {
    return frames.map(textOf).join(SEPARATOR);
  },
};

/** Engine.IO revision 4. */
export const eio4: ServerEngineDialect = /* @__PURE__ */ Object.assign({}, eio4Client, {
  scriptPolling: false,

  encodePayload(packets: readonly Packet[]): string {
    return packets.map((packet) => encodePacket(packet, false)).join(SEPARATOR);
  },
});
