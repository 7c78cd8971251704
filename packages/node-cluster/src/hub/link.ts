// A channel between a worker and the primary, whatever it is made of, and what waits to go over it.
// Place: bus -> frame -> **link** -> the hub of the primary, and back the same way
// Rules: bytes arrive whole, once and in order, or the link is closed; the other side's pace is known by `waitingBytes`, and
//        no more than a window is handed over ahead of it, so that what waits can be counted, and refused, in one place.

import { concatBytes } from "@bowline/protocol/internal";

/** Carries batches of frames to the other side. */
export interface Link {
  /** How many bytes have been handed over that the other side, or the system, has not taken yet. */
  readonly waitingBytes: number;
  send(batch: Uint8Array): void;
  close(): void;
}

/** What a link tells whoever uses it. */
export interface LinkEvents {
  received(batch: Uint8Array): void;
  /** `waitingBytes` has become less. */
  drained(): void;
  /** It is over; told once, unless it was closed by this side. */
  closed(): void;
}

/** As much is handed to a link ahead of what the other side takes. */
const WINDOW_BYTES = 512 * 1024;
/** Frames are joined up to this size, since every batch costs a call into the system, or a message between threads. */
const BATCH_BYTES = 128 * 1024;
/** So many places of frames that have gone are kept before the list is cut. */
const MOST_GONE = 1024;
const EMPTY = new Uint8Array(0);

/** What waits to go over a link. */
export class Outbox {
  readonly #link: Link;
  #frames: Uint8Array[] = [];
  #next = 0;
  #bytes = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** How many bytes wait here and in the link. */
  get waitingBytes(): number {
    return this.#bytes + this.#link.waitingBytes;
  }

  /** Whether nothing waits here. */
  get isEmpty(): boolean {
    return this.#next === this.#frames.length;
  }

  /** Whether more would only wait. */
  get isFull(): boolean {
    return this.waitingBytes >= WINDOW_BYTES;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.byteLength;
  }

  /** Hands over as much as the link takes. */
  flush(): void {
    while (this.#next < this.#frames.length && this.#link.waitingBytes < WINDOW_BYTES)
      this.#link.send(this.#nextBatch());
    if (this.#next === 0 || (this.#next < this.#frames.length && this.#next < MOST_GONE)) return;
    this.#frames = this.#frames.slice(this.#next);
    this.#next = 0;
  }

  #nextBatch(): Uint8Array {
    const only = this.#frames.length === 1 ? this.#frames.pop() : undefined;
    // Where nothing else waits, nothing has to be cut.
    if (only !== undefined) {
      this.#bytes -= only.byteLength;
      return only;
    }
    const from = this.#next;
    let bytes = 0;
    let frame = this.#frames[from];
    while (frame !== undefined && (bytes === 0 || bytes + frame.byteLength <= BATCH_BYTES)) {
      bytes += frame.byteLength;
      this.#next += 1;
      frame = this.#frames[this.#next];
    }
    this.#bytes -= bytes;
    const [first, ...more] = this.#frames.slice(from, this.#next);
    // What has been handed over is not kept until the rest has gone as well.
    this.#frames.fill(EMPTY, from, this.#next);
    return first !== undefined && more.length === 0 ? first : concatBytes([first ?? EMPTY, ...more]);
  }
}
