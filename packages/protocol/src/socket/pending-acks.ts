// The answers that one socket waits for: their time limits, and their end when nobody can answer any more.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: an ack runs at most once; one that takes an error or null first hears of the timeout and of the end, the others
//        hear of neither; nothing is kept after the answer, the timeout or the end.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

import type { Clock } from "../shared/clock.ts";
import { AckDisconnectedError, AckTimeoutError } from "./ack-errors.ts";
import { AckTable } from "./acks.ts";

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

/** The acks of one socket. */
export class PendingAcks {
  readonly #clock: Clock;
  readonly #table = new AckTable();
  /** How those that take an error hear of one. */
  readonly #failures = new Map<number, (error: Error) => void>();

  /** @param clock keeps the time limits. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many answers are awaited. */
  get size(): number {
    return this.#table.size;
  }

  /** The ids of the events whose answers are awaited. */
  ids(): number[] {
    return this.#table.ids();
  }

  /**
   * Waits for the answer to an event.
   * @param id the id that was sent with the event.
   * @throws TypeError when the id waits already.
   */
  expect(id: number, { settle, takesError = false, timeoutMs, expired }: PendingAck): void {
    if (!takesError && timeoutMs === undefined) {
      this.#table.expect(id, 1, (_, args) => settle(args));
      return;
    }
    let stopTimer: (() => void) | undefined;
    this.#table.expect(id, 1, (_, args) => {
      stopTimer?.();
      this.#failures.delete(id);
      settle([null, ...args]);
    });
    this.#failures.set(id, (error) => {
      stopTimer?.();
      this.forget(id);
      settle([error]);
    });
    if (timeoutMs === undefined) return;
    stopTimer = this.#clock.after(timeoutMs, () => {
      expired?.();
      this.#failures.get(id)?.(new AckTimeoutError());
    });
  }

  /**
   * Takes an answer.
   * @returns false when nobody waits for it.
   */
  reply(id: number, args: readonly unknown[]): boolean {
    return this.#table.reply(id, "", args);
  }

  /** Waits no more for an answer whose time is kept elsewhere; a late one is nobody's. */
  forget(id: number): void {
    this.#table.forget(id);
    this.#failures.delete(id);
  }

  /**
   * No answer will come any more: acks that take an error hear of it, the others are dropped.
   * @param guard runs each ack, so that one that throws keeps no other from hearing.
   * @param isKept tells the ids whose events are still to be sent, and may be answered.
   */
  disconnected(guard: (call: () => void) => void, isKept: (id: number) => boolean = () => false): void {
    for (const id of this.#table.ids()) {
      if (isKept(id)) continue;
      const fail = this.#failures.get(id);
      if (fail === undefined) this.#table.forget(id);
      else guard(() => fail(new AckDisconnectedError()));
    }
  }
}
