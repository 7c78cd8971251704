// Connections of the program's pool that the bus borrows for one query each, and gives back at once.
// Place: log, store, inbox -> link -> **borrowed connections** -> the program's pool -> PostgreSQL
// Rules: never more than a few at a time, so that the program's own queries wait for no crowd of ours; who waits for its turn
//        is asked again whether it still makes sense; one that did not answer in time, or failed, is not used again.

import type { PostgresClient, PostgresPool, PostgresResult } from "./client-types.ts";
import { inTime, takeFrom } from "./connection.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is borrowed from, and how much. */
export interface BorrowingTerms {
  readonly pool: PostgresPool;
  readonly limit: number;
  readonly timeoutMs: number;
  readonly clock: Surroundings["clock"];
  /** Whether PostgreSQL is there: asked when a query has its turn. */
  isThere(): boolean;
}

/** What breaks rejects the query; without a listener it would end the process, too. */
function noError(): void {}

/** A few connections at a time. */
export class BorrowedConnections {
  readonly #terms: BorrowingTerms;
  readonly #waiting: (() => void)[] = [];
  #borrowed = 0;

  constructor(terms: BorrowingTerms) {
    this.#terms = terms;
  }

  /** Sends a query. */
  async query(text: string, values: unknown[]): Promise<PostgresResult> {
    await this.#turn();
    try {
      if (!this.#terms.isThere()) throw new Error("it has gone while the query waited for its turn");
      return await this.#ask(text, values);
    } finally {
      this.#pass();
    }
  }

  async #ask(text: string, values: unknown[]): Promise<PostgresResult> {
    const { pool, timeoutMs, clock } = this.#terms;
    const client: PostgresClient = await takeFrom(pool, timeoutMs, clock);
    client.on("error", noError);
    try {
      const result = await inTime(client.query(text, values), timeoutMs, clock);
      client.removeListener("error", noError);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#borrowed === this.#terms.limit) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#borrowed++;
    return undefined;
  }

  /** The next one takes the place, or it is free. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#borrowed--;
    else next();
  }
}
