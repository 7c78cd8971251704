// Socket.IO revision 4 above the codec, the one of 1.x and 2.x programs.
// Place: bytes -> engine dialect -> session -> socket codec + **socket dialect** -> connection / namespace / socket
// Rules: `/` is joined unasked; a client's data travels as a query of the namespace; a refusal is a string, or the data
//        that the program gave; socket ids follow from the session id.
// Source: docs/protocol/socket-4.md, "Connecting" and "Refusal"

import { isObject } from "../shared/record.ts";
import type { ConnectReply, ConnectRequest, ElderSocketDialect, Refusal, SocketDialect } from "./dialect.ts";
import { parseNamespaceQuery, writeNamespaceQuery } from "./namespace-query.ts";
import { CONNECT, CONNECT_ERROR, type SocketPacket } from "./packet.ts";
import { createTextParser } from "./text-codec.ts";

function socketId(namespace: string, sessionId: string): string {
  return namespace === "/" ? sessionId : `${namespace}#${sessionId}`;
}

function refused(namespace: string, { message, data }: Refusal): SocketPacket {
  // Decoders of this revision take strings and objects only; a number would even be read as an id.
  const isTold = isObject(data) || typeof data === "string";
  return { type: CONNECT_ERROR, nsp: namespace, data: isTold ? data : message };
}

/** Socket.IO revision 4, for clients. */
export const sio4Client: ElderSocketDialect = {
  revision: 4,
  joinsMainNamespaceByItself: true,

  connect(namespace: string, auth: Readonly<Record<string, unknown>>, query: string): SocketPacket {
    const joined = writeNamespaceQuery(query, auth);
    return { type: CONNECT, nsp: joined === "" ? namespace : `${namespace}?${joined}` };
  },

  readReply({ nsp }: SocketPacket, sessionId: string): ConnectReply {
    return { sid: socketId(nsp, sessionId) };
  },

  readRefusal({ data }: SocketPacket): Refusal {
    if (typeof data === "string") return { message: data };
    if (!isObject(data)) return { message: "" };
    const { message } = data;
    return { message: typeof message === "string" ? message : JSON.stringify(data), data };
  },
};

/** Socket.IO revision 4. */
export const sio4: SocketDialect = /* @__PURE__ */ Object.assign({}, sio4Client, {
  parser: /* @__PURE__ */ createTextParser(4),
  acceptsOffsets: false,

  readConnect({ nsp }: SocketPacket): ConnectRequest {
    const mark = nsp.indexOf("?");
    const query = parseNamespaceQuery(mark === -1 ? "" : nsp.slice(mark + 1));
    return { namespace: mark === -1 ? nsp : nsp.slice(0, mark), auth: query, query };
  },

  connected(namespace: string): SocketPacket {
    return { type: CONNECT, nsp: namespace };
  },

  refused,
  eventRefused: refused,
  socketId,
});
