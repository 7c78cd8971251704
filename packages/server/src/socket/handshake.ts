// What a program sees of the request that opened a socket, made when it is first asked for.
// Place: connection -> namespace -> socket (**handshake**)
// Rules: query and auth have no prototype, so that keys from the network cannot pose as methods.
// Source: docs/protocol/socket-5.md, "Connecting", and docs/protocol/socket-4.md, "Connecting"

import type { ConnectRequest } from "@bowline/protocol";
import { createRecord, type UserValue } from "@bowline/protocol/internal";
import type { RequestHead } from "../engine/http-exchange.ts";
import type { Query } from "../engine/query.ts";
import type { NativeHeaders } from "../runtime/node/native-types.ts";
import type { SocketPlatform } from "./runtime.ts";

/** Details of a socket's handshake. */
export interface Handshake {
  headers: NativeHeaders;
  /** When it was made, as text. */
  time: string;
  address: string;
  /** Whether the request came from a page of another origin. */
  xdomain: boolean;
  secure: boolean;
  /** When it was made, in milliseconds since 1970. */
  issued: number;
  url: string;
  query: Query;
  auth: { [key: string]: UserValue };
}

/** Where a handshake is taken from: the connection's request. */
export interface HandshakeSource {
  readonly head: RequestHead;
  readonly query: Query;
}

/**
 * Makes the handshake details of a socket.
 * @param request what the client sent for the namespace.
 * @param issued milliseconds since 1970.
 */
export function createHandshake(
  { head, query }: HandshakeSource,
  request: Pick<ConnectRequest, "auth" | "query">,
  issued: number,
  platform: Pick<SocketPlatform, "timeText">,
): Handshake {
  return {
    headers: head.headers(),
    time: platform.timeText(issued),
    address: head.remoteAddress,
    xdomain: head.header("origin") !== undefined,
    secure: head.secure,
    issued,
    url: head.target,
    query: createRecord(query, request.query),
    // A copy, which programs may change: who sent nothing shares the empty one with others.
    auth: createRecord(request.auth),
  };
}
