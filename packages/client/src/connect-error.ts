// Errors of the connection: what was tried, what came back, and which failure that is.
// Place: made by the transports and the engine, told by manager ("error") and socket ("connect_error").
// Rules: `message` and `type` are exactly upstream's, since programs compare them; `code` says what went wrong, in a word
//        that stays; sentences are explain.ts's, which browsers load only on demand. No query is ever shown: credentials
//        may be in it.

import { refusalCode } from "./detect-revision.ts";
import type { FailureCode } from "./failure-code.ts";
import type { HttpAnswer } from "./platform.ts";

/** What is known about a failure. */
export interface Failure {
  /** What was asked, without its query. */
  readonly url: string;
  /** Status of the HTTP answer, when there was one. */
  readonly status?: number;
  /** Body of the answer. */
  readonly body?: string | Uint8Array;
  /** What the platform said, when there was no answer, or why the answer could not be used. */
  readonly error?: unknown;
  /** Which failure it is. */
  readonly code: FailureCode;
  /** What the sentence about it has to name: a time in milliseconds, an option. */
  readonly detail?: string | number;
}

/** Why an Engine.IO server refused a request, by the number in its answer. */
const REFUSALS: readonly FailureCode[] = [
  "TRANSPORT_REFUSED",
  "SESSION_UNKNOWN",
  "BAD_REQUEST",
  "BAD_REQUEST",
  "FORBIDDEN",
  "REVISION_REFUSED",
];

const STATUSES: Readonly<Record<number, FailureCode>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "PATH_NOT_FOUND",
  413: "PAYLOAD_TOO_LARGE",
};

/** Which failure an answer is, as far as every platform can tell. */
export function codeOfAnswer({ status, body }: HttpAnswer): FailureCode {
  const refusal = status === 400 || status === 403 ? refusalCode(body) : undefined;
  return REFUSALS[refusal ?? -1] ?? STATUSES[status] ?? (status > 499 ? "SERVER_FAILED" : "STATUS_UNEXPECTED");
}

/** The fields that programs of 4.x look at beside `status`. */
export interface TransportErrorContext {
  readonly status: number;
  readonly responseText: string;
}

/**
 * A failure of the connection below the sockets.
 *
 * `message` is one of the short texts that programs compare, such as `xhr poll error`; `code` says what went wrong.
 */
export class TransportError extends Error {
  readonly type = "TransportError";
  /** What went wrong. */
  readonly code: FailureCode;
  /** What was asked, without its query. */
  readonly url: string;
  /** What the sentence about it names: a time in milliseconds, an option. */
  readonly detail: string | number | undefined;
  /** The status of a polling request, 0 when there was no answer; otherwise what the platform, or a codec, threw. */
  readonly description: unknown;
  /** The answer to a request, when there was one; for polling always. */
  readonly context: TransportErrorContext | undefined;
  /** What was tried, what came back, what to do: on Node always, in browsers see `explain()` of `@bowline/client/explain`. */
  declare hint?: string;

  constructor(message: string, { url, status, body, error, code, detail }: Failure) {
    super(message, error === undefined ? {} : { cause: error });
    this.code = code;
    this.url = url;
    this.detail = detail;
    const isRequest = message.startsWith("xhr");
    const said = body ?? (isRequest ? String(error ?? "") : "");
    const responseText = typeof said === "string" ? said : "";
    this.description = isRequest ? (status ?? 0) : error;
    this.context = isRequest || status !== undefined ? { status: status ?? 0, responseText } : undefined;
  }
}

/** Gives an error that is no transport's its code, unless it brings one. @returns the error. */
export function coded<Thrown extends Error>(error: Thrown, code: FailureCode): Thrown {
  if (!("code" in error)) Reflect.set(error, "code", code);
  return error;
}

/**
 * What a platform throws when it is handed something that it cannot use, told without the query: its own message, and
 * its own fields, hold the whole URL.
 */
export function withoutQuery(thrown: unknown): Error {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Error(message.replaceAll(/[?][^\s"']*/g, "?…"));
}

/** An error of a connection, as listeners get it; one of another kind, as of a program's own parser, need not have a code. */
export interface FailureError extends Error {
  /** What went wrong, in a word that stays. */
  code?: FailureCode;
  /** What was tried, what came back, what to do: on Node always, in browsers see `explain()` of `@bowline/client/explain`. */
  hint?: string;
}

/** A connection that was lost without an error, as `disconnect` listeners get it. */
export interface CloseDetails {
  readonly description: string;
  readonly context?: unknown;
  /** What happened. */
  readonly code?: FailureCode;
  /** What to do about it: on Node always, in browsers see `explain()` of `@bowline/client/explain`. */
  hint?: string;
}

/** The end of a WebSocket that nobody here has closed. */
export function webSocketClosed(code: number, reason: string): CloseDetails {
  const closed = code === 1009 ? "PAYLOAD_TOO_LARGE" : "CONNECTION_CLOSED";
  return {
    description: "websocket connection closed",
    context: { code, reason },
    code: code === 1006 ? "CONNECTION_LOST" : closed,
  };
}

/** The end of a session that the server has said goodbye to, by a packet. */
export function closedByServer(): CloseDetails {
  return { description: "transport closed by the server", code: "CONNECTION_CLOSED" };
}

/** What to say when a server goes away without having sent a packet, as those do that understand none of ours. */
export function closedUnheard(details: Error | CloseDetails | undefined): Error | CloseDetails | undefined {
  // The network's end is not the server's.
  if (details instanceof Error || details?.code === "OFFLINE") return details;
  return { ...closedByServer(), ...details, code: "PARSER_MISMATCH" };
}

/** The message by which programs know a server of the other generation. */
export function wrongGeneration(wanted: 3 | 4): string {
  return `It seems you are trying to reach a Socket.IO server in ${wanted === 4 ? "v2.x" : "v3.x or v4.x"}`;
}
