// What the client needs of its surroundings, handed in by the composition roots in entry/.
// Place: below bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: this is the only way out: no global, no module of Node, no timer is used beside it.

import type { Cancel, Clock, Random, Trace } from "@bowline/protocol/internal";
import type { FailureCode, WarningCode } from "./failure-code.ts";
import type { EngineOptions } from "./options.ts";

/** One HTTP request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What only the platform can make use of: TLS, agent, credentials. */
  readonly options: EngineOptions;
}

/** An answer, whole; bytes when its type is `application/octet-stream`, otherwise the text. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
}

/** Told one of both, once, and nothing after the request was cancelled. */
export interface HttpEvents {
  /** @param code which failure it is, where it is one that only the platform can tell. */
  answered(answer: HttpAnswer, code?: FailureCode): void;
  failed(error: unknown, code: FailureCode): void;
}

/** What a WebSocket is opened with. */
export interface WebSocketRequest {
  readonly url: string;
  readonly protocols: string | readonly string[] | undefined;
  readonly options: EngineOptions;
}

/** What a WebSocket tells; nothing after `closed`. */
export interface WebSocketEvents {
  opened(): void;
  message(data: string | Uint8Array): void;
  /** Something went wrong, or a plain answer came; `closed` follows. */
  failed(error: unknown, code: FailureCode | undefined, answer?: HttpAnswer): void;
  closed(code: number, reason: string): void;
}

/** An open or opening WebSocket. */
export interface WebSocketHandle {
  /** The platform's own object. */
  readonly native: unknown;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedBytes: number;
  /** Sends one message; `handedOver` is called when the platform has taken it, or with the reason why it did not. */
  send(data: string | Uint8Array, compress: boolean, handedOver?: (error?: unknown) => void): void;
  /** Starts the closing handshake. */
  close(): void;
  /** Gives the connection up: whatever becomes of it, nobody waits. */
  discard(): void;
}

/** A failure that is about to be told: an error, or the details of an end. */
export interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly description?: unknown;
  hint?: string;
}

/** Where the page comes from, where there is a page. */
export interface PageLocation {
  readonly protocol: string;
  readonly host: string;
}

/** The surroundings of a client. */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** The page's own address; looked at when a URL has to be completed. */
  page(): PageLocation | undefined;
  http(request: HttpRequest, events: HttpEvents): Cancel;
  webSocket(request: WebSocketRequest, events: WebSocketEvents): WebSocketHandle;
  /** An attachment as event handlers expect it here: a Buffer in Node, an ArrayBuffer in browsers. */
  binary(bytes: Uint8Array): unknown;
  readBlob(blob: Blob): Promise<ArrayBuffer>;
  /** Puts the sentence into what is about to be told of a failure, where sentences are at hand. */
  explain?(failure: Told): void;
  /** The one outlet for warnings; each code is told once. */
  warn(code: WarningCode, detail?: unknown): void;
  /** Warns of options that have no effect, where the platform knows all there are. */
  checkOptions?(options: object): void;
  /** Calls the listener when the network goes away or the page is left. */
  onLeave(event: "offline" | "beforeunload", listener: () => void): Cancel;
}
