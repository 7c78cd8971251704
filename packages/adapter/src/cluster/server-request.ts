// One question to the other servers, until all of them have answered, have gone, or the time is up.
// Place: adapter -> cluster adapter (**server request**) -> the broker
// Rules: it is settled once; a server answers once; where it is known who has to answer, one that goes is waited for no
//        more, so that a dead server costs one lease and not every call.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { NodeId } from "./message.ts";

/** Told how a question went: the answers that came, with an error where some are missing. */
export type Settle = (error: Error | null, answers: readonly unknown[]) => void;

/** A question to the other servers. */
export class ServerRequest {
  readonly #answers: unknown[] = [];
  readonly #answered: Set<NodeId> = new Set();
  /** Who has still to answer, where that is known. */
  readonly #missing: Set<NodeId> | undefined;
  readonly #expected: number;
  readonly #settle: Settle;
  readonly #stopTimer: Cancel;
  #isSettled = false;

  /**
   * @param respondents the servers that will answer, or how many there are.
   * @param timeoutMs longest time to wait, in milliseconds.
   * @param settle called once, and not before this returns.
   */
  constructor(respondents: ReadonlySet<NodeId> | number, timeoutMs: number, clock: Clock, settle: Settle) {
    this.#missing = typeof respondents === "number" ? undefined : new Set(respondents);
    this.#expected = typeof respondents === "number" ? respondents : respondents.size;
    this.#settle = settle;
    this.#stopTimer = clock.after(timeoutMs, () => {
      const reason = `only ${this.#answered.size} responses received out of ${this.#expected}`;
      this.#finish(new Error(`timeout reached: ${reason}`));
    });
  }

  /** A server has answered. */
  answer(node: NodeId, value: unknown): void {
    if (this.#answered.has(node)) return;
    this.#answered.add(node);
    this.#missing?.delete(node);
    this.#answers.push(value);
    this.#finishIfComplete();
  }

  /** A server has gone. */
  gone(node: NodeId): void {
    if (this.#missing?.delete(node) === true) this.#finishIfComplete();
  }

  /** Nobody can answer any more, since the adapter has been closed. */
  close(): void {
    this.#finish(new Error("the adapter has been closed before all servers had answered"));
  }

  #finishIfComplete(): void {
    const isComplete = this.#missing === undefined ? this.#answered.size >= this.#expected : this.#missing.size === 0;
    if (isComplete) this.#finish(null);
  }

  #finish(error: Error | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#stopTimer();
    this.#settle(error, this.#answers);
  }
}
