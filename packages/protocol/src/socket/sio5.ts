// Socket.IO revision 5 above the codec, the one of 3.x and 4.x programs.
// Place: bytes -> engine dialect -> session -> socket codec + **socket dialect** -> connection / namespace / socket
// Rules: every namespace is asked for; auth, replies and refusals are objects; a refusal that is a string, as older
//        servers send it, is taken for the message; socket ids are random and say nothing about the session.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import { createId, type Random } from "../shared/random.ts";
import { createRecord } from "../shared/record.ts";
import type {
  ClientSocketDialect,
  ConnectReply,
  ConnectRequest,
  RecoveryClaim,
  Refusal,
  SocketDialect,
} from "./dialect.ts";
import { CONNECT, CONNECT_ERROR, type SocketPacket } from "./packet.ts";
import { createTextParser } from "./text-codec.ts";

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownText(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

/**
 * How private ids of our servers begin where every event without an acknowledgement has an offset. It leaves 96 random
 * bits of an id; one in 16 million of another server's begins so by chance.
 */
export const MARKED_PID = "bwl_";

/**
 * Ids from here on stay with an event through all its attempts, so that a server can tell one that comes again. Clients give
 * them to events that they send until they are answered, and only at servers with marked private ids.
 */
export const FIRST_RETRIED_ID: number = 2 ** 40;

/** Socket.IO revision 5, for clients. */
export const sio5Client: ClientSocketDialect = {
  revision: 5,
  joinsMainNamespaceByItself: false,
  parser: /* @__PURE__ */ createTextParser(5),

  // The query travels in the URL alone.
  connect(
    namespace: string,
    auth: Readonly<Record<string, unknown>>,
    _query: string,
    claim?: RecoveryClaim,
  ): SocketPacket {
    const packet = { type: CONNECT, nsp: namespace };
    // The program's own members win: they may have any name.
    const data = { ...claim, ...auth };
    return Object.keys(data).length === 0 ? packet : { ...packet, data };
  },

  readReply({ data }: SocketPacket): ConnectReply {
    if (!isRecord(data)) return {};
    const sid = ownText(data, "sid");
    const pid = ownText(data, "pid");
    const offsets = pid?.startsWith(MARKED_PID) === true;
    return { ...(sid !== undefined && { sid }), ...(pid !== undefined && { pid }), ...(offsets && { offsets }) };
  },

  readRefusal({ data }: SocketPacket): Refusal {
    if (typeof data === "string") return { message: data };
    if (!isRecord(data)) return { message: "" };
    const message = ownText(data, "message") ?? "";
    return Object.hasOwn(data, "data") ? { message, data: data["data"] } : { message };
  },
};

// What most clients send, shared by all of them.
const NO_QUERY: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});
const NO_AUTH: Readonly<Record<string, unknown>> = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ createRecord());

/** Socket.IO revision 5. */
export const sio5: SocketDialect = /* @__PURE__ */ Object.assign({}, sio5Client, {
  acceptsOffsets: true,

  readConnect({ nsp, data }: SocketPacket): ConnectRequest {
    return { namespace: nsp, auth: isRecord(data) ? createRecord(data) : NO_AUTH, query: NO_QUERY };
  },

  connected(namespace: string, { sid, pid }: ConnectReply): SocketPacket {
    const data = pid === undefined ? { sid } : { sid, pid };
    return { type: CONNECT, nsp: namespace, data };
  },

  refused(namespace: string, { message, data }: Refusal): SocketPacket {
    return {
      type: CONNECT_ERROR,
      nsp: namespace,
      data: data === undefined ? { message } : { message, data },
    };
  },

  // A client would take it for the refusal of the whole namespace.
  eventRefused(): undefined {
    return undefined;
  },

  socketId(_namespace: string, _sessionId: string, random: Random): string {
    return createId(random);
  },
});
