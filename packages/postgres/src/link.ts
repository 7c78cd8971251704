// The bus's way to PostgreSQL: a connection of its own that listens, which is replaced when it is lost, and the pool.
// Place: bus -> **link** -> connection, and the program's pool -> PostgreSQL
//
//   connecting --reached--> up --lost, or no answer--> down --reached--> up
//        \___________________\______________________\___closed--> closed
//
// Rules: it comes back by itself, later and later, with jitter; nothing is kept for a connection that is not there, but the
//        first attempt is waited for; it listens before anybody is told that it is there; no error is without a listener.

import { BusError, type BusStatus } from "@bowline/adapter/cluster";
import { backoffDelay, type Cancel } from "@bowline/protocol/internal";
import { BorrowedConnections } from "./borrowed-connections.ts";
import { ChannelSet } from "./channel-set.ts";
import type { PostgresClient, PostgresNotification, PostgresPool, PostgresResult } from "./client-types.ts";
import { Connection, takeFrom } from "./connection.ts";
import type { ResolvedOptions } from "./options.ts";
import { createTables, missingTables } from "./schema.ts";
import type { Surroundings } from "./surroundings.ts";

const FIRST_DELAY_MS = 100;

/** What an error says, for the end of a sentence. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a link tells of. */
export interface LinkEvents {
  notified(message: PostgresNotification): void;
  status(status: BusStatus): void;
}

/** The way to PostgreSQL. */
export class Link {
  readonly #channels: ChannelSet;
  readonly #pool: PostgresPool;
  readonly #options: ResolvedOptions;
  readonly #surroundings: Surroundings;
  readonly #events: LinkEvents;
  readonly #borrowed: BorrowedConnections;
  #status: BusStatus = "connecting";
  /** The one that is used, or that is about to be: it has to listen first. */
  #connection: Connection | undefined;
  /** The attempt that is under way, or the last one; never rejected. */
  #attempt: Promise<void> = Promise.resolve();
  #attempts = 0;
  #stopTimer: Cancel | undefined;
  #lastError: unknown;

