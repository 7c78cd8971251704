// What is asked of the package `pg`, or of what looks like it: the program hands it in.
// Place: bus -> link -> **the client of the program** -> PostgreSQL
// Rules: only what is used, in types that the classes of `pg` 8 fit.

/** What a query gives. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
}

/** What comes over a channel. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A connection that was taken out of a pool. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  on(event: "notification", listener: (message: PostgresNotification) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** With `true` or an error the connection is not used again. */
  release(error?: Error | boolean): void;
}

/** A pool of connections, such as `new Pool()` of `pg`. */
export interface PostgresPool {
  /** How many connections there may be, where the pool tells. */
  readonly options?: { readonly max?: number | undefined };
  connect(): Promise<PostgresClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}
