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
  for (let at = headerBytes - 1, rest = length; at > 0; at--, rest = Math.floor(rest / 256)) frame[at] = rest % 256;
  frame[0] = (isText ? 0 : BINARY) | Math.min(length, headerBytes === 9 ? LENGTH_64 : LENGTH_16);
  frame.set(payload, headerBytes);
  return frame;
}

/** Where the reader of a stream stands: what the next bytes are, and how many of them belong together. */
type State =
  | { readonly name: "header"; readonly needed: 1 }
  | { readonly name: "length"; readonly needed: 2 | 8; readonly isBinary: boolean }
  | { readonly name: "payload"; readonly needed: number; readonly isBinary: boolean }
  | { readonly name: "broken"; readonly refusal: SyntaxError };

const HEADER: State = { name: "header", needed: 1 };
const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/**
 * Makes the decoder of one stream.
 * @param maxPayload most bytes of one packet; longer ones are refused when their header has been read.
 * @example
 * const decoder = createWebTransportDecoder(1_000_000);
 * const frame = encodeWebTransportFrame({ type: "message", data: "hello" });
 * for (const packet of decoder.add(frame)) console.log(packet); // prints: { type: 'message', data: 'hello' }
 */
export function createWebTransportDecoder(maxPayload: number): WebTransportDecoder {
  let state = HEADER;
  /** Bytes that belong together, while the rest of them has not come. */
  let store: Uint8Array = NOTHING;
  let stored = 0;

  function refuse(reason: string, cause?: unknown): SyntaxError {
    const refusal = new SyntaxError(`Cannot decode the stream: ${reason}`, cause === undefined ? undefined : { cause });
    state = { name: "broken", refusal };
    return refusal;
  }

  /**
   * Puts a part aside. The store doubles, so that each byte is copied a few times at most, however small the chunks.
   * @returns all bytes once they are there.
   */
  function collect(part: Uint8Array, needed: number): Uint8Array | undefined {
    if (part.length === needed) return part;
    const total = stored + part.length;
    if (total > store.length) {
      const larger = new Uint8Array(Math.min(needed, Math.max(total, 2 * stored, SMALLEST_STORE)));
      larger.set(store.subarray(0, stored));
      store = larger;
    }
    store.set(part, stored);
    stored = total;
    if (total < needed) return undefined;
    const whole = store;
    store = NOTHING;
    stored = 0;
    return whole;
  }

  function expect(isBinary: boolean, length: number): void {
    // Numbers beyond 2^53 lose digits.
    if (!Number.isSafeInteger(length)) throw refuse("a length is larger than any that can be counted");
    if (length === 0) throw refuse("a frame of 0 bytes is no packet");
    if (!(length <= maxPayload)) throw refuse(`a packet has more than ${maxPayload} bytes`);
    state = { name: "payload", needed: length, isBinary };
  }

  function begin(header: number): void {
    const isBinary = header >= BINARY;
    const value = header % BINARY;
    if (value < LENGTH_16) expect(isBinary, value);
    else state = { name: "length", needed: value === LENGTH_16 ? 2 : 8, isBinary };
  }

  function finish(payload: Uint8Array, isBinary: boolean): Packet {
    state = HEADER;
    try {
      return eio4.decodePacket(isBinary ? payload : decodeStrictUtf8(payload));
    } catch (cause) {
      throw refuse("a packet cannot be read", cause);
    }
  }

  return {
    *add(chunk: Uint8Array): Generator<Packet, void, undefined> {
      for (let at = 0; at < chunk.length; ) {
        if (state.name === "broken") throw state.refusal;
        const part = chunk.subarray(at, at + state.needed - stored);
        at += part.length;
        const bytes = collect(part, state.needed);
        if (bytes === undefined) return;
        if (state.name === "header") begin(byteAt(bytes, 0));
        else if (state.name === "length")
          expect(
            state.isBinary,
            bytes.reduce((value, byte) => value * 256 + byte, 0),
          );
        // A message has memory of its own: the chunk may hold much else, and belongs to the stream.
        else yield finish(state.isBinary && bytes === part ? new Uint8Array(part) : bytes, state.isBinary);
      }
    },
  };
}
