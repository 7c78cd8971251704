// One direction of a wire in memory: what goes in comes out later, in order, or not at all.
// Place: bytes -> **link** -> carrier of a pipe -> engine dialect -> session
// Rules: first in, first out, whatever the delays are; what a silent or lossy link swallows is gone for ever and nobody is told.

import type { Clock } from "@bowline/protocol/internal";
import { createSeededRandom } from "./seeded-random.ts";

/** How a link treats what it carries. */
export interface LinkOptions {
  readonly clock: Clock;
  /** Milliseconds that everything takes at least; 0 by default, which still is a timer and never synchronous. */
  readonly delayMs?: number;
  /** Up to this many milliseconds more, decided by the seed; 0 by default. */
  readonly jitterMs?: number;
  /** Share of what is sent, 0 to 1, that never arrives; 0 by default. */
  readonly loss?: number;
  /** Decides delays and losses; 1 by default. */
  readonly seed?: number;
}

/** One direction of a wire. */
export class Link {
  readonly #options: LinkOptions;
  readonly #random: () => number;
  #loss: number;
  #silent = false;
  #cut = false;
  #lastArrival = 0;
  #inFlight = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#loss = options.loss ?? 0;
    this.#random = createSeededRandom(options.seed ?? 1).fraction;
  }

  /** How many things are on their way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sends something: `arrive` runs when and if it gets there. */
  push(arrive: () => void): void {
    const { clock, delayMs = 0, jitterMs = 0 } = this.#options;
    const isLost = this.#random() < this.#loss;
    if (this.#cut || this.#silent || isLost) return;
    const arrival = Math.max(this.#lastArrival, clock.now() + delayMs + jitterMs * this.#random());
    this.#lastArrival = arrival;
    this.#inFlight += 1;
    clock.after(arrival - clock.now(), () => {
      this.#inFlight -= 1;
      if (!this.#cut && !this.#silent) arrive();
    });
  }

  /** Swallows everything, what is under way included, without telling anybody. */
  silence(): void {
    this.#silent = true;
  }

  /** Ends silence and losses for what is sent from now on. */
  heal(): void {
    this.#silent = false;
    this.#loss = 0;
  }

  /** Ends the link for good; what is under way never arrives. */
  cut(): void {
    this.#cut = true;
  }
}
