// The data of the open packet, the first thing a server says.
// Place: bytes -> engine dialect -> **handshake** -> session
// Rules: unknown members are ignored; a missing maxPayload means that polling writes are not sliced.
// Source: docs/protocol/engine-4.md, "Handshake"

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
  if (typeof fields !== "object" || fields === null) {
    throw new SyntaxError("Cannot open the session: the open packet has no JSON object");
  }
  const sid: unknown = Reflect.get(fields, "sid");
  const upgrades: unknown = Reflect.get(fields, "upgrades");
  const pingInterval: unknown = Reflect.get(fields, "pingInterval");
  const pingTimeout: unknown = Reflect.get(fields, "pingTimeout");
  const maxPayload: unknown = Reflect.get(fields, "maxPayload");
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
