// The answers that one socket waits for: their time limits, and their end when nobody can answer any more.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: an ack runs at most once; one that takes an error or null first hears of the timeout and of the end, the others
//        hear of neither; nothing is kept after the answer, the timeout or the end.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

import type { Cancel, Clock } from "../shared/clock.ts";
import { AckDisconnectedError, AckTimeoutError } from "./ack-errors.ts";

/** What to do with the answer to one event. */
export interface PendingAck {
  /** Called with the arguments of the answer; behind an error or null where the ack takes one. */
  readonly settle: (args: readonly unknown[]) => void;
  /** Whether the ack takes an error or null first; with a time limit it always does. */
  readonly takesError?: boolean;
  /** Longest time to wait, in milliseconds; without it, any time. */
  readonly timeoutMs?: number | undefined;
  /** Called when the time is up, before the ack hears of it. */
  readonly expired?: () => void;
}

interface Waiting {
  readonly settle: PendingAck["settle"];
  readonly takesError: boolean;
  readonly stopTimer: Cancel | undefined;
}

/** The acks of one socket. */
export class PendingAcks {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();

  /** @param clock keeps the time limits. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many answers are awaited. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether the answer to an event is awaited. */
  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** The ids of the events whose answers are awaited. */
  ids(): number[] {
    return [...this.#waiting.keys()];
  }

  /**
   * Waits for the answer to an event.
   * @param id the id that was sent with the event.
   * @throws TypeError when the id waits already.
   */
  expect(id: number, { settle, takesError = false, timeoutMs, expired }: PendingAck): void {
    if (this.#waiting.has(id)) throw new TypeError(`Cannot expect replies to "${id}": it waits for replies already`);
    const timedOut = () => {
      expired?.();
      this.#take(id)?.settle([new AckTimeoutError()]);
    };
    const stopTimer = timeoutMs === undefined ? undefined : this.#clock.after(timeoutMs, timedOut);
    this.#waiting.set(id, { settle, takesError: takesError || stopTimer !== undefined, stopTimer });
  }

  /**
   * Takes an answer.
   * @returns false when nobody waits for it.
   */
  reply(id: number, args: readonly unknown[]): boolean {
    const waiting = this.#take(id);
    waiting?.settle(waiting.takesError ? [null, ...args] : args);
    return waiting !== undefined;
  }

  /** Waits no more for the answer that has been awaited for the longest time; an ack that takes an error hears a timeout. */
  forgetOldest(): void {
    for (const id of this.#waiting.keys()) {
      const waiting = this.#take(id);
      if (waiting?.takesError === true) waiting.settle([new AckTimeoutError()]);
      return;
    }
  }

  /** Waits no more for an answer whose time is kept elsewhere; a late one is nobody's. */
  forget(id: number): void {
    this.#take(id);
  }

  /**
   * No answer will come any more: acks that take an error hear of it, the others are dropped.
   * @param guard runs each ack, so that one that throws keeps no other from hearing.
   * @param isKept tells the ids whose events are still to be sent, and may be answered.
   */
  disconnected(guard: (call: () => void) => void, isKept: (id: number) => boolean = () => false): void {
    for (const id of [...this.#waiting.keys()]) {
      const waiting = isKept(id) ? undefined : this.#take(id);
      if (waiting?.takesError === true) guard(() => waiting.settle([new AckDisconnectedError()]));
    }
  }

  /** It is gone before anybody is told, so that telling it may start anything. */
  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    waiting?.stopTimer?.();
    this.#waiting.delete(id);
    return waiting;
  }
}
