// What stays known of the request that opened a connection, apart from the platform's own object.
// Place: **bytes** -> engine server -> connection -> socket layer, which makes handshakes of it
// Rules: programs let go of `conn.request` to save memory: what is kept here does not hold it.

import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { RequestHead } from "./http-exchange.ts";

/** The head of a request that is over. */
class KeptHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly #headers: ReturnType<RequestHead["headers"]>;

  constructor(head: RequestHead) {
    this.method = head.method;
    this.target = head.target;
    this.remoteAddress = head.remoteAddress;
    this.secure = head.secure;
    this.#headers = head.headers();
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  headers(): ReturnType<RequestHead["headers"]> {
    return this.#headers;
  }
}

/** The head of a request for as long as its connection lives. */
export function keepHead(head: RequestHead): RequestHead {
  return head.native === undefined ? head : new KeptHead(head);
}

/** What programs get to see of a request: the platform's own object where there is one. */
export function nativeRequest(head: RequestHead): NativeRequest;
export function nativeRequest(head: RequestHead): unknown {
  return head.native?.req ?? head;
}
