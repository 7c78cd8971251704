// The acknowledgements that one socket waits for: their timeouts, and their end when the connection is lost.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: an ack runs once; those that take an error first hear of a timeout and of the end, the others hear nothing.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

import type { Cancel, Clock } from "@bowline/protocol/internal";

/** What to do with an answer: called with an error or null first when `errorFirst`. */
export interface PendingAck {
  readonly errorFirst: boolean;
  settle(...args: unknown[]): void;
}

interface Entry {
  readonly ack: PendingAck;
  readonly stopTimer: Cancel | undefined;
}

/** The acks of one socket. */
export class PendingAcks {
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for an answer.
   * @param timeoutMs longest time to wait, in milliseconds; without it, any time.
   * @param expired called before the ack hears of the timeout.
   */
  expect(id: number, ack: PendingAck, timeoutMs: number | undefined, expired: () => void): void {
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : this.#clock.after(timeoutMs, () => {
            this.#entries.delete(id);
            expired();
            ack.settle(new Error("operation has timed out"));
          });
    this.#entries.set(id, { ack, stopTimer });
  }

  /** Takes an answer; one that nobody waits for is ignored. */
  reply(id: number, args: readonly unknown[]): void {
    const entry = this.#take(id);
    if (entry === undefined) return;
    if (entry.ack.errorFirst) entry.ack.settle(null, ...args);
    else entry.ack.settle(...args);
  }

  /**
   * Forgets what can no longer be answered.
   * @param isUnsent tells the ids whose events are still to be sent, and which are kept.
   */
  disconnected(isUnsent: (id: number) => boolean): void {
    for (const id of [...this.#entries.keys()]) {
      if (isUnsent(id)) continue;
      const entry = this.#take(id);
      if (entry?.ack.errorFirst === true) entry.ack.settle(new Error("socket has been disconnected"));
    }
  }

  #take(id: number): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    entry?.stopTimer?.();
    return entry;
  }
}
