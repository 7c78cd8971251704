// Errors of the connection: what was tried, what came back, what to do about it.
// Place: made by the transports and the engine, told by manager ("error") and socket ("connect_error").
// Rules: `message` and `type` are exactly upstream's, since programs compare them; our sentence stands in `hint`, and in
//        the message of `cause`, so that consoles print it. No query is ever shown: credentials may be in it.

/** What is known about a failure. */
export interface Failure {
  /** What was asked, without its query. */
  readonly url: string;
  /** Status of the HTTP answer, when there was one. */
  readonly status?: number;
  /** Body of the answer. */
  readonly body?: string | Uint8Array;
  /** What the platform said, when there was no answer. */
  readonly error?: unknown;
  /** Why it failed, where that is known better than by the status or the error. */
  readonly reason?: string;
}

const EXCERPT_LENGTH = 120;

/** What to do, by status of the answer. */
const STATUS_ADVICE: Readonly<Record<number, string>> = {
  401: "credentials are missing or wrong",
  403: "the server's allowRequest, or a proxy, refused it",
  404: 'nothing is served there; check the host and the option "path" on both sides',
  413: "the message is larger than the server takes; raise its maxHttpBufferSize",
};

/** The body as far as it helps. */
function excerpt(body: string | Uint8Array | undefined): string {
  if (typeof body !== "string" || body === "") return "";
  return `: ${JSON.stringify(body.length > EXCERPT_LENGTH ? `${body.slice(0, EXCERPT_LENGTH)}…` : body)}`;
}

/** One sentence about a failure, fit to be shown and logged. */
export function explain(failure: Failure): string {
  const { url, status, body, error, reason } = failure;
  if (status === undefined) {
    const said = error instanceof Error ? error.message : "no answer came";
    return `Cannot reach "${url}": ${reason ?? said}`;
  }
  const advice = reason ?? STATUS_ADVICE[status] ?? (status >= 500 ? "the server, or a proxy before it, failed" : "");
  return `Cannot use "${url}": the server answered ${status}${excerpt(body)}${advice === "" ? "" : `; ${advice}`}`;
}

/** The fields that programs of 4.x look at beside `status`. */
export interface TransportErrorContext {
  readonly status: number;
  readonly responseText: string;
}

/**
 * A failure of the connection below the sockets.
 *
 * `message` is one of the short texts that programs compare, such as `xhr poll error`; `hint` explains it.
 */
export class TransportError extends Error {
  override readonly name = "Error";
  readonly type = "TransportError";
  /** What was tried, what came back, what to do. */
  readonly hint: string;
  /** The HTTP status, or the platform's error when there was no answer. */
  readonly description: unknown;
  /** The answer, when there was one. */
  readonly context: TransportErrorContext | undefined;

  constructor(message: string, failure: Failure) {
    const hint = explain(failure);
    super(message, { cause: new Error(hint, failure.error === undefined ? {} : { cause: failure.error }) });
    this.hint = hint;
    this.description = failure.status ?? failure.error;
    this.context =
      failure.status === undefined
        ? undefined
        : { status: failure.status, responseText: typeof failure.body === "string" ? failure.body : "" };
  }
}

/**
 * What a platform throws when it is handed something that it cannot use, told without the query: its own message, and
 * its own fields, hold the whole URL.
 */
export function withoutQuery(thrown: unknown): Error {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Error(message.replaceAll(/[?][^\s"']*/g, "?…"));
}

/** A connection that was lost without an error, as `disconnect` listeners get it. */
export interface CloseDetails {
  readonly description: string;
  readonly context?: unknown;
  /** What to do about it, where something is known. */
  readonly hint?: string;
}

const PARSER_ADVICE =
  'if the server has a parser of its own, this client needs the same one: see the option "parser" of both sides';

/** What to say when the first thing that a server sent is no packet. */
export function notUnderstood(error: unknown): SyntaxError {
  const said = error instanceof Error ? error.message : "Cannot decode the packet: the parser does not say why";
  return new SyntaxError(`${said}; ${PARSER_ADVICE}`, { cause: error });
}

/** What to say when a server goes away without having sent a packet, as those do that understand none of ours. */
export function closedUnheard(details: Error | CloseDetails | undefined): Error | CloseDetails {
  // What has no context was the network's end, not the server's.
  if (details instanceof Error || (details !== undefined && details.context === undefined)) return details;
  const hint = `the server closed the connection before it sent a packet; ${PARSER_ADVICE}`;
  return { description: "transport closed by the server", ...details, hint };
}

/**
 * Says that one revision was wanted and the other one is spoken there.
 * @param option the option that holds the client to it.
 */
export function wrongRevision(wanted: 3 | 4, option: "protocol" | "parser"): string {
  const [there, remedy] =
    wanted === 4
      ? ["in v2.x", "set it to 3"]
      : ["in v3.x or v4.x that does not serve clients in v2.x", "set allowEIO3 on the server"];
  const fix = option === "parser" ? "hand in one for that generation" : remedy;
  return (
    `It seems you are trying to reach a Socket.IO server ${there}, but the option "${option}" holds this client to the ` +
    `other protocol; leave it out, or ${fix}`
  );
}

/** The failure of a connection over which no packet was understood. */
export function parserError(url: string): TransportError {
  const reason = 'no packet was understood; the server\'s parser may be another one, see the option "parser"';
  return new TransportError("parser error", { url, reason });
}
