// The answers to one broadcast: gathered until everybody who was asked has answered, or the time is up.
// Place: adapter -> **broadcast answers** -> the user's ack
// Rules: it is settled once, and not before the broadcast is out and every server has told how many clients it asked;
//        answers of servers that never told that are of use all the same, once the time is up.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { Cancel, Clock } from "@bowline/protocol/internal";

/** The error of a broadcast that not everybody answered in time; the answers that came are in `responses`. */
export class BroadcastTimeoutError extends Error {
  override readonly name = "BroadcastTimeoutError";
  readonly code = "BOWLINE_BROADCAST_TIMEOUT";
  readonly responses: readonly unknown[];

  constructor(responses: readonly unknown[]) {
    super("operation has timed out");
    this.responses = responses;
  }
}

/** Gathers the answers to one broadcast. */
export class BroadcastAnswers {
  readonly #settle: (error: Error | null, answers: readonly unknown[]) => void;
  readonly #answers: unknown[] = [];
  #expectedAnswers = 0;
  #serversHeard = 0;
  /** How many servers ask their clients; unknown at first. */
  #servers = Number.POSITIVE_INFINITY;
  #stopTimer: Cancel | undefined;
  #isSettled = false;

  /** @param settle called once, with an error where answers are missing. */
  constructor(settle: (error: Error | null, answers: readonly unknown[]) => void) {
    this.#settle = settle;
  }

  /** Tells how many clients one server has asked. */
  readonly receivers = (count: number): void => {
    this.#expectedAnswers += count;
    this.#serversHeard++;
    this.#finishIfComplete();
  };

  /** Tells the arguments of one answer. */
  readonly reply = (answer: unknown): void => {
    this.#answers.push(answer);
    this.#finishIfComplete();
  };

  /**
   * Begins to wait, now that the broadcast is out.
   * @param timeoutMs milliseconds to wait.
   * @param serverCount how many servers there are; if that never becomes known the time limit settles it.
   */
  begin(timeoutMs: number, clock: Clock, serverCount: Promise<number> | number): void {
    this.#stopTimer = clock.after(timeoutMs, () => this.#finish(new BroadcastTimeoutError([...this.#answers])));
    const counted = (count: number): void => {
      this.#servers = count;
      this.#finishIfComplete();
    };
    if (typeof serverCount === "number") counted(serverCount);
    else serverCount.then(counted, () => undefined);
  }

  #finishIfComplete(): void {
    const isComplete = this.#serversHeard >= this.#servers && this.#answers.length >= this.#expectedAnswers;
    if (isComplete) this.#finish(null);
  }

  #finish(error: Error | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#stopTimer?.();
    this.#settle(error, [...this.#answers]);
  }
}