  constructor(pool: PostgresPool, options: ResolvedOptions, surroundings: Surroundings, events: LinkEvents) {
    this.#pool = pool;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#events = events;
    this.#borrowed = new BorrowedConnections({
      pool,
      limit: options.maxPoolConnections,
      timeoutMs: options.answerTimeoutMs,
      clock: surroundings.clock,
      isThere: () => this.#status === "up",
    });
    this.#channels = new ChannelSet((text) => this.#ask(text));
  }

  get status(): BusStatus {
    return this.#status;
  }

  get #isClosed(): boolean {
    return this.#status === "closed";
  }

  /** Begins to connect. */
  open(): void {
    this.#pool.on("error", this.#poolFailed);
    this.#connect();
  }

  /** Lets the connection go, for good. */
  close(): void {
    if (this.#isClosed) return;
    this.#become("closed");
    this.#stopTimer?.();
    this.#pool.removeListener("error", this.#poolFailed);
    this.#connection?.end(undefined);
  }

  /** Waits for the first attempt, where it is still under way. @throws BusError where nobody is there. */
  async reached(what: string): Promise<void> {
    if (this.#status === "connecting") await this.#attempt;
    if (this.#status !== "up") throw this.#absent(what);
  }

  /** Sends a query over the bus's own connection, behind those before it. */
  async query(what: string, text: string, values: unknown[]): Promise<PostgresResult> {
    await this.reached(what);
    return this.#explained(what, this.#ask(text, values));
  }

  /** Sends a query over a connection that is borrowed from the pool. */
  async queryPool(what: string, text: string, values: unknown[]): Promise<PostgresResult> {
    await this.reached(what);
    return this.#explained(what, this.#borrowed.query(text, values));
  }

  /** Has what comes over a channel come in. */
  listen(what: string, channel: string): Promise<void> {
    return this.#explained(what, this.#channels.add(channel));
  }

  /** Has nothing more come over a channel; where PostgreSQL is away, that is so by that. */
  async unlisten(channel: string): Promise<void> {
    if (this.#status === "up") await this.#channels.delete(channel).catch(() => undefined);
    else this.#channels.forget(channel);
  }

  /** The pool tells of connections that it keeps for later; without a listener that would end the process. */
  readonly #poolFailed = (error: Error): void => {
    this.#lastError = error;
  };

  #become(status: BusStatus): void {
    const before = this.#status;
    this.#status = status;
    if (before !== status) this.#events.status(status);
  }

  #connect(): void {
    this.#attempt = this.#reach().catch((error: unknown) => {
      this.#lastError = error;
      this.#retryLater();
    });
  }

  async #reach(): Promise<void> {
    const { answerTimeoutMs } = this.#options;
    const { clock } = this.#surroundings;
    const connection: Connection = this.#own(await takeFrom(this.#pool, answerTimeoutMs, clock), (error) =>
      this.#ended(connection, error),
    );
    try {
      await this.#prepare(connection);
      if (this.#isClosed) throw this.#absent("connect");
      this.#connection = connection;
      await this.#channels.restart();
    } catch (error) {
      connection.end(error);
      throw error;
    }
    if (this.#connection !== connection || this.#isClosed) throw this.#lastError;
    this.#attempts = 0;
    this.#become("up");
    this.#pingLater(connection);
  }

  #own(client: PostgresClient, ended: (error: unknown) => void): Connection {
    const { answerTimeoutMs } = this.#options;
    const { clock } = this.#surroundings;
    return new Connection(client, answerTimeoutMs, clock, {
      notified: (message) => this.#events.notified(message),
      ended,
    });
  }

  async #prepare(connection: Connection): Promise<void> {
    // What is appended counts on it; the program may want another isolation for its own transactions.
    await connection.query("SET default_transaction_isolation = 'read committed'");
    if (!this.#options.createTables) return;
    const { text, values } = missingTables(this.#options);
    const { rows } = await connection.query(text, values);
    if (rows.length > 0) await connection.query(createTables(this.#options));
  }

  #ended(connection: Connection, error: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#lastError = error;
    // One that has never been up is the attempt's to tell of.
    if (this.#status !== "up") return;
    this.#become("down");
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    const shape = { minMs: FIRST_DELAY_MS, maxMs: this.#options.maxReconnectDelayMs, jitter: 0.5 };
    const delayMs = backoffDelay(shape, this.#attempts++, this.#surroundings.fraction());
    this.#stopTimer?.();
    this.#stopTimer = this.#surroundings.clock.after(delayMs, () => this.#connect());
  }

  /** Nothing else tells of a peer that is gone without a word. */
  #pingLater(connection: Connection): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#surroundings.clock.after(this.#options.pingIntervalMs, () => {
      connection.query("SELECT 1").then(
        () => this.#connection === connection && this.#pingLater(connection),
        (error: unknown) => connection.end(error),
      );
    });
  }

  async #ask(text: string, values?: unknown[]): Promise<PostgresResult> {
    if (this.#connection === undefined) throw this.#absent("ask");
    return this.#connection.query(text, values);
  }

  async #explained<Value>(what: string, answer: Promise<Value>): Promise<Value> {
    try {
      return await answer;
    } catch (error) {
      const told = `Cannot ${what}: PostgreSQL says "${reasonOf(error)}"`;
      if (error instanceof BusError) throw new BusError(error.code, `Cannot ${what}: ${error.message}`);
      throw this.#status === "up" ? new BusError("BOWLINE_BUS_REFUSED", told, error) : this.#absent(what);
    }
  }

  #absent(what: string): BusError {
    if (this.#isClosed) {
      return new BusError("BOWLINE_BUS_CLOSED", `Cannot ${what}: the bus has been closed`);
    }
    const reason = this.#lastError === undefined ? "" : ` (${reasonOf(this.#lastError)})`;
    const text = `Cannot ${what}: PostgreSQL is away${reason}; the bus goes on trying, see that the server runs`;
    return new BusError("BOWLINE_BUS_AWAY", text, this.#lastError);
  }
}
