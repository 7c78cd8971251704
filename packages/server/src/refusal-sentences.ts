// What each refusal of the server means, and what to do about it, in a sentence.
// Place: refusal-code.ts -> **sentences** -> trace points of the engine and the socket layer
// Rules: cause first, then the fix; options and methods by their names; no value of a client stands in a sentence.
// Source: docs/errors.md, "Refusals of the server"

import type { RefusalCode } from "./refusal-code.ts";

/** A sentence for each refusal. */
export const REFUSALS: Readonly<Record<RefusalCode, string>> = {
  BOWLINE_TRANSPORT_UNKNOWN:
    'the transport that the client asks for is not served; compare the option "transports" of both sides',
  BOWLINE_SESSION_UNKNOWN:
    "no session has this id; give several nodes a cluster, or have the load balancer keep a client at one of them, and after a restart wait for clients to come back",
  BOWLINE_METHOD_REFUSED: "a handshake has to be a GET; look for a proxy that changes methods",
  BOWLINE_REQUEST_MALFORMED:
    "the request has characters or values that no client sends; look for what probes the server, or for a broken proxy",
  BOWLINE_TRANSPORT_MISMATCH:
    "the session uses another transport by now; look for a proxy that repeats requests, or a client that keeps polling after its upgrade",
  BOWLINE_REVISION_MISMATCH:
    "the session speaks another revision of the protocol than this request; two clients seem to share a session id",
  BOWLINE_UPGRADE_MISSING:
    "a WebSocket was asked for by a plain request; let the proxy pass the headers Upgrade and Connection on",
  BOWLINE_MIDDLEWARE_FAILED:
    "an engine middleware or the function of the option cors failed, or refused; see the error",
  BOWLINE_SESSION_ID_FAILED: "generateId failed, or gave no id, or one that is in use; have it give unique texts",
  BOWLINE_REQUEST_FORBIDDEN: "allowRequest, or the list of allowed origins, said no; see what they decide by",
  BOWLINE_REVISION_UNSUPPORTED: "the client is of 2.x, and those are not served; set allowEIO3 to serve them",
  BOWLINE_SHUTTING_DOWN: "the server is being drained or closed; take it out of the load balancer before",
  BOWLINE_TOO_MANY_FORWARDED:
    "more requests than maxForwarded wait at the other nodes; see whether those are well, or raise it",
  BOWLINE_TOO_MANY_CONNECTIONS: "there are as many sessions as maxConnections allows; raise it, or add a server",
  BOWLINE_TOO_MANY_PENDING:
    "as many clients as maxPendingConnections allows have joined no namespace yet; look for what only opens connections, or raise it",
  BOWLINE_NAMESPACE_UNKNOWN: "no namespace of this name was made, and no pattern matches it; make it by io.of()",
  BOWLINE_NAMESPACE_REFUSED: "a middleware of the namespace said no; the client knows its message",
  BOWLINE_NAMESPACE_FAILED:
    'a middleware of the namespace failed, so that the client was refused; see the event "handler_error"',
  BOWLINE_TOO_MANY_NAMESPACES:
    "one connection asked for more namespaces than maxNamespaces allows; raise it, or use rooms",
  BOWLINE_NAMESPACES_FULL:
    "there are as many namespaces as maxChildNamespaces allows, and somebody is in each that was made on demand; raise it, or narrow the pattern",
  BOWLINE_CONNECT_LATE: "the client joined no namespace within connectTimeout; look for what only opens connections",
  BOWLINE_PACKET_UNDECODABLE:
    "the client sent what is no packet, or one beyond a limit; compare the parsers of both sides, and maxAttachments",
  BOWLINE_PACKET_OUT_OF_PLACE:
    "the client sent a packet for a namespace that it is not in, or asked for one twice; look for a client that is no Socket.IO client",
  BOWLINE_MISSED_TOO_MUCH:
    "what a recovered client missed went from the log while middlewares judged it; it starts anew, and maxLogBytes may be raised",
  BOWLINE_MESSAGE_TOO_LARGE: "the message is larger than maxHttpBufferSize; raise it, or have clients send less",
  BOWLINE_UNFINISHED_OVER_LIMIT:
    "messages whose attachments are still due came to more than maxUnfinishedBytes, and this client had sent nothing for the longest time; raise it, or have clients send less at once",
  BOWLINE_MESSAGE_ABANDONED:
    "attachments of a message were due, and none came for pingInterval and pingTimeout; look at the client",
  BOWLINE_RATE_OVER_LIMIT:
    "the client sent more in a second than rateLimit allows; raise it, or have clients send less often",
  BOWLINE_TOO_MANY_ROOMS:
    "the program had the socket join more rooms than maxRoomsPerSocket allows; raise it, or look at who chooses the rooms",
  BOWLINE_REQUESTS_OVERLAP:
    "a session had two polls, or two posts, at the same time, or sent bytes that its revision has not; look for a proxy that repeats requests",
  BOWLINE_BUFFER_OVER_LIMIT:
    "more than maxBufferedBytes waited for a client that reads too slowly; send less, send volatile, or raise it",
  BOWLINE_PING_UNEXPECTED: "the client sent a ping that is ours to send; it seems to speak the other revision",
  BOWLINE_PONG_MISSING: "the client was silent for pingInterval and pingTimeout; its network is gone, or it is busy",
};
