// Which session the first request of a connection belongs to, as far as its first bytes tell.
// Place: connection -> **first bytes** -> the worker that has the session
// Rules: nothing is decided about the request: whoever is not understood here is handed to any worker, whose parser says what
//        is wrong; no more than the first line is looked at.

/** A session's id in the query of a request. */
const SESSION = /[?&]sid=([\w-]{1,64})(?:[&#]|$)/;
/** Methods are upper case; a TLS handshake begins with byte 22, and so is none. */
const METHOD = /^[A-Z]/;

/**
 * Looks for the session's id in the beginning of a connection.
 * @param head the first bytes, one character for each.
 * @returns the id, an empty text where there is none, and undefined where more bytes have to come first.
 */
export function sessionInHead(head: string): string | undefined {
  if (head === "") return undefined;
  if (!METHOD.test(head)) return "";
  const end = head.indexOf("\n");
  if (end === -1) return undefined;
  const [, target = ""] = head.slice(0, end).trimEnd().split(" ");
  return SESSION.exec(target)?.[1] ?? "";
}
