// Gives refusals of the engine their names, and brings them to the trace point `request.refused`.
// Place: bytes -> engine server, carriers (**refusals**) -> trace
// Rules: a name is derived from what was answered, so that the two never differ; of a request's target only the path is
//        told, since queries hold credentials; nothing is put together where nobody listens.
// Source: docs/errors.md, "Refusals of the server"

import type { CloseReason, Trace } from "@bowline/protocol/internal";
import type { RefusalCode } from "../refusal-code.ts";
import { REFUSALS } from "../refusal-sentences.ts";
import type { HandshakeError } from "./handshake.ts";
import type { RequestHead } from "./http-exchange.ts";

/** What a session is ended for, where the client is at fault. */
export class ClientFault extends Error {
  override readonly name = "ClientFault" as const;
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

const BY_NUMBER: readonly RefusalCode[] = [
  "BOWLINE_TRANSPORT_UNKNOWN",
  "BOWLINE_SESSION_UNKNOWN",
  "BOWLINE_METHOD_REFUSED",
  "BOWLINE_REQUEST_MALFORMED",
  "BOWLINE_REQUEST_FORBIDDEN",
  "BOWLINE_REVISION_UNSUPPORTED",
];

/** Of requests that all have the number of a bad one. */
const BY_NAME: ReadonlyMap<unknown, RefusalCode> = new Map<unknown, RefusalCode>([
  ["TRANSPORT_MISMATCH", "BOWLINE_TRANSPORT_MISMATCH"],
  ["PROTOCOL_MISMATCH", "BOWLINE_REVISION_MISMATCH"],
  ["TRANSPORT_HANDSHAKE_ERROR", "BOWLINE_UPGRADE_MISSING"],
  ["MIDDLEWARE_FAILURE", "BOWLINE_MIDDLEWARE_FAILED"],
  ["ID_GENERATION_ERROR", "BOWLINE_SESSION_ID_FAILED"],
  ["TOO_MANY_FORWARDED", "BOWLINE_TOO_MANY_FORWARDED"],
  ["TOO_MANY_CONNECTIONS", "BOWLINE_TOO_MANY_CONNECTIONS"],
  ["TOO_MANY_PENDING", "BOWLINE_TOO_MANY_PENDING"],
  ["SERVER_SHUTTING_DOWN", "BOWLINE_SHUTTING_DOWN"],
]);

/** The name of a refused request. */
export function refusalOf({ code, context }: Pick<HandshakeError, "code" | "context">): RefusalCode {
  return BY_NAME.get(context?.["name"]) ?? BY_NUMBER[code] ?? "BOWLINE_REQUEST_FORBIDDEN";
}

/** The name of what a session was ended for; undefined where it just ended. */
export function endRefusal(reason: CloseReason | string, cause: unknown): RefusalCode | undefined {
  if (cause instanceof ClientFault) return cause.code;
  if (reason === "ping timeout") return "BOWLINE_PONG_MISSING";
  if (reason === "parse error") return "BOWLINE_PACKET_UNDECODABLE";
  if (reason !== "transport error") return undefined;
  // The error of `ws` for a message over its limit.
  if (cause instanceof Error && Reflect.get(cause, "code") === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") {
    return "BOWLINE_MESSAGE_TOO_LARGE";
  }
  if (cause instanceof RangeError) return "BOWLINE_BUFFER_OVER_LIMIT";
  return cause instanceof SyntaxError ? "BOWLINE_PING_UNEXPECTED" : undefined;
}

/** Tells of a refused request. */
export function traceRefusedRequest(
  trace: Trace,
  head: RequestHead,
  code: RefusalCode,
  details: Readonly<Record<string, unknown>>,
): void {
  const point = trace("request.refused");
  if (!point.active) return;
  const [path] = head.target.split("?");
  point.publish({
    code,
    hint: REFUSALS[code],
    method: head.method,
    path,
    remoteAddress: head.remoteAddress,
    ...details,
  });
}
