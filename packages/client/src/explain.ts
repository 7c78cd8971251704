// The list of @bowline/client/explain: one sentence about each failure, fit to be shown and logged.
// Place: made from what connect-error.ts gathered; Node has it built in and fills `hint`, browsers load it on demand.
// Rules: a sentence says what was tried, what came back, and what to do; nothing is shown of a query; pure.

import type { FailureCode } from "./failure-code.ts";
import { ADVICE, isFailureCode } from "./sentences.ts";

export type { FailureCode };

/** What a sentence can be made of; the errors and details that listeners get have it. */
export interface Explainable {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly url?: unknown;
  readonly detail?: unknown;
  readonly description?: unknown;
  readonly context?: unknown;
  readonly cause?: unknown;
}

const EXCERPT_LENGTH = 120;

function field(source: unknown, name: string): unknown {
  return typeof source === "object" && source !== null ? Reflect.get(source, name) : undefined;
}

function textOf(source: unknown, name: string): string {
  const value = field(source, name);
  return typeof value === "string" ? value : "";
}

/** The body as far as it helps. */
function excerpt(body: string): string {
  if (body === "") return "";
  return `: ${JSON.stringify(body.length > EXCERPT_LENGTH ? `${body.slice(0, EXCERPT_LENGTH)}…` : body)}`;
}

/** What the platform said; an error of several addresses has no text of its own. */
function wordsOf(error: unknown): string {
  return textOf(error, "message") || textOf(error, "code");
}

/** Says that one revision was wanted and the other one is spoken there; the detail names the option and its value. */
function wrongRevision(detail: string): string {
  const [option, wanted] = detail.split(" ");
  const [there, remedy] =
    wanted === "4"
      ? ["in v2.x", "set it to 3"]
      : ["in v3.x or v4.x that does not serve clients in v2.x", "set allowEIO3 on the server"];
  const fix = option === "parser" ? "hand in one for that generation" : remedy;
  return (
    `It seems you are trying to reach a Socket.IO server ${there}, but the option "${option}" holds this client to the ` +
    `other protocol; leave it out, or ${fix}`
  );
}

/** What came, before the advice. */
function happening({ message, detail, cause }: Explainable, code: FailureCode): string {
  if (code !== "TIMEOUT" || typeof detail !== "number") return wordsOf(cause);
  return `${message === "timeout" ? "no connection" : "no answer came"} within ${detail} ms`;
}

/**
 * Says in a sentence what was tried, what came back, and what to do.
 *
 * On Node the errors of a connection, and the details of a `disconnect`, have it as their `hint`; in browsers it costs
 * bytes only where it is imported.
 * @param failure what a listener got: of `connect_error`, of a manager's `error`, or as the details of `disconnect`.
 * @returns the sentence; the message of anything else.
 * @example
 * import { io } from "@bowline/client";
 * import { explain } from "@bowline/client/explain";
 *
 * const socket = io("http://localhost:3000", { autoConnect: false });
 * socket.on("connect_error", (error) => console.log(explain(error)));
 */
export function explain(failure: Explainable): string {
  const { code, detail, context, cause } = failure;
  const url = textOf(failure, "url");
  if (!isFailureCode(code)) return textOf(failure, "message") || textOf(failure, "description");
  const advice = code === "REVISION_REFUSED" && typeof detail === "string" ? wrongRevision(detail) : ADVICE[code];
  if (url === "") return said(textOf(failure, "message") || textOf(failure, "description"), advice);
  const status = field(context, "status");
  const isAnswered = typeof status === "number" && status > 0;
  const answer = isAnswered ? `the server answered ${status}${excerpt(textOf(context, "responseText"))}` : "";
  // It was reached and said something useless: why, comes last.
  const isUseless = code === "NOT_SOCKET_IO" || code === "PARSE_ERROR";
  if (isUseless) return `Cannot use "${url}": ${said(answer, advice)}: ${wordsOf(cause)}`;
  if (isAnswered) return `Cannot use "${url}": ${said(answer, advice)}`;
  return `Cannot reach "${url}": ${said(happening(failure, code), advice)}`;
}

function said(words: string, advice: string): string {
  return words === "" ? advice : `${words}; ${advice}`;
}
