// The headers of a request as an object, from the list of names and values in which they came.
// Place: **bytes** -> node request head -> handshake, the user's code
// Rules: those of `message.headers` in Node's documentation.

import type { IncomingHttpHeaders } from "node:http";

/** Headers by their names in lower case. */
export type JoinedHeaders = IncomingHttpHeaders;

/** Of these the first one counts. */
const SINGLE: ReadonlySet<string> = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent",
]);

/** One header as a text; `set-cookie` is a list. */
export function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "object" ? value.join(", ") : value;
}

/**
 * Joins headers of the same name.
 * @param raw names and values in turn.
 */
export function joinHeaders(raw: readonly string[]): JoinedHeaders {
  const headers: JoinedHeaders = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? "";
    const value = raw[at + 1] ?? "";
    const earlier = headers[name];
    if (name === "set-cookie") headers[name] = [...(headers[name] ?? []), value];
    else if (typeof earlier !== "string") headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] = `${earlier}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}
