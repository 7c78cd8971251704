// How many messages and bytes a client may send in a second, where the program has set that: a token bucket for each.
// Place: session -> connection (**rate limit**) -> socket codec
// Rules: without the option there is nothing of it; what is counted are messages of Engine.IO, an attachment being one of its
//        own, and no heartbeats; who is over the limit is disconnected unless the program lets the message pass, since the
//        rest of a message that lacks a part would make no sense.
// Source: docs/security.md, "Rates"

import type { Clock } from "@bowline/protocol/internal";
import type { ClientConnection } from "./connection.ts";

/** What a client may send. */
export interface RateLimit {
  /** Messages in a second, over all namespaces of a client; each attachment is one. @default any number */
  readonly messages?: number;
  /** Bytes in a second. @default any number */
  readonly bytes?: number;
  /** The share of so many seconds may come at once. @default 5 */
  readonly burst?: number;
  /**
   * Asked for each message of a client that is over its limit: `true` lets the message pass, as where one wants to be told
   * only; anything else has the client disconnected.
   * @param client as `socket.client`: its `sockets`, `conn` and `request` say who it is.
   */
  readonly exceeded?: (client: ClientConnection) => unknown;
}

const DEFAULT_BURST_S = 5;
const MS_PER_S = 1000;

/** What a client may send right now. */
interface Bucket {
  messages: number;
  bytes: number;
  /** When that was last reckoned. */
  at: number;
}

/** Checks the rates of a program. @throws RangeError when a number is not one that can work. */
export function checkRateLimit(limit: RateLimit): void {
  for (const name of ["messages", "bytes", "burst"] as const) {
    const value = limit[name];
    if (value !== undefined && !(typeof value === "number" && value > 0)) {
      throw new RangeError(`Cannot use ${name} "${String(value)}" of the option rateLimit: give a number above 0`);
    }
  }
  if (limit.exceeded !== undefined && typeof limit.exceeded !== "function") {
    throw new TypeError("Cannot use exceeded of the option rateLimit: give a function");
  }
}

/** Watches the rates of all clients of a server. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #perSecond: { readonly messages: number; readonly bytes: number };
  readonly #burst: number;
  readonly #buckets: WeakMap<ClientConnection, Bucket> = new WeakMap();

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock;
    this.#limit = limit;
    this.#burst = limit.burst ?? DEFAULT_BURST_S;
    const { messages = Number.MAX_SAFE_INTEGER, bytes = Number.MAX_SAFE_INTEGER } = limit;
    this.#perSecond = { messages, bytes };
  }

  /** Takes a message of a client into account. @returns whether it may pass. */
  admits(client: ClientConnection, bytes: number): boolean {
    const bucket = this.#bucketOf(client);
    // One message of more than all that may come at once has to be able to come.
    const isWithin = bucket.messages >= 1 && bucket.bytes > 0;
    bucket.messages -= 1;
    bucket.bytes -= bytes;
    if (isWithin) return true;
    const passes = this.#limit.exceeded?.(client) === true;
    // Who is let off begins anew at nothing, and does not pay off later what was let pass.
    bucket.messages = Math.max(bucket.messages, 0);
    bucket.bytes = Math.max(bucket.bytes, 0);
    return passes;
  }

  #bucketOf(client: ClientConnection): Bucket {
    const now = this.#clock.now();
    const { messages, bytes } = this.#perSecond;
    const known = this.#buckets.get(client);
    if (known === undefined) {
      const full: Bucket = { messages: Math.max(messages * this.#burst, 1), bytes: bytes * this.#burst, at: now };
      this.#buckets.set(client, full);
      return full;
    }
    const seconds = (now - known.at) / MS_PER_S;
    known.messages = Math.min(known.messages + messages * seconds, Math.max(messages * this.#burst, 1));
    known.bytes = Math.min(known.bytes + bytes * seconds, bytes * this.#burst);
    known.at = now;
    return known;
  }
}
