// A request and the way to answer it, as every runtime can offer them.
// Place: **bytes** -> engine dialect -> session
// Rules: polling and handshakes live over this alone; a runtime only translates its own request into it.

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly remoteAddress: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The value of a header by its lower-case name. */
  header(name: string): string | undefined;
  /** All headers, names in lower case. */
  headers(): Readonly<Record<string, string | string[] | undefined>>;
  /** The runtime's own request. */
  readonly native?: { readonly req: unknown };
}

/** What became of a body that was asked for. */
export type BodyResult = Uint8Array | "too-large" | "aborted";

/** A request of its own, with an answer to come. */
export interface HttpExchange {
  readonly head: RequestHead;
  /** Reads the body, of at most `limit` bytes. */
  body(limit: number): Promise<BodyResult>;
  /** Answers; a second answer is ignored. */
  respond(status: number, headers: Readonly<Record<string, string>>, body?: string | Uint8Array): void;
  /** Ends the connection without an answer. */
  destroy(): void;
  /** Has `listener` called if the client goes away before the answer. */
  onAborted(listener: () => void): void;
}

/** A WebSocket as every runtime can offer it. */
export interface WebSocketPort {
  /** Sends messages with as few system calls as possible, then calls `done`. */
  send(messages: readonly (string | Uint8Array)[], compress: boolean, done: (failure?: Error) => void): void;
  /** Sends a close frame without a code. */
  close(): void;
  /** Has the events called from now on; the listener before hears nothing more. */
  listen(events: WebSocketEvents): void;
}

/** What a WebSocket tells. */
export interface WebSocketEvents {
  message(data: string | Uint8Array): void;
  /** The connection is gone, with the error if there was one. */
  closed(error?: Error): void;
}

/** A request to become a WebSocket. */
export interface UpgradeExchange {
  readonly head: RequestHead;
  /** Completes the WebSocket handshake. */
  accept(opened: (port: WebSocketPort) => void): void;
  /** Answers 400 with a text and ends the connection. */
  refuse(message: string): void;
}
