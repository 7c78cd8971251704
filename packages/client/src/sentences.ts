// What to do about each failure, in a sentence.
// Place: explain.ts puts what was tried and what came back before it; never in the bundle of a browser that does not ask.
// Rules: one sentence without a full stop, likely causes first, options and settings by their names.

import type { FailureCode, WarningCode } from "./failure-code.ts";

const PARSER =
  'if the server has a parser of its own, this client needs the same one: see the option "parser" of both sides';
const PATH = 'check the host, and the option "path" on both sides';

/** What to do about each failure. */
export const ADVICE: Readonly<Record<FailureCode, string>> = {
  CONNECTION_REFUSED: "check that the server runs and listens on this port",
  CONNECTION_RESET: `the other side hung up without an answer; ${PATH}, and whether it speaks TLS, which takes "https" in the URL`,
  HOST_UNKNOWN: "check the name of the host",
  HOST_UNREACHABLE: "there is no way to this address; check the network, the address and any firewall between",
  NETWORK_ERROR: "check the network, and what stands between this client and the server",
  NETWORK_OR_CORS:
    "the browser does not tell pages why, but its console does; check, in this order, that the server runs at this " +
    "address, that its CORS settings allow the origin of this page, that a page of https asks for https, that the " +
    "certificate is trusted, and that no extension or proxy blocks the request",
  OFFLINE: "the browser has lost its network; the client comes back by itself when reconnection is on",
  REQUEST_INVALID: "the platform cannot make this request; check the URL, the headers and the subprotocols",
  TIMEOUT:
    'check that the server runs there and is not overloaded, and the option "path" on both sides, since some servers ' +
    "leave other paths unanswered; or allow more time",
  TLS_NOT_SPOKEN: 'the port speaks no TLS; use "http" in the URL, or the port for TLS',
  TLS_REQUIRED: 'the port takes TLS only; use "https" in the URL',
  TLS_UNTRUSTED:
    'the certificate is not trusted; hand in the one that signed it as the option "ca", and use the host it is made out to',
  ANSWER_TOO_LARGE: "it is cut off to keep memory in bounds",
  BAD_REQUEST: "the server, its allowRequest, or a proxy before it, does not take the request",
  FORBIDDEN: "the server's allowRequest or origin check, or a proxy, refused it",
  NOT_SOCKET_IO: `no Socket.IO server answers there; ${PATH}`,
  PATH_NOT_FOUND: 'nothing is served there; check the host and the option "path" on both sides',
  PAYLOAD_TOO_LARGE: "the message is larger than the server takes; raise its maxHttpBufferSize, or the proxy's limit",
  REDIRECTED: "redirections are not followed; use the address it leads to",
  REVISION_REFUSED:
    'the server speaks another revision of the protocol; set the option "protocol" to 3 for a server of 2.x, or allowEIO3 on ' +
    "a server of 3.x or 4.x that shall serve clients of 2.x",
  SERVER_FAILED: "the server, or a proxy before it, failed",
  SESSION_UNKNOWN:
    "another node answered than the one that has the session, or the server was restarted; with several nodes, polling " +
    "needs sticky sessions",
  STATUS_UNEXPECTED: `only 200 is an answer of Socket.IO; ${PATH}`,
  TRANSPORT_REFUSED: 'the server does not serve this transport; compare the option "transports" of both sides',
  UNAUTHORIZED: "credentials are missing or wrong",
  UPGRADE_SWALLOWED:
    "the request for a WebSocket arrived as a plain one; let the proxy pass the headers Upgrade and Connection on",
  CONNECTION_CLOSED: "the server, or a proxy before it, closed the connection",
  CONNECTION_LOST:
    "the connection broke without a goodbye; the network, a proxy's timeout or the server's end may be why",
  NAMESPACE_REFUSED:
    "a middleware of the server refused this namespace; see its message, and the credentials in `auth`",
  NAMESPACE_UNKNOWN: "the server has no such namespace; it makes one by io.of(), and the path of the URL names it",
  NO_TRANSPORT: 'none of those in the option "transports" exists here',
  PARSE_ERROR: "what came is no packet; something on the way changes the data, or the server is at fault",
  PARSER_MISMATCH: `no packet was understood; ${PARSER}`,
  UPGRADE_FAILED:
    "the WebSocket could not be used; proxies often need to be told to pass the headers Upgrade and Connection on",
};

/** Whether a value is the code of a failure. */
export function isFailureCode(code: unknown): code is FailureCode {
  return typeof code === "string" && Object.hasOwn(ADVICE, code);
}

/** What programs are warned of. */
export const WARNINGS: Readonly<Record<WarningCode, (detail: string) => string>> = {
  BOWLINE_AUTH_NOT_SENT: () =>
    'Cannot send "auth" for the main namespace: servers of 2.x take it only in the URL; set the option authInQuery, or ' +
    "connect to another namespace",
  BOWLINE_BLOB_UNREADABLE: (error) => `Cannot send an event: its Blob could not be read (${error})`,
  BOWLINE_UNKNOWN_OPTION: (text) => `Option ${text} has no effect: this version of the client does not know it`,
};
