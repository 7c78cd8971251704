// Clients that were between two polls when the server closed: their next poll is answered with the goodbye.
// Place: bytes -> engine server (**goodbyes**) -> polling carrier
// Rules: the session itself has ended; only its last answer is still owed, and only for a moment, since a client that is
//        there polls again at once.
// Source: docs/protocol/engine-4.md, "Closing"

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Connection } from "./connection.ts";

/**
 * A client that is there polls again at once. One that has not done so within this time, in milliseconds, has gone, or is
 * told by the closed port; a program that closes its server waits as long.
 */
const LAST_POLL_MS = 200;

/** Who is still owed a goodbye. */
export class Goodbyes {
  readonly #clock: Clock;
  readonly #owed: Map<string, Connection> = new Map();
  readonly #waiting: (() => void)[] = [];
  #timer: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a connection whose session has just ended. */
  owe(connection: Connection): void {
    this.#owed.set(connection.id, connection);
    this.#timer ??= this.#clock.coarse(LAST_POLL_MS, () => {
      this.#owed.clear();
      this.#settle();
    });
  }

  /** The connection that a request belongs to, if its client is owed a goodbye; a GET is the last request that finds it. */
  find(method: string, sid: string): Connection | undefined {
    const connection = this.#owed.get(sid);
    if (connection !== undefined && method === "GET") {
      this.#owed.delete(sid);
      this.#settle();
    }
    return connection;
  }

  /** Settles when all goodbyes have been fetched, or it is too late for them. */
  said(): Promise<void> {
    if (this.#owed.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #settle(): void {
    if (this.#owed.size > 0) return;
    this.#timer?.();
    this.#timer = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
