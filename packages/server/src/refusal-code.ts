// The names of everything that a server refuses, and of what it ends a connection for.
// Place: given by the engine and the socket layer to their trace points; explained by refusal-sentences.ts
// Rules: a name never changes its meaning; each has a sentence, a row in docs/errors.md and a test with real peers, which the
//        gate checks; clients learn none of them: what they are told stays upstream's.
// Source: docs/errors.md, "Refusals of the server"

/** Why a server refused a request, a namespace or a packet, or ended a connection. */
export type RefusalCode =
  // Requests.
  | "BOWLINE_TRANSPORT_UNKNOWN"
  | "BOWLINE_SESSION_UNKNOWN"
  | "BOWLINE_METHOD_REFUSED"
  | "BOWLINE_REQUEST_MALFORMED"
  | "BOWLINE_TRANSPORT_MISMATCH"
  | "BOWLINE_REVISION_MISMATCH"
  | "BOWLINE_UPGRADE_MISSING"
  | "BOWLINE_MIDDLEWARE_FAILED"
  | "BOWLINE_SESSION_ID_FAILED"
  | "BOWLINE_REQUEST_FORBIDDEN"
  | "BOWLINE_REVISION_UNSUPPORTED"
  | "BOWLINE_SHUTTING_DOWN"
  | "BOWLINE_TOO_MANY_FORWARDED"
  | "BOWLINE_TOO_MANY_CONNECTIONS"
  | "BOWLINE_TOO_MANY_PENDING"
  // Namespaces.
  | "BOWLINE_NAMESPACE_UNKNOWN"
  | "BOWLINE_NAMESPACE_REFUSED"
  | "BOWLINE_NAMESPACE_FAILED"
  | "BOWLINE_TOO_MANY_NAMESPACES"
  | "BOWLINE_NAMESPACES_FULL"
  // Connections that are ended.
  | "BOWLINE_CONNECT_LATE"
  | "BOWLINE_PACKET_UNDECODABLE"
  | "BOWLINE_PACKET_OUT_OF_PLACE"
  | "BOWLINE_MISSED_TOO_MUCH"
  | "BOWLINE_MESSAGE_TOO_LARGE"
  | "BOWLINE_UNFINISHED_OVER_LIMIT"
  | "BOWLINE_MESSAGE_ABANDONED"
  | "BOWLINE_RATE_OVER_LIMIT"
  | "BOWLINE_TOO_MANY_ROOMS"
  | "BOWLINE_REQUESTS_OVERLAP"
  | "BOWLINE_BUFFER_OVER_LIMIT"
  | "BOWLINE_PING_UNEXPECTED"
  | "BOWLINE_PONG_MISSING";
