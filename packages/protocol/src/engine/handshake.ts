// The data of the open packet, the first thing a server says.
// Place: bytes -> engine dialect -> **handshake** -> session
// Rules: unknown members are ignored; a missing maxPayload means that polling writes are not sliced.
// Source: docs/protocol/engine-4.md, "Handshake"

import { isObject } from "../shared/record.ts";

/** What a server announces when a session opens. */
export interface Handshake {
  readonly sid: string;
  readonly upgrades: readonly string[];
  /** Milliseconds between two heartbeats. */
  readonly pingInterval: number;
  /** Milliseconds within which a heartbeat has to be answered. */
  readonly pingTimeout: number;
  /** Largest polling body in bytes that the server takes. */
  readonly maxPayload?: number;
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value <= 0x7fffffff;
}

/**
 * Reads the data of an open packet.
 * @throws SyntaxError when it is no handshake.
 */
export function parseHandshake(data: unknown): Handshake {
  const fields: unknown = typeof data === "string" ? JSON.parse(data) : undefined;
  if (!isObject(fields)) {
    throw new SyntaxError("Cannot open the session: the open packet has no JSON object");
  }
  const { sid, upgrades, pingInterval, pingTimeout, maxPayload } = fields;
  if (typeof sid !== "string" || sid === "") {
    throw new SyntaxError("Cannot open the session: the open packet has no session id");
  }
  if (!isDuration(pingInterval) || !isDuration(pingTimeout)) {
    throw new SyntaxError("Cannot open the session: the open packet has no heartbeat times");
  }
  return {
    sid,
    upgrades: Array.isArray(upgrades) ? upgrades.filter((name) => typeof name === "string") : [],
    pingInterval,
    pingTimeout,
    ...(typeof maxPayload === "number" && maxPayload > 0 && { maxPayload }),
  };
}
