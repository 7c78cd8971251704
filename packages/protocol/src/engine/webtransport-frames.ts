// Packets on the stream of a WebTransport session, which knows no messages: a header tells where each packet ends.
// Place: bytes -> **engine dialect** -> session, between a stream and the packets of revision 4
// Rules: header, then payload, then the next header; a length is refused before any memory is set aside for it, and
//        memory grows with the bytes that are there; a frame of no bytes is illegal; refusals are SyntaxErrors, for good.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { byteAt, decodeStrictUtf8, encodeUtf8 } from "../shared/bytes.ts";
import { eio4Client as eio4 } from "./eio4.ts";
import type { Packet } from "./packet.ts";

/** Reads packets off a stream. */
export interface WebTransportDecoder {
  /**
   * Takes in a chunk.
   * @returns the packets that became whole. Go through all of them before the next chunk: a chunk is read on the way, so
   * that packets in front of an illegal one are handed out.
   * @throws SyntaxError on the way, when the stream is illegal; it stays so.
   */
  add(chunk: Uint8Array): Iterable<Packet>;
}

const BINARY = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const SMALLEST_STORE = 1024;

/**
 * Frames a packet.
 * @throws RangeError for a message of no bytes: there is no legal frame for it.
 */
export function encodeWebTransportFrame(packet: Packet): Uint8Array {
  return frameForStream(eio4.encodePacket(packet, true));
}

/**
 * Frames a packet that is encoded already.
 * @throws RangeError for a message of no bytes: there is no legal frame for it.
 */
export function frameForStream(encoded: string | Uint8Array): Uint8Array {
  const isText = typeof encoded === "string";
  const payload = isText ? encodeUtf8(encoded) : encoded;
  const { length } = payload;
  if (length === 0) {
    throw new RangeError(
      "Cannot encode the message: WebTransport carries no binary message of 0 bytes; send it inside an event, or over another transport",
    );
  }
  const headerBytes = length < LENGTH_16 ? 1 : length < 0x1_0000 ? 3 : 9;
  const frame = new Uint8Array(headerBytes + length);
  const flag = isText ? 0 : BINARY;
  if (headerBytes === 1) {
    frame[0] = flag | length;
  } else {
    frame[0] = flag | (headerBytes === 3 ? LENGTH_16 : LENGTH_64);
    for (let at = headerBytes - 1, rest = length; at > 0; at--, rest = Math.floor(rest / 256)) frame[at] = rest % 256;
  }
  frame.set(payload, headerBytes);
  return frame;
}

/** Where the reader of a stream stands. */
type State =
  | { readonly name: "start" }
  | { readonly name: "length"; readonly binary: boolean; readonly left: number; readonly value: number }
  | { readonly name: "payload"; readonly binary: boolean; readonly length: number }
  | { readonly name: "broken"; readonly reason: SyntaxError };

/**
 * Makes the decoder of one stream.
 * @param maxPayload most bytes of one packet; longer ones are refused when their header has been read.
 * @example
 * const decoder = createWebTransportDecoder(1_000_000);
 * const frame = encodeWebTransportFrame({ type: "message", data: "hello" });
 * for (const packet of decoder.add(frame)) console.log(packet); // prints: { type: 'message', data: 'hello' }
 */
export function createWebTransportDecoder(maxPayload: number): WebTransportDecoder {
  return new Decoder(maxPayload);
}

class Decoder implements WebTransportDecoder {
  readonly #maxPayload: number;
  #state: State = { name: "start" };
  /** The beginning of a payload whose rest has not come yet. */
  #store: Uint8Array = new Uint8Array(0);
  #stored = 0;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  *add(chunk: Uint8Array): Generator<Packet, undefined, undefined> {
    for (let at = 0; at < chunk.length; ) {
      const state = this.#state;
      switch (state.name) {
        case "start":
          this.#begin(byteAt(chunk, at++));
          break;
        case "length":
          this.#lengthen(state, byteAt(chunk, at++));
          break;
        case "payload": {
          const taken = Math.min(state.length - this.#stored, chunk.length - at);
          const part = chunk.subarray(at, at + taken);
          at += taken;
          if (this.#stored + taken < state.length) this.#keep(part, state.length);
          else yield this.#finish(part, state);
          break;
        }
        case "broken":
          throw state.reason;
        /* v8 ignore next 2 -- @preserve */
        default:
          return state satisfies never;
      }
    }
    return undefined;
  }

  #begin(header: number): void {
    const binary = header >= BINARY;
    const value = header % BINARY;
    if (value < LENGTH_16) this.#expect(binary, value);
    else this.#state = { name: "length", binary, left: value === LENGTH_16 ? 2 : 8, value: 0 };
  }

  #lengthen({ binary, left, value }: State & { name: "length" }, byte: number): void {
    const longer = value * 256 + byte;
    // Later bytes would only make it larger, and numbers beyond 2^53 lose digits.
    if (!Number.isSafeInteger(longer)) throw this.#break("a length is larger than any that can be counted");
    if (left === 1) this.#expect(binary, longer);
    else this.#state = { name: "length", binary, left: left - 1, value: longer };
  }

  #expect(binary: boolean, length: number): void {
    if (length === 0) throw this.#break("a frame of 0 bytes is no packet");
    if (!(length <= this.#maxPayload)) throw this.#break(`a packet has more than ${this.#maxPayload} bytes`);
    this.#state = { name: "payload", binary, length };
  }

  /** Puts a part aside. The store doubles, so that each byte is copied a few times at most, however small the chunks. */
  #keep(part: Uint8Array, length: number): void {
    const needed = this.#stored + part.length;
    if (needed > this.#store.length) {
      const larger = new Uint8Array(Math.min(length, Math.max(needed, 2 * this.#store.length, SMALLEST_STORE)));
      larger.set(this.#store.subarray(0, this.#stored));
      this.#store = larger;
    }
    this.#store.set(part, this.#stored);
    this.#stored = needed;
  }

  #finish(part: Uint8Array, { binary, length }: State & { name: "payload" }): Packet {
    let payload = part;
    if (this.#stored > 0) {
      this.#keep(part, length);
      payload = this.#store.subarray(0, length);
      this.#store = new Uint8Array(0);
      this.#stored = 0;
    }
    this.#state = { name: "start" };
    try {
      // A message has memory of its own: the chunk may hold much else, and belongs to the stream.
      if (binary) return eio4.decodePacket(payload === part ? new Uint8Array(part) : payload);
      return eio4.decodePacket(decodeStrictUtf8(payload));
    } catch (cause) {
      throw this.#break("a packet cannot be read", cause);
    }
  }

  #break(reason: string, cause?: unknown): SyntaxError {
    const error = new SyntaxError(`Cannot decode the stream: ${reason}`, cause === undefined ? undefined : { cause });
    this.#state = { name: "broken", reason: error };
    return error;
  }
}
