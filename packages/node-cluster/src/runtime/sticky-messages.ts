// What the primary and its workers say to each other about connections.
// Place: connection -> primary -> **message** -> worker
// Rules: what is not ours is the program's, and left alone.

const KEY = "bowline:sticky";

/** A worker takes connections; the session ids that it gives begin with this. */
export interface ReadyMessage {
  readonly what: "ready";
  readonly name: string;
}

/** A worker takes no more connections. */
export interface GoneMessage {
  readonly what: "gone";
}

/** A connection of the worker has ended. */
export interface ClosedMessage {
  readonly what: "closed";
  readonly number: number;
}

/** A connection goes along; its first bytes as base64. */
export interface ConnectionMessage {
  readonly what: "connection";
  readonly number: number;
  readonly head: string;
}

/** One of them. */
export type StickyMessage = ReadyMessage | GoneMessage | ClosedMessage | ConnectionMessage;

/** Writes a message. */
export function writeStickyMessage(message: StickyMessage): object {
  return { [KEY]: message };
}

/** Reads a message; undefined for those of the program. */
export function readStickyMessage(message: unknown): StickyMessage | undefined {
  const body: unknown = typeof message === "object" && message !== null ? Reflect.get(message, KEY) : undefined;
  if (typeof body !== "object" || body === null) return undefined;
  const field = (name: string): unknown => Reflect.get(body, name);
  switch (field("what")) {
    case "ready":
      return { what: "ready", name: String(field("name")) };
    case "gone":
      return { what: "gone" };
    case "closed":
      return { what: "closed", number: Number(field("number")) };
    case "connection":
      return { what: "connection", number: Number(field("number")), head: String(field("head")) };
    default:
      return undefined;
  }
}
