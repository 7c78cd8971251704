// Looks at what another node claims of a request or of its answer, before anything is done with it.
// Place: node link -> forwarding (forward message, **check**) -> engine server
// Rules: a head has what a client could have sent, an answer what a session could have given: no header that splits an
//        answer in two, no method but those that sessions take, no status that is none.
// Source: RFC 9110, 5.1 "Field Names" and 5.5 "Field Values"

import { createRecord } from "@bowline/protocol/internal";
import type { AnswerHeaders, BodyCompression, HeadFacts } from "../http-exchange.ts";

/** Why a relayed WebSocket has ended. */
export interface StreamEnd {
  /** What the platform said, where it was no ordinary end. */
  readonly message?: string;
  /** Its code, such as that of a message over the limit. */
  readonly code?: string;
}

/** An answer but for its body. */
export interface AnswerFacts {
  readonly status: number;
  readonly added: AnswerHeaders;
  readonly headers: AnswerHeaders;
  readonly compression: BodyCompression | undefined;
  readonly isConfirmed: boolean;
}

const MAX_HEADERS = 2000;
const MAX_TARGET_LENGTH = 65_536;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** What ends a line, or a word of one, stands in no target; what is not of ASCII does, where a client has put it there. */
const CONTROL_OR_SPACE = /[\0-\x20\x7f]/;
/** RFC 9110, 5.5: runtimes refuse to write anything else. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

type Facts = Readonly<Record<string, unknown>>;

function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(what: string): SyntaxError {
  return new SyntaxError(`Cannot read what a node has forwarded: ${what}`);
}

function factsOf(value: unknown): Facts {
  if (!isFacts(value)) throw refusal("it has no facts");
  return value;
}

/** Whether a text may be written as the value of a header. */
function isFieldValue(value: unknown): value is string {
  return typeof value === "string" && FIELD_VALUE.test(value);
}

/** Whether a text may have come as the value of a header, which some runtimes read as UTF-8: nothing in it ends a line. */
function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && !/[\0\r\n]/.test(value);
}

/** Reads the head of a request. @throws SyntaxError for what no client could have sent, or no session takes. */
export function readHead(value: unknown): HeadFacts {
  const { method, target, remoteAddress, secure, headers } = factsOf(value);
  if (method !== "GET" && method !== "POST") throw refusal("no session takes the method");
  if (typeof target !== "string" || target.length > MAX_TARGET_LENGTH || CONTROL_OR_SPACE.test(target)) {
    throw refusal("the target is none");
  }
  if (!isHeaderValue(remoteAddress) || typeof secure !== "boolean") throw refusal("the address is none");
  if (!Array.isArray(headers) || headers.length > 2 * MAX_HEADERS || headers.length % 2 !== 0) {
    throw refusal("the headers are no list of names and values");
  }
  const list: string[] = [];
  for (const [index, text] of headers.entries()) {
    if (!isHeaderValue(text) || (index % 2 === 0 && !HEADER_NAME.test(text))) throw refusal("a header is none");
    list.push(text);
  }
  return { method, target, remoteAddress, secure, headers: list };
}

/** Reads the headers of an answer. @throws SyntaxError for those that no answer can have. */
export function readHeaders(value: unknown): AnswerHeaders {
  const entries = Object.entries(factsOf(value));
  if (entries.length > MAX_HEADERS) throw refusal("the headers are too many");
  const headers: Record<string, string | string[]> = createRecord();
  for (const [name, held] of entries) {
    if (!HEADER_NAME.test(name)) throw refusal("the name of a header is none");
    if (Array.isArray(held) && held.length <= MAX_HEADERS && held.every(isFieldValue)) headers[name] = held;
    else if (isFieldValue(held)) headers[name] = held;
    else throw refusal("the value of a header is none");
  }
  return headers;
}

function readCompression(value: unknown): BodyCompression | undefined {
  if (value === undefined) return undefined;
  const { from, settings } = factsOf(value);
  if (typeof from !== "number") throw refusal("the compression has no threshold");
  const read: Record<string, number> = createRecord();
  for (const [name, setting] of Object.entries(factsOf(settings))) {
    if (typeof setting !== "number") throw refusal("a setting of the compression is no number");
    read[name] = setting;
  }
  return { from, settings: read };
}

/** Reads an answer but for its body. @throws SyntaxError for one that no session could have given. */
export function readAnswer(value: unknown): AnswerFacts {
  const { status, added, headers, compression, isConfirmed } = factsOf(value);
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw refusal("the status is none");
  }
  if (typeof isConfirmed !== "boolean") throw refusal("it does not say whether it is to be confirmed");
  return {
    status,
    added: readHeaders(added),
    headers: readHeaders(headers),
    compression: readCompression(compression),
    isConfirmed,
  };
}

/** Reads why an upgrade was refused. @throws SyntaxError for what is no reason. */
export function readRefusal(value: unknown): { readonly message: string; readonly isPassing: boolean } {
  const { message, isPassing } = factsOf(value);
  if (typeof message !== "string" || typeof isPassing !== "boolean") throw refusal("the refusal has no reason");
  return { message, isPassing };
}

/** Reads why a WebSocket has ended. @throws SyntaxError for what is no reason. */
export function readEnd(value: unknown): StreamEnd {
  const { message, code } = factsOf(value);
  return {
    ...(typeof message === "string" && { message }),
    ...(typeof code === "string" && { code }),
  };
}
