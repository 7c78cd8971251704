// Which failure an error of Node, of OpenSSL or of ws is, and which one an answer that browsers keep to themselves.
// Place: part of the composition root entry/node.ts, told by its HTTP requests and WebSockets.
// Rules: an error by its own code, never by its text, which changes with versions and languages; pure.

import { refusalCode } from "../detect-revision.ts";
import type { FailureCode } from "../failure-code.ts";
import type { HttpAnswer } from "../platform.ts";

const CODES: ReadonlyMap<unknown, FailureCode> = new Map<unknown, FailureCode>([
  ["ECONNREFUSED", "CONNECTION_REFUSED"],
  ["ECONNRESET", "CONNECTION_RESET"],
  ["EPIPE", "CONNECTION_RESET"],
  ["ENOTFOUND", "HOST_UNKNOWN"],
  ["EAI_AGAIN", "HOST_UNKNOWN"],
  ["EHOSTUNREACH", "HOST_UNREACHABLE"],
  ["ENETUNREACH", "HOST_UNREACHABLE"],
  ["EADDRNOTAVAIL", "HOST_UNREACHABLE"],
  ["ETIMEDOUT", "TIMEOUT"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS_NOT_SPOKEN"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "TLS_NOT_SPOKEN"],
  ["EPROTO", "TLS_NOT_SPOKEN"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS_UNTRUSTED"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "TLS_UNTRUSTED"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "TLS_UNTRUSTED"],
  ["UNABLE_TO_GET_ISSUER_CERT", "TLS_UNTRUSTED"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "TLS_UNTRUSTED"],
  ["CERT_HAS_EXPIRED", "TLS_UNTRUSTED"],
  ["CERT_NOT_YET_VALID", "TLS_UNTRUSTED"],
  ["CERT_UNTRUSTED", "TLS_UNTRUSTED"],
  ["CERT_REVOKED", "TLS_UNTRUSTED"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS_UNTRUSTED"],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "ANSWER_TOO_LARGE"],
]);

/** What is no HTTP at all, as of a port that something else listens on. */
const UNPARSABLE = /^HPE_/;

/** Names the failure. */
export function codeOfNodeError(error: unknown): FailureCode {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (typeof code === "string" && UNPARSABLE.test(code)) return "NOT_SOCKET_IO";
  return CODES.get(code) ?? "NETWORK_ERROR";
}

/** What an Engine.IO server says to a request for a WebSocket that came without its header Upgrade. */
const NO_UPGRADE = 3;

/** The words with which servers refuse a WebSocket: there they send no number. */
const REFUSALS: ReadonlyMap<unknown, FailureCode> = new Map<unknown, FailureCode>([
  ["Transport unknown", "TRANSPORT_REFUSED"],
  ["Session ID unknown", "SESSION_UNKNOWN"],
  ["Forbidden", "FORBIDDEN"],
  ["Unsupported protocol version", "REVISION_REFUSED"],
]);

/** Names the failure that an answer is, where it takes more than its status; undefined for all others. */
export function codeOfRefusal({ status, body }: HttpAnswer, isWebSocket: boolean): FailureCode | undefined {
  // Something on the way, or a server of something else, took it for a plain request.
  const isPlain = status < 300 || status === 426 || (status === 400 && refusalCode(body) === NO_UPGRADE);
  if (isWebSocket && isPlain) return "UPGRADE_SWALLOWED";
  if (status > 299 && status < 400) return "REDIRECTED";
  if (status !== 400 || typeof body !== "string") return undefined;
  return /HTTP .*HTTPS/.test(body) ? "TLS_REQUIRED" : REFUSALS.get(body);
}
