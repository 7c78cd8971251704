// The time in which this process was awake: leases of others go by it.
// Place: clock -> **waking time** -> membership, heartbeats
// Rules: a process that stood still (stopped, swapped out, busy for long) has heard nobody meanwhile; what others have said
//        waits to be read, and until then its own silence is no sign that they are gone.

import type { Clock } from "@bowline/protocol/internal";

/** Counts at most one step between two looks; whoever is awake looks more often. */
export class WakingTime {
  readonly #clock: Pick<Clock, "now">;
  readonly #longestStepMs: number;
  #lookedAtMs: number;
  #nowMs: number;

  /** @param longestStepMs what counts at most between two looks, in milliseconds: more than those who are awake take. */
  constructor(clock: Pick<Clock, "now">, longestStepMs: number) {
    this.#clock = clock;
    this.#longestStepMs = longestStepMs;
    this.#lookedAtMs = clock.now();
    this.#nowMs = this.#lookedAtMs;
  }

  /** Milliseconds that never run backwards, and that begin as those of the clock do. */
  now(): number {
    const lookedAtMs = this.#clock.now();
    this.#nowMs += Math.min(lookedAtMs - this.#lookedAtMs, this.#longestStepMs);
    this.#lookedAtMs = lookedAtMs;
    return this.#nowMs;
  }
}
