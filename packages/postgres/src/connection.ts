// One connection out of a pool, for as long as it lasts.
// Place: bus -> link (**connection**) -> PostgreSQL
// Rules: its end is told once, whatever told of it first; it never goes back into the pool, since it listens; an answer that
//        does not come in time is the end of it; one query is under way at a time, since clients of `pg` take no more.

import { BusError } from "@bowline/adapter/cluster";
import type { Cancel } from "@bowline/protocol/internal";
import type { PostgresClient, PostgresNotification, PostgresPool, PostgresResult } from "./client-types.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a connection tells of. */
export interface ConnectionEvents {
  notified(message: PostgresNotification): void;
  ended(error: unknown): void;
}

/**
 * Waits for an answer no longer than it may take.
 * @throws BusError when it does not come in time, otherwise what the answer is rejected with.
 */
export function inTime<Value>(answer: Promise<Value>, timeoutMs: number, clock: Surroundings["clock"]): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = `PostgreSQL has not answered within ${timeoutMs} ms; it is overloaded, or the network is cut`;
    const stop: Cancel = clock.after(timeoutMs, () => reject(new BusError("BOWLINE_BUS_TIMEOUT", late)));
    answer.finally(stop).then(resolve, reject);
  });
}

/** A connection of the pool; one that comes too late goes back. */
export async function takeFrom(
  pool: PostgresPool,
  timeoutMs: number,
  clock: Surroundings["clock"],
): Promise<PostgresClient> {
  const taken = pool.connect();
  try {
    return await inTime(taken, timeoutMs, clock);
  } catch (error) {
    taken.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  }
}

/** A connection that is the bus's own. */
export class Connection {
  readonly #client: PostgresClient;
  readonly #timeoutMs: number;
  readonly #clock: Surroundings["clock"];
  readonly #events: ConnectionEvents;
  /** The query that was sent last; never rejected. */
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(client: PostgresClient, timeoutMs: number, clock: Surroundings["clock"], events: ConnectionEvents) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#events = events;
    client.on("error", (error) => this.end(error));
    client.on("end", () => this.end(new Error("PostgreSQL has ended the connection")));
    client.on("notification", (message) => {
      if (!this.#isOver) events.notified(message);
    });
  }

  /** Sends a query behind those before it. */
  query(text: string, values?: unknown[]): Promise<PostgresResult> {
    const answer = this.#last.then(() => this.#send(text, values));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends it; what is under way is rejected by the client, what waits behind it by this. */
  end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.release(true);
    this.#events.ended(error);
  }

  async #send(text: string, values: unknown[] | undefined): Promise<PostgresResult> {
    if (this.#isOver) throw new Error("the connection has ended");
    try {
      return await inTime(this.#client.query(text, values), this.#timeoutMs, this.#clock);
    } catch (error) {
      if (error instanceof BusError) this.end(error);
      throw error;
    }
  }
}
