// One question to the other servers, until all of them have answered, have gone, or the time is up.
// Place: adapter -> cluster adapter (**server request**) -> the broker
// Rules: it is settled once; a server answers once; where it is known who has to answer, one that goes is waited for no
//        more, so that a dead server costs one lease and not every call.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import { IncompleteAnswersError } from "./incomplete-answers.ts";
import type { NodeId } from "./message.ts";

/** More answers, or parts of them, than this are nobody's but of somebody who makes them up. */
const MAX_ANSWERS = 100_000;

/** Told how a question went: the answers that came, with an error where some are missing. */
export type Settle = (error: IncompleteAnswersError | null, answers: readonly unknown[]) => void;

/** A broadcast that clients of other servers answer. */
export interface AckRequest {
  receivers(count: number): void;
  reply(answer: unknown): void;
  /** Stops waiting. */
  stop(): void;
  /** The servers that were known when it went out. */
  readonly asked: ReadonlySet<NodeId>;
  /** The servers that have told how many clients they ask. */
  readonly counted: Set<NodeId>;
}

/** A server says how many clients it asks; once. */
export function countReceivers(request: AckRequest | undefined, node: NodeId, count: number): void {
  if (request === undefined || request.counted.has(node)) return;
  request.counted.add(node);
  request.receivers(count);
}

/** A question to the other servers. */
export class ServerRequest {
  readonly #answers: unknown[] = [];
  readonly #answered: Set<NodeId> = new Set();
  /** How many parts have come of answers that were too large for one message. */
  readonly #parts: Map<NodeId, number> = new Map();
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
      this.#fail(`timeout reached: ${reason}`);
    });
  }

  /** A server has answered. @param parts in how many messages it does. */
  answer(node: NodeId, value: unknown, parts = 1): void {
    if (this.#answered.has(node) || this.#answers.length >= MAX_ANSWERS) return;
    this.#answers.push(value);
    const come = (this.#parts.get(node) ?? 0) + 1;
    this.#parts.set(node, come);
    if (come < parts) return;
    this.#answered.add(node);
    this.#missing?.delete(node);
    this.#finishIfComplete();
  }

  /** A server has gone, or has nothing to say. */
  gone(node: NodeId): void {
    if (this.#missing?.delete(node) === true) this.#finishIfComplete();
  }

  /** Nobody can answer any more, since the adapter has been closed. */
  close(): void {
    this.#fail("the adapter has been closed before all servers had answered");
  }

  #finishIfComplete(): void {
    const isComplete = this.#missing === undefined ? this.#answered.size >= this.#expected : this.#missing.size === 0;
    if (isComplete) this.#finish(null);
  }

  #fail(reason: string): void {
    this.#finish(new IncompleteAnswersError(reason, this.#answers, [...(this.#missing ?? [])]));
  }

  #finish(error: IncompleteAnswersError | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#stopTimer();
    this.#settle(error, this.#answers);
  }
}
