// The channels that one connection listens to: as they are wanted, in as few queries as possible.
// Place: bus -> link (**channels**) -> PostgreSQL
// Rules: changes of one turn share a query, those made while one is under way share the next; a new connection knows nothing,
//        and hears of all at once.

import { quoteIdentifier } from "./names.ts";

/** How many channels one query names at most. */
const PER_QUERY = 500;

/** The channels of a connection. */
export class ChannelSet {
  readonly #run: (text: string) => Promise<unknown>;
  readonly #wanted: Set<string> = new Set();
  /** What the connection of now listens to; a new one gets a new set. */
  #heard: Set<string> = new Set();
  #last: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  /** @param run sends a query over the connection of now. */
  constructor(run: (text: string) => Promise<unknown>) {
    this.#run = run;
  }

  /** Wants a channel. @returns settles once PostgreSQL knows. */
  add(channel: string): Promise<void> {
    this.#wanted.add(channel);
    return this.#align();
  }

  /** Wants a channel no more. @returns settles once PostgreSQL knows. */
  delete(channel: string): Promise<void> {
    this.#wanted.delete(channel);
    return this.#align();
  }

  /** A channel is not wanted, and nobody need be told: the connection has gone. */
  forget(channel: string): void {
    this.#wanted.delete(channel);
  }

  /** Has a new connection listen to all that is wanted. */
  restart(): Promise<void> {
    this.#heard = new Set();
    return this.#align();
  }

  #align(): Promise<void> {
    if (this.#queued === undefined) {
      const queued = this.#last.then(() => {
        this.#queued = undefined;
        return this.#send(this.#heard);
      });
      this.#queued = queued;
      this.#last = queued.catch(() => undefined);
    }
    return this.#queued;
  }

  async #send(heard: Set<string>): Promise<void> {
    const added = [...this.#wanted].filter((channel) => !heard.has(channel));
    const gone = [...heard].filter((channel) => !this.#wanted.has(channel));
    const steps = [
      ...added.map((channel) => ({ text: `LISTEN ${quoteIdentifier(channel)}`, done: () => heard.add(channel) })),
      ...gone.map((channel) => ({ text: `UNLISTEN ${quoteIdentifier(channel)}`, done: () => heard.delete(channel) })),
    ];
    for (let at = 0; at < steps.length; at += PER_QUERY) {
      const some = steps.slice(at, at + PER_QUERY);
      await this.#run(some.map(({ text }) => text).join("; "));
      for (const { done } of some) done();
    }
  }
}
