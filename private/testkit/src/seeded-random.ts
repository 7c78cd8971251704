// Randomness that a seed decides, so that a failing run can be run again.
// Place: handed to sessions, ids, jitter and the faults of the pipe wherever production uses cryptographic randomness.
// Rules: the same seed gives the same sequence on every platform; never used outside of tests.

import type { Random } from "@bowline/protocol/internal";

const TWO_TO_THE_32 = 4_294_967_296;

/** Randomness for tests. */
export interface SeededRandom extends Random {
  /** A whole number from 0 (inclusive) to `bound` (exclusive). */
  below(bound: number): number;
}

/**
 * Makes a generator (mulberry32: 32 bits of state, enough for tests, unfit for secrets).
 * @param seed any number; its lower 32 bits count.
 */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  return {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => next() & 0xff),
    fraction: () => next() / TWO_TO_THE_32,
    below: (bound: number) => Math.floor((next() / TWO_TO_THE_32) * bound),
  };
}
