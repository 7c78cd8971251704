// The requests of a bus that the hub has not answered yet, in the order in which they went.
// Place: bus (**requests**) -> link -> hub
// Rules: the hub answers in order, so that an answer needs no number; each request is settled once, also when the link ends.

import type { BusError } from "@bowline/adapter/cluster";
import type { Frame } from "./frame.ts";

/** What becomes of a request. */
export interface Waiting {
  /** @param frame the answer; undefined where there is none but that it is done. */
  resolve(frame: Frame | undefined): void;
  reject(error: BusError): void;
}

/** So many places of settled requests are kept before the list is cut. */
const MOST_SETTLED = 1024;

/** Requests in order. */
export class Requests {
  #waiting: Waiting[] = [];
  #next = 0;

  get size(): number {
    return this.#waiting.length - this.#next;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** So many are done. */
  done(count: number): void {
    for (let left = count; left > 0; left--) {
      const waiting = this.#shift();
      if (waiting === undefined) return;
      waiting.resolve(undefined);
    }
  }

  answer(frame: Frame): void {
    this.#shift()?.resolve(frame);
  }

  refuse(error: BusError): void {
    this.#shift()?.reject(error);
  }

  /** The link is over. */
  rejectAll(error: BusError): void {
    const waiting = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const one of waiting) one.reject(error);
  }

  #shift(): Waiting | undefined {
    const waiting = this.#waiting[this.#next];
    if (waiting === undefined) return undefined;
    this.#next += 1;
    if (this.#next >= MOST_SETTLED || this.#next === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return waiting;
  }
}
