// The names of everything that can go wrong with a connection.
// Place: given by the transports, the engine and the platforms; read by programs, and by explain.ts.
// Rules: a name never changes its meaning; each has a sentence in explain.ts, a row in docs/errors.md and a test with
//        real peers, which the gate checks; types only, so that names cost nothing where they are not given.

/** What a program is warned of. */
export type WarningCode = "BOWLINE_AUTH_NOT_SENT" | "BOWLINE_BLOB_UNREADABLE" | "BOWLINE_UNKNOWN_OPTION";

/** What went wrong with a connection. */
export type FailureCode =
  // Nobody answered.
  | "CONNECTION_REFUSED"
  | "CONNECTION_RESET"
  | "HOST_UNKNOWN"
  | "HOST_UNREACHABLE"
  | "NETWORK_ERROR"
  | "NETWORK_OR_CORS"
  | "OFFLINE"
  | "REQUEST_INVALID"
  | "TIMEOUT"
  | "TLS_NOT_SPOKEN"
  | "TLS_REQUIRED"
  | "TLS_UNTRUSTED"
  // The answer was no yes.
  | "ANSWER_TOO_LARGE"
  | "BAD_REQUEST"
  | "FORBIDDEN"
  | "NOT_SOCKET_IO"
  | "PATH_NOT_FOUND"
  | "PAYLOAD_TOO_LARGE"
  | "REDIRECTED"
  | "REVISION_REFUSED"
  | "SERVER_FAILED"
  | "SESSION_UNKNOWN"
  | "STATUS_UNEXPECTED"
  | "TRANSPORT_REFUSED"
  | "UNAUTHORIZED"
  | "UPGRADE_SWALLOWED"
  // There was a connection.
  | "CONNECTION_CLOSED"
  | "CONNECTION_LOST"
  | "NAMESPACE_REFUSED"
  | "NAMESPACE_UNKNOWN"
  | "NO_TRANSPORT"
  | "PARSE_ERROR"
  | "PARSER_MISMATCH"
  | "UPGRADE_FAILED";
