// What waits to leave: in order, counted in bytes, handed out in batches that fit the transport.
// Place: bytes <- engine dialect <- **session** <- socket codec
// Rules: order is kept; a batch holds at least one frame, so that a too large one fails at the peer and not in silence;
//        an outgoing packet that does not fit as a whole is split between frames and reports with its last one.
// Source: docs/protocol/engine-4.md, "Polling"

import type { Outgoing } from "./carrier.ts";
import type { CloseReason } from "./close-reason.ts";
import type { EngineDialect } from "./dialect.ts";

function sizeOf({ frames }: Outgoing): number {
  let size = 0;
  for (const { data } of frames) size += data.length;
  return size;
}

/** Most queues are empty most of the time, and share this one. */
const NOTHING: readonly Outgoing[] = [];

/** A first-in-first-out queue of outgoing packets. */
export class WriteQueue {
  #waiting: Outgoing[] | undefined;
  #size = 0;

  /** About how many bytes wait: a text counts its length, which is what it takes in memory at least. */
  get size(): number {
    return this.#size;
  }

  /** What waits, in order. */
  get waiting(): readonly Outgoing[] {
    return this.#waiting ?? NOTHING;
  }

  push(outgoing: Outgoing): void {
    // A list that is made with its only member takes no room for others; most batches have one.
    if (this.#waiting === undefined) this.#waiting = [outgoing];
    else this.#waiting.push(outgoing);
    this.#size += sizeOf(outgoing);
  }

  /**
   * Takes the next batch.
   * @param maxBytes most bytes of the batch; `Infinity` takes all.
   * @param dialect tells the bytes of a frame inside a batch.
   */
  take(maxBytes: number, dialect: Pick<EngineDialect, "elementBytes">): readonly Outgoing[] {
    const all = this.waiting;
    // Of most transports a batch may have any size, and nothing has to be counted.
    if (maxBytes !== Number.POSITIVE_INFINITY) {
      let bytes = 0;
      for (const [index, outgoing] of all.entries()) {
        for (const [at, frame] of outgoing.frames.entries()) {
          bytes += dialect.elementBytes(frame);
          if (bytes > maxBytes && index + at > 0) return this.#cut(index, at);
        }
      }
    }
    this.#empty();
    return all;
  }

  /** Drops everything; each packet learns why. */
  clear(failure: CloseReason): void {
    const dropped = this.waiting;
    this.#empty();
    for (const outgoing of dropped) outgoing.flushed?.(failure);
  }

  #cut(index: number, at: number): readonly Outgoing[] {
    const batch = this.waiting.slice(0, index);
    const rest = this.waiting.slice(index);
    const [first] = rest;
    if (first !== undefined && at > 0) {
      batch.push({ frames: first.frames.slice(0, at), compress: first.compress });
      rest[0] = { ...first, frames: first.frames.slice(at) };
    }
    this.#keep(rest);
    return batch;
  }

  #empty(): void {
    this.#waiting = undefined;
    this.#size = 0;
  }

  #keep(waiting: Outgoing[]): void {
    this.#waiting = waiting;
    this.#size = 0;
    for (const outgoing of waiting) this.#size += sizeOf(outgoing);
  }
}
