// What only other generations ask: nodes of socket.io-redis 5 with their own numbers, and @socket.io/redis-adapter for ids
// and rooms alone. We ask nobody so, and answer.
// Place: cluster adapter -> wire (**elder requests**) -> bus -> Redis, and back the same way
// Rules: who asks in a form is answered in that form; the form travels inside the id of the request, so that nothing has
//        to be remembered; what a node of 2.x asks of one socket is done, and only that it was found is not told.
// Source: docs/protocol/cluster.md, "Requests of nodes of 2.x" and "Ids and rooms"

import { MessageType, type ResponseBody, type SocketDetails } from "@bowline/adapter";
import { memberOf } from "./foreign-values.ts";

/** The numbers that socket.io-redis 5 has. */
const ElderType = {
  CLIENTS: 0,
  CLIENT_ROOMS: 1,
  ALL_ROOMS: 2,
  REMOTE_JOIN: 3,
  REMOTE_LEAVE: 4,
  REMOTE_DISCONNECT: 6,
} as const;

/** A request as ours, without who asks and where. */
interface ReadRequest {
  readonly type: MessageType;
  readonly data: object;
}

type Answer = Extract<ResponseBody, { type: typeof MessageType.FETCH_SOCKETS_RESPONSE }>["data"];

// No request of anybody has an id with such a character in it.
const MARK = "\u0000";

const idsOf = (sockets: readonly SocketDetails[]): readonly string[] => sockets.map(({ id }) => id);

const roomsOf = (sockets: readonly SocketDetails[]): readonly string[] => [
  ...new Set(sockets.flatMap(({ rooms }) => [...rooms])),
];

/** Writes what sockets there are; no object at all where nothing is to be said. */
type WriteAnswer = (id: string, sockets: readonly SocketDetails[]) => readonly object[];

/** The forms of answers, by the mark of the request. */
const FORMS: ReadonlyMap<string, WriteAnswer> = new Map<string, WriteAnswer>([
  ["ids", (requestId, sockets) => [{ requestId, sockets: idsOf(sockets) }]],
  ["rooms", (requestId, sockets) => [{ requestId, rooms: roomsOf(sockets) }]],
  ["elder ids", (requestid, sockets) => [{ requestid, clients: idsOf(sockets) }]],
  ["elder rooms", (requestid, sockets) => [{ requestid, rooms: roomsOf(sockets) }]],
  // Who does not have the socket says nothing: the first answer counts.
  [
    "elder rooms of one",
    (requestid, sockets) => (sockets.length === 0 ? [] : [{ requestid, rooms: roomsOf(sockets) }]),
  ],
]);

/** @throws SyntaxError for an id that is none: not everything that JSON brings can be made a text. */
function fetch(form: string, requestId: unknown, rooms: unknown): ReadRequest {
  if (typeof requestId !== "string" && typeof requestId !== "number")
    throw new SyntaxError("Cannot read a request of another generation: its id is neither a text nor a number");
  const opts = { rooms, except: [], flags: {} };
  return { type: MessageType.FETCH_SOCKETS, data: { opts, requestId: `${form}${MARK}${requestId}` } };
}

/** Does something with one socket, which is found by the room of its own. */
function toOne(type: MessageType, request: unknown, data: object): ReadRequest {
  return { type, data: { opts: { rooms: [memberOf(request, "sid")], except: [], flags: {} }, ...data } };
}

/**
 * Reads a request that only others make.
 * @returns undefined where it is of the usual form; `unknown` where it is of an older one, and nobody's business.
 */
export function readElderRequest(request: unknown): ReadRequest | "unknown" | undefined {
  const of = (name: string): unknown => memberOf(request, name);
  return of("requestid") === undefined
    ? readLegacyRequest(request, of("requestId"))
    : readRequestOf2(request, of("requestid"));
}

function readRequestOf2(request: unknown, id: unknown): ReadRequest | "unknown" {
  switch (memberOf(request, "type")) {
    case ElderType.CLIENTS:
      return fetch("elder ids", id, memberOf(request, "rooms"));
    case ElderType.CLIENT_ROOMS:
      return fetch("elder rooms of one", id, [memberOf(request, "sid")]);
    case ElderType.ALL_ROOMS:
      return fetch("elder rooms", id, []);
    case ElderType.REMOTE_JOIN:
      return toOne(MessageType.SOCKETS_JOIN, request, { rooms: [memberOf(request, "room")] });
    case ElderType.REMOTE_LEAVE:
      return toOne(MessageType.SOCKETS_LEAVE, request, { rooms: [memberOf(request, "room")] });
    case ElderType.REMOTE_DISCONNECT:
      return toOne(MessageType.DISCONNECT_SOCKETS, request, { close: memberOf(request, "close") === true });
    default:
      // Among them what asks a function of the program (5).
      return "unknown";
  }
}

/** What @socket.io/redis-adapter asks, or asked in its first versions, in a form of its own. */
function readLegacyRequest(request: unknown, id: unknown): ReadRequest | undefined {
  const opts = memberOf(request, "opts");
  const type = memberOf(request, "type");
  if (type === 0) return fetch("ids", id, memberOf(opts, "rooms") ?? memberOf(request, "rooms"));
  if (type === 1) return fetch("rooms", id, []);
  if (opts !== undefined || memberOf(request, "sid") === undefined) return undefined;
  switch (type) {
    case 2:
      return toOne(MessageType.SOCKETS_JOIN, request, { rooms: [memberOf(request, "room")] });
    case 3:
      return toOne(MessageType.SOCKETS_LEAVE, request, { rooms: [memberOf(request, "room")] });
    case 4:
      return toOne(MessageType.DISCONNECT_SOCKETS, request, { close: memberOf(request, "close") === true });
    default:
      return undefined;
  }
}

/**
 * Writes the answer to a request of another form.
 * @returns undefined where the request was of the usual form.
 */
export function writeMarkedResponse({ requestId, sockets }: Answer): readonly object[] | undefined {
  // Whoever asked may have chosen a number.
  const id = String(requestId);
  const at = id.indexOf(MARK);
  if (at < 0) return undefined;
  return FORMS.get(id.slice(0, at))?.(id.slice(at + MARK.length), sockets) ?? [];
}
