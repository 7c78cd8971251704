// A look at what a broker brings before it is believed: whatever has access to the broker can write there, and servers of
// other versions do.
// Place: the broker -> **message check** -> cluster adapter
// Rules: whom something is for has to be said, since nobody means everybody; only events are broadcast; kinds of later
//        versions are let through, and are nobody's business then.

import { MAX_ELEMENTS } from "@bowline/protocol/internal";
import type { SocketDetails } from "../contract.ts";
import { isCount, isList } from "./foreign-fields.ts";
import { MessageType } from "./message.ts";

const EVENT_TYPES: ReadonlySet<unknown> = new Set([2, 5]);

/** Ids of servers and questions are kept for a while. */
const MAX_ID_LENGTH = 256;

/** The longest time that timers know, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** An answer in more messages than this is none. */
const MAX_PARTS = 100_000;

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isName(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}

function areNames(value: unknown): boolean {
  return isList(value) && value.every(isName);
}

function isEvent(args: unknown): boolean {
  // They become the arguments of a call, which has no room for as many as a message has.
  // Nor has JSON a form for a name that is infinite: clients would be told of an event without one.
  return isList(args) && args.length <= MAX_ELEMENTS && (typeof args[0] === "string" || Number.isFinite(args[0]));
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function areOptions(options: unknown): boolean {
  const [except, flags] = [field(options, "except"), field(options, "flags")];
  return (
    areNames(field(options, "rooms")) &&
    (isAbsent(except) || areNames(except)) &&
    (isAbsent(flags) || typeof flags === "object")
  );
}

function isId(value: unknown): boolean {
  return isName(value) && String(value).length <= MAX_ID_LENGTH;
}

/** Whether the data of a message is what its kind asks for. */
function isComplete(type: unknown, data: unknown): boolean {
  const requestId = field(data, "requestId");
  const options = field(data, "opts");
  const packet = field(data, "packet");
  switch (type) {
    case MessageType.BROADCAST: {
      const isBroadcast = EVENT_TYPES.has(field(packet, "type")) && isEvent(field(packet, "data"));
      return isBroadcast && areOptions(options) && (isAbsent(requestId) || isId(requestId));
    }
    case MessageType.SOCKETS_JOIN:
    case MessageType.SOCKETS_LEAVE:
      return areOptions(options) && areNames(field(data, "rooms"));
    case MessageType.DISCONNECT_SOCKETS:
      return areOptions(options);
    case MessageType.FETCH_SOCKETS:
      return areOptions(options) && isId(requestId);
    case MessageType.SERVER_SIDE_EMIT:
      return isEvent(packet) && (isAbsent(requestId) || isId(requestId));
    case MessageType.BROADCAST_CLIENT_COUNT:
      return isId(requestId) && isCount(field(data, "clientCount"));
    case MessageType.FETCH_SOCKETS_RESPONSE: {
      const parts = field(data, "parts");
      return isId(requestId) && (isAbsent(parts) || (isCount(parts) && parts <= MAX_PARTS));
    }
    case MessageType.SERVER_SIDE_EMIT_RESPONSE:
    case MessageType.BROADCAST_ACK:
      return isId(requestId);
    default:
      return true;
  }
}

/** What is wrong with a message or an answer; undefined where it can be taken. */
export function faultOf(message: unknown): Error | undefined {
  const type = field(message, "type");
  if (typeof type !== "number") return new TypeError("it is no message");
  const uid = field(message, "uid");
  if (typeof uid !== "string" || !isId(uid)) return new TypeError("it does not say which server it is of");
  if (!isComplete(type, field(message, "data"))) return new TypeError(`its data is not that of kind ${type}`);
  return undefined;
}

function isSocketDetails(value: unknown): value is SocketDetails {
  const [id, handshake, rooms] = [field(value, "id"), field(value, "handshake"), field(value, "rooms")];
  return typeof id === "string" && typeof handshake === "object" && handshake !== null && areNames(rooms);
}

/** The sockets that an answer tells of; what is none of them is left out. */
export function socketsIn(answer: unknown): readonly SocketDetails[] {
  const sockets: unknown = field(answer, "sockets");
  return isList(sockets) ? sockets.filter(isSocketDetails) : [];
}

/** How many sockets an answer tells of; servers that count for nobody tell of each. */
export function countIn(answer: unknown): number {
  const count = field(answer, "count");
  return isCount(count) ? count : socketsIn(answer).length;
}

/** How long clients may take to answer, in milliseconds, where a message says so in a way that a timer understands. */
export function timeoutIn(flags: unknown): number | undefined {
  const timeout = field(flags, "timeout");
  return typeof timeout === "number" && timeout > 0 && timeout <= MAX_TIMER_MS ? timeout : undefined;
}
