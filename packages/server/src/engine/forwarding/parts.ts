// Messages of any length over a link whose messages are bounded: cut in parts, and put together again.
// Place: forward message -> **parts** -> node link, and back the same way
//
//   a part: whether it is the last one (1), the number of the message (4), its place in it (4), bytes
//
// Rules: the parts of a message follow each other; one that is missing costs the message, and no other; what another node
//        has left unfinished is bounded.

import { concatBytes } from "@bowline/protocol/internal";

const HEAD_BYTES = 9;
const IS_LAST = 1;

/** Cuts a message in parts. @param maxBytes most bytes of a part. */
export function cutInParts(message: number, bytes: Uint8Array, maxBytes: number): Uint8Array[] {
  const room = maxBytes - HEAD_BYTES;
  const parts: Uint8Array[] = [];
  for (let from = 0, index = 0; from < bytes.byteLength || index === 0; from += room, index++) {
    const piece = bytes.subarray(from, from + room);
    const part = new Uint8Array(HEAD_BYTES + piece.byteLength);
    const view = new DataView(part.buffer);
    view.setUint8(0, from + room >= bytes.byteLength ? IS_LAST : 0);
    view.setUint32(1, message);
    view.setUint32(5, index);
    part.set(piece, HEAD_BYTES);
    parts.push(part);
  }
  return parts;
}

interface Unfinished {
  readonly message: number;
  readonly parts: Uint8Array[];
  bytes: number;
}

/** Puts the messages of many nodes together. */
export class PartJoiner {
  readonly #maxBytes: number;
  readonly #unfinished: Map<string, Unfinished> = new Map();

  /** @param maxBytes most bytes of a message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a part. @returns the message, with its last part. @throws SyntaxError for what is no part. */
  take(from: string, bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.byteLength < HEAD_BYTES) throw new SyntaxError("Cannot read what a node has forwarded: it is too short");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLast = (view.getUint8(0) & IS_LAST) !== 0;
    const message = view.getUint32(1);
    const index = view.getUint32(5);
    const piece = bytes.subarray(HEAD_BYTES);
    if (index === 0 && isLast) {
      this.#unfinished.delete(from);
      return piece;
    }
    const unfinished = this.#continued(from, message, index);
    if (unfinished === undefined) return undefined;
    unfinished.parts.push(piece);
    unfinished.bytes += piece.byteLength;
    if (unfinished.bytes > this.#maxBytes) {
      this.#unfinished.delete(from);
      throw new SyntaxError(`Cannot read what a node has forwarded: it has more than ${this.#maxBytes} bytes`);
    }
    if (!isLast) return undefined;
    this.#unfinished.delete(from);
    return concatBytes(unfinished.parts);
  }

  /** Lets go of what a node has left. */
  forget(from: string): void {
    this.#unfinished.delete(from);
  }

  /** The message that a part belongs to; undefined where some of it is missing. */
  #continued(from: string, message: number, index: number): Unfinished | undefined {
    if (index === 0) {
      const begun: Unfinished = { message, parts: [], bytes: 0 };
      this.#unfinished.set(from, begun);
      return begun;
    }
    const known = this.#unfinished.get(from);
    if (known !== undefined && known.message === message && known.parts.length === index) return known;
    this.#unfinished.delete(from);
    return undefined;
  }
}
