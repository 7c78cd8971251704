// All that differs between Engine.IO revisions 3 and 4, behind one interface.
// Place: bytes -> **engine dialect** -> session -> socket codec -> connection / namespace / socket
// Rules: a dialect is chosen once per connection; nobody else asks for the revision to decide anything.
//        A dialect keeps no state and throws nothing but SyntaxError.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md

import type { TransportName } from "./carrier.ts";
import type { Frame } from "./frame.ts";
import type { Packet } from "./packet.ts";

/** Codec and habits of one revision of the Engine.IO protocol, as far as both sides need them. */
export interface EngineDialect {
  readonly revision: 3 | 4;
  /** The transports that it is spoken over. */
  readonly transports: readonly TransportName[];
  /** Which side sends the heartbeat ping. */
  readonly pinger: "client" | "server";
  /** Whether any packet proves that the peer lives, or the expected ping or pong alone. */
  readonly anyPacketProvesLife: boolean;
  /** Whether the HTTP bodies of this side may be `application/octet-stream`; either side reads both. */
  readonly binaryBodies: boolean;
  /** Encodes one packet as one frame; bytes become base64 text where the peer takes no binary. */
  encodePacket(packet: Packet, supportsBinary: boolean): string | Uint8Array;
  /** @throws SyntaxError when the frame is no packet of this revision. */
  decodePacket(frame: string | Uint8Array): Packet;
  /**
   * Decodes a polling body lazily, so that packets before a bad one are delivered.
   * @throws SyntaxError at the first bad packet, while iterating.
   */
  decodePayload(body: string | Uint8Array): Iterable<Packet>;
  /** Encodes a packet to be sent later, perhaps many times. */
  frame(packet: Packet, base64: boolean): Frame;
  /** The bytes that a frame takes inside a polling body, its framing included. */
  elementBytes(frame: Frame): number;
  /**
   * Joins frames into a polling body without encoding them again.
   * @param binary whether the receiver takes binary bodies; frames that hold bytes need it.
   */
  joinPayload(frames: readonly Frame[], binary: boolean): string | Uint8Array;
}

/** The same with what only servers, and programs that encode by themselves, need. */
export interface ServerEngineDialect extends EngineDialect {
  /** Whether clients may poll by script elements (JSONP). */
  readonly scriptPolling: boolean;
  /** Encodes a polling body. */
  encodePayload(packets: readonly Packet[], supportsBinary: boolean): string | Uint8Array;
}
