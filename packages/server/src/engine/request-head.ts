// What stays known of the request that opened a connection, apart from the platform's own object.
// Place: **bytes** -> engine server -> connection -> socket layer, which makes handshakes of it
// Rules: a platform's request is dear, and thousands of connections are idle at a time: what is kept does not hold it.

import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { RequestHead } from "./http-exchange.ts";

/** The head of a request for as long as its connection lives. */
export function keepHead(head: RequestHead): RequestHead {
  return head.keep?.() ?? head;
}

/** What programs get to see of a request: the platform's own object where there is one. */
export function nativeRequest(head: RequestHead): NativeRequest;
export function nativeRequest(head: RequestHead): unknown {
  return head.native?.req ?? head;
}
