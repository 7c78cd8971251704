// A request and the way to answer it, as every runtime can offer them.
// Place: **bytes** -> engine dialect -> session
// Rules: polling, handshakes, CORS, cookies and middlewares live over this alone; a runtime only translates its own
//        request into it.

import type { Outgoing } from "@bowline/protocol/internal";
import type { EngineQuery } from "./query.ts";

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
  /** The runtime's own request. Who looks hands it to a program, which may leave things on it. */
  readonly native?: { readonly req: unknown };
  /** Whether a program has got the runtime's own request, and may count on getting it again. */
  readonly isShown?: boolean;
  /** The query, where the runtime has read it already. */
  readonly query?: EngineQuery;
  /** The same head for as long as a connection lives: it holds on to nothing that a request alone needs. */
  keep?(): RequestHead;
  /** The connection goes on where another request came in: what carried this one is let go of. */
  moveTo?(later: RequestHead): void;
}

/** What is known of a request, as plain data. */
export interface HeadFacts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly remoteAddress: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Names in lower case and values in turn. */
  readonly headers: readonly string[];
}

/** Headers of an answer; a list is sent as that many headers of the same name. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>;

/** What middlewares written for Node take. */
export interface NativePair {
  readonly req: unknown;
  readonly res: unknown;
}

/** What requests of both kinds have in common. */
export interface Exchange {
  readonly head: RequestHead;
  /** The runtime's own request and response; undefined where a runtime has nothing of the kind. */
  readonly native: NativePair | undefined;
  /** Adds a header to the answer to come, or to the end of a WebSocket handshake; a refused upgrade goes without. */
  setHeader(name: string, value: string | readonly string[]): void;
}

/** What became of a body that was asked for. */
export type BodyResult = Uint8Array | "too-large" | "aborted";

/** When and how a body is compressed. */
export interface BodyCompression {
  /** Bytes from which on it is. */
  readonly from: number;
  /** Options of the runtime's zlib. */
  readonly settings: Readonly<Record<string, number>>;
}

/** A request of its own, with an answer to come. */
export interface HttpExchange extends Exchange {
  /** Whether somebody has answered already, as a middleware may do that hands on all the same. */
  readonly answered: boolean;
  /** Reads the body, of at most `limit` bytes; `done` is called once, at once where there is nothing to wait for. */
  body(limit: number, done: (body: BodyResult) => void): void;
  /**
   * Answers; a second answer is ignored.
   * @param compression when the body is compressed, if the client takes that; never by default.
   */
  respond(status: number, headers: AnswerHeaders, body?: string | Uint8Array, compression?: BodyCompression): void;
  /** Ends the connection without an answer. */
  destroy(): void;
  /** Has `listener` called if the client goes away before the answer; at once where it has gone already. */
  onAborted(listener: () => void): void;
  /**
   * Asks, before the answer, to be told what became of it, where it has a way to go before it is on the client's connection;
   * an exchange without it is that connection.
   * @param listener called once, and whether the answer is there.
   */
  onDelivered?(listener: (isDelivered: boolean) => void): void;
}

/** A WebSocket as every runtime can offer it. */
export interface WebSocketPort {
  /** The runtime's own WebSocket, where programs may know it. */
  readonly native?: unknown;
  /** Sends one message per frame with as few system calls as possible, then calls `done`. */
  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void;
  /** Sends a close frame without a code. */
  close(): void;
  /** Reads nothing more until `resume()`, where the runtime can do that; what it has read already may still be told. */
  pause?(): void;
  resume?(): void;
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
export interface UpgradeExchange extends Exchange {
  /** Completes the WebSocket handshake. */
  accept(opened: (port: WebSocketPort) => void): void;
  /**
   * Answers 400 with a text and ends the connection.
   * @param isPassing whether the next attempt may well succeed: the status is 503 then.
   */
  refuse(message: string, isPassing?: boolean): void;
}
