// Messages of any length over a link whose messages are bounded: cut in parts, and put together again.
// Place: forward message -> envelopes -> **parts** -> node link, and back the same way
//
//   a part: whether it is the last one (1), the number of the message (8), its place in it (4), bytes
//
// Rules: the parts of a message follow each other; one that is missing costs the message, and no other; what comes twice, or
//        behind what was sent after it, is not taken; what another node has left unfinished is bounded.

import { concatBytes } from "@bowline/protocol/internal";

const NUMBER_AT = 1;
const PLACE_AT = 9;

/** What the head of a part takes up. */
export const PART_HEAD_BYTES: number = 13;

const IS_LAST = 1;

/** Cuts a message in parts. @param message its number: each is greater than those before. @param maxBytes most bytes of a part. */
export function cutInParts(message: number, bytes: Uint8Array, maxBytes: number): Uint8Array[] {
  // A link whose messages have no room for more would have none go through, and not stay for ever here.
  const room = Math.max(1, maxBytes - PART_HEAD_BYTES);
  const parts: Uint8Array[] = [];
  for (let from = 0, index = 0; from < bytes.byteLength || index === 0; from += room, index++) {
    const piece = bytes.subarray(from, from + room);
    const part = new Uint8Array(PART_HEAD_BYTES + piece.byteLength);
    const view = new DataView(part.buffer);
    view.setUint8(0, from + room >= bytes.byteLength ? IS_LAST : 0);
    view.setFloat64(NUMBER_AT, message);
    view.setUint32(PLACE_AT, index);
    part.set(piece, PART_HEAD_BYTES);
    parts.push(part);
  }
  return parts;
}

/** What has come of the last message of a node. */
interface Arriving {
  readonly message: number;
  readonly parts: Uint8Array[];
  bytes: number;
  /** Whether there is nothing more to wait for: it is whole, or will never be. */
  isOver: boolean;
}

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read what a node has forwarded: ${reason}`);
}

/** Puts the messages of many nodes together. */
export class PartJoiner {
  readonly #maxBytes: number;
  readonly #arriving: Map<string, Arriving> = new Map();

  /** @param maxBytes most bytes of a message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes a part.
   * @returns the message, with its last part.
   * @throws SyntaxError for what is no part, for what has come before, and for more than the limit.
   */
  take(from: string, bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.byteLength < PART_HEAD_BYTES) throw refusal("it is too short");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLast = (view.getUint8(0) & IS_LAST) !== 0;
    const arriving = this.#arrivingOf(from, view.getFloat64(NUMBER_AT), view.getUint32(PLACE_AT));
    if (arriving === undefined) return undefined;
    const piece = bytes.subarray(PART_HEAD_BYTES);
    if (isLast && arriving.parts.length === 0) {
      arriving.isOver = true;
      return piece;
    }
    arriving.parts.push(piece);
    // With its head, since a part may be nothing else.
    arriving.bytes += bytes.byteLength;
    arriving.isOver = isLast || arriving.bytes > this.#maxBytes;
    if (!arriving.isOver) return undefined;
    const parts = arriving.parts.splice(0);
    if (arriving.bytes > this.#maxBytes) throw refusal(`it has more than ${this.#maxBytes} bytes`);
    return concatBytes(parts);
  }

  /** Lets go of what a node has left, and of what is known of it. */
  forget(from: string): void {
    this.#arriving.delete(from);
  }

  /** The message that a part continues, or begins; undefined where some of it is missing. @throws SyntaxError for what was there before. */
  #arrivingOf(from: string, message: number, index: number): Arriving | undefined {
    const known = this.#arriving.get(from);
    // Also where it is no number at all.
    if (!(message >= (known?.message ?? 0))) throw refusal("it was sent before what has come already");
    if (known === undefined || message > known.message) {
      const begun: Arriving = { message, parts: [], bytes: 0, isOver: index > 0 };
      this.#arriving.set(from, begun);
      return begun.isOver ? undefined : begun;
    }
    if (index < known.parts.length || (known.isOver && index === 0)) throw refusal("it has come twice");
    if (index > known.parts.length) known.isOver = true;
    return known.isOver ? undefined : known;
  }
}
