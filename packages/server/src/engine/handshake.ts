// Decides what a request to the engine is: a new session, part of a session, or nothing we know.
// Place: bytes -> **handshake** -> engine dialect -> session
// Rules: checks run in one fixed order, so that the same mistake always gets the same code;
//        ids are looked up in a Map, so that "__proto__" is as unknown as any other.
// Source: docs/protocol/engine-4.md, "Query" and "Errors"

import type { RequestHead } from "./http-exchange.ts";
import type { EngineOptions } from "./options.ts";
import type { EngineQuery } from "./query.ts";

/** Error codes and texts that clients match on. */
export const HANDSHAKE_ERRORS = {
  unknownTransport: { code: 0, message: "Transport unknown", status: 400 },
  unknownSession: { code: 1, message: "Session ID unknown", status: 400 },
  badMethod: { code: 2, message: "Bad handshake method", status: 400 },
  badRequest: { code: 3, message: "Bad request", status: 400 },
  forbidden: { code: 4, message: "Forbidden", status: 403 },
  unsupportedProtocol: { code: 5, message: "Unsupported protocol version", status: 400 },
} as const;

/** To whom comes while the server ends: load balancers take the status for what it is, and clients come back later. */
export const SHUTTING_DOWN: HandshakeError = {
  ...HANDSHAKE_ERRORS.badRequest,
  status: 503,
  answer: "Server shutting down",
  context: { name: "SERVER_SHUTTING_DOWN" },
};

/** To a node that forwards what it should have judged itself. */
export const NOT_FORWARDED: HandshakeError = { ...HANDSHAKE_ERRORS.badRequest, context: { name: "NOT_FORWARDED" } };

/** Why a request was refused. */
export interface HandshakeError {
  readonly code: number;
  readonly message: string;
  readonly status: number;
  /** What the client is told in the place of the message. */
  readonly answer?: string;
  /** What a program that watches `connection_error` learns besides. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What has to be known of an open session to judge a request for it. */
export interface KnownSession {
  readonly protocol: number;
  readonly carrier: { readonly name: string };
}

/** What a request turned out to be. */
export type Verdict<Session extends KnownSession> =
  | { readonly is: "session"; readonly session: Session }
  | { readonly is: "handshake" }
  | { readonly is: "refused"; readonly error: HandshakeError };

function refuse(error: HandshakeError, context: Readonly<Record<string, unknown>>): Verdict<never> {
  return { is: "refused", error: { ...error, context } };
}

/** Whether a header's text has characters that no honest peer puts there. */
function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function offers({ transports }: EngineOptions, transport: string): boolean {
  for (const name of transports) if (name === transport) return true;
  return false;
}

/** Judges a request. */
export function judge<Session extends KnownSession>(
  head: RequestHead,
  query: EngineQuery,
  isUpgrade: boolean,
  options: EngineOptions,
  sessions: ReadonlyMap<string, Session>,
): Verdict<Session> {
  const { transport, sid } = query;
  const { unknownTransport, unknownSession, badMethod, badRequest } = HANDSHAKE_ERRORS;
  // Over WebTransport clients come another way.
  if (transport === "webtransport" || !offers(options, transport))
    return refuse(unknownTransport, transport === "" ? {} : { transport });
  const origin = head.header("origin") ?? "";
  if (hasControlCharacter(origin)) return refuse(badRequest, { name: "INVALID_ORIGIN", origin });
  if (sid !== "") {
    const session = sessions.get(sid);
    if (session === undefined) return refuse(unknownSession, { sid });
    const previousTransport = session.carrier.name;
    if (!isUpgrade && previousTransport !== transport) {
      return refuse(badRequest, { name: "TRANSPORT_MISMATCH", transport, previousTransport });
    }
    const { revision } = query.dialect;
    if (session.protocol !== revision) {
      return refuse(badRequest, {
        name: "PROTOCOL_MISMATCH",
        protocol: revision,
        previousProtocol: session.protocol,
      });
    }
    return { is: "session", session };
  }
  if (head.method !== "GET") return refuse(badMethod, { method: head.method });
  if (transport === "websocket" && !isUpgrade) return refuse(badRequest, { name: "TRANSPORT_HANDSHAKE_ERROR" });
  return { is: "handshake" };
}
