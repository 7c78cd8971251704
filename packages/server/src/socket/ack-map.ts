// The answers that a socket awaits as a map of functions: so adapters, plugins and instrumentations know them.
// Place: adapter / plugins -> socket (**ack map**) -> inbox
// Rules: it keeps nothing itself; what is set here is answered, and forgotten at the end, as what an emit awaits.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { invoke, type PendingAcks } from "@bowline/protocol/internal";

/** What takes an answer. */
export type AnswerTaker = (...answer: unknown[]) => void;

/** The acks of one socket by the ids of their events. */
export class AckMap implements Iterable<[number, AnswerTaker]> {
  readonly #pending: PendingAcks;

  constructor(pending: PendingAcks) {
    this.#pending = pending;
  }

  /** How many answers are awaited. */
  get size(): number {
    return this.#pending.size;
  }

  has(id: number): boolean {
    return this.#pending.has(id);
  }

  /** What an answer to the event is handed to; calling it is answering. */
  get(id: number): AnswerTaker | undefined {
    return this.has(id) ? (...answer) => void this.#pending.reply(id, answer) : undefined;
  }

  /** Awaits an answer, instead of what awaited it before. */
  set(id: number, take: AnswerTaker): this {
    this.#pending.forget(id);
    this.#pending.expect(id, { settle: (answer) => invoke(take, answer) });
    return this;
  }

  /** Awaits it no more. @returns whether it was awaited. */
  delete(id: number): boolean {
    const had = this.has(id);
    this.#pending.forget(id);
    return had;
  }

  keys(): IterableIterator<number> {
    return this.#pending.ids().values();
  }

  *[Symbol.iterator](): IterableIterator<[number, AnswerTaker]> {
    for (const id of this.#pending.ids()) yield [id, (...answer) => void this.#pending.reply(id, answer)];
  }
}
