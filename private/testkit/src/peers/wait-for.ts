// Waiting for an event, with a failure that names what was awaited.
// Place: beside the peers; the suites wait for what happens and never for time to pass.
// Rules: a wait is bounded and its timer is gone when it ends.

import type { RawEmitter } from "./raw-surface.ts";

/** How long a wait lasts unless it says otherwise, in milliseconds. */
export const DEFAULT_WAIT_MS = 8000;

/**
 * Waits until an emitter emits an event.
 *
 * @param emitter - What is listened to.
 * @param event - The name of the event.
 * @param timeoutMs - How long to wait, in milliseconds.
 * @param subject - What the emitter is, for the message of a failure.
 * @returns The arguments of the event; fails, naming the event, when it did not come in time.
 */
export function waitFor(
  emitter: RawEmitter,
  event: string,
  timeoutMs: number = DEFAULT_WAIT_MS,
  subject = "the emitter",
): Promise<readonly unknown[]> {
  const arrival = new Promise<readonly unknown[]>((resolve) => {
    emitter.once(event, (...args) => resolve(args));
  });
  return within(arrival, timeoutMs, `"${event}" of ${subject}`);
}

/** A promise that is settled from outside, together with the way to wait for it within bounds. */
export interface Latch<Value> {
  /** Settles the latch; only the first call counts. */
  open(value: Value): void;
  /** Resolves when the latch is open and fails, naming the latch, when it is not open in time. */
  wait(timeoutMs?: number): Promise<Value>;
}

/**
 * Makes a latch.
 *
 * @param subject - What it stands for, for the message of a failure.
 * @returns The latch, closed.
 */
export function makeLatch<Value>(subject: string): Latch<Value> {
  let settle: (value: Value) => void = () => {};
  const opened = new Promise<Value>((resolve) => {
    settle = resolve;
  });
  return {
    open: (value) => settle(value),
    wait: (timeoutMs = DEFAULT_WAIT_MS) => within(opened, timeoutMs, subject),
  };
}

/**
 * Bounds a promise. A failure that nobody waits for any more, since something else failed first, is not reported again.
 *
 * @param pending - The promise.
 * @param timeoutMs - How long it may take, in milliseconds.
 * @param subject - What it stands for, for the message of a failure.
 * @returns The value of the promise; fails, naming the subject, when the promise is not settled in time.
 */
export function within<Value>(pending: Promise<Value>, timeoutMs: number, subject: string): Promise<Value> {
  const bounded = new Promise<Value>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`Cannot go on: ${subject} did not come within ${timeoutMs} ms`));
    }, timeoutMs);
    pending.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  bounded.catch(() => {});
  return bounded;
}
