// How long to wait before the next attempt: exponential, capped, with jitter against storms.
// Place: beside connection / namespace / socket: what a client's manager waits between two attempts
// Rules: pure, the random number is handed in; a finite number of milliseconds, however many attempts there were.
// Source: docs/protocol/socket-5.md, "Reconnecting"

/** The shape of the waiting times. */
export interface BackoffOptions {
  /** Delay before the first attempt, in milliseconds. */
  readonly minMs: number;
  /** No delay is longer than this, in milliseconds. */
  readonly maxMs: number;
  /** Share of the delay, 0 to 1, by which it is moved up or down at random. */
  readonly jitter: number;
}

/**
 * The delay before attempt number `attempt + 1`.
 * @param options shape of the delays, in milliseconds.
 * @param attempt how many attempts have been made since the connection was lost, from 0.
 * @param fraction a random number from 0 (inclusive) to 1 (exclusive).
 * @returns whole milliseconds, at most `maxMs`.
 */
export function backoffDelay(options: BackoffOptions, attempt: number, fraction: number): number {
  // Doubling without an end would give Infinity, and NaN once it is moved.
  const delay = options.minMs * 2 ** Math.min(attempt, 64);
  const moved = delay + delay * options.jitter * (2 * fraction - 1);
  return Math.floor(Math.min(moved, options.maxMs));
}
