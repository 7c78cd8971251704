// What a server keeps count of over all its clients, so that none of them, nor many together, take more than their share.
// Place: server (**client limits**) -> connection
// Rules: a limit that is not set costs a comparison; what is refused is told at a trace point, and counted.
// Source: docs/security.md, "Limits"

import type { Clock } from "@bowline/protocol/internal";
import { HANDSHAKE_ERRORS, type HandshakeError } from "../engine/handshake.ts";
import type { ServerOptions } from "./options.ts";
import { RateLimiter } from "./rate-limit.ts";
import { UnfinishedMessages } from "./unfinished-messages.ts";

/** Room for two messages of ten attachments of the largest size, of which the last ones are on their way. */
const LARGEST_MESSAGES = 18;

/** To whom comes while too many have come and joined nothing yet. */
const TOO_MANY_PENDING: HandshakeError = {
  ...HANDSHAKE_ERRORS.badRequest,
  status: 503,
  answer: "Too many connections",
  context: { name: "TOO_MANY_PENDING" },
};

/** What is begun and not ended. */
export interface Unfinished {
  /** Messages whose attachments are still due. */
  readonly messages: number;
  /** Bytes of them that have come. */
  readonly bytes: number;
  /** Clients since 3.0 that have a connection and have joined no namespace. */
  readonly connections: number;
}

/** The limits of one server. */
export class ClientLimits {
  readonly unfinished: UnfinishedMessages;
  /** How many clients have a connection, and have joined no namespace yet; those of 2.x join one by themselves. */
  pending = 0;
  /** Undefined where the program has set no rates. */
  rates: RateLimiter | undefined;
  readonly #clock: Clock;
  readonly #options: () => ServerOptions;

  constructor(clock: Clock, options: () => ServerOptions) {
    this.#clock = clock;
    this.#options = options;
    this.unfinished = new UnfinishedMessages(clock, () => {
      const { maxHttpBufferSize, maxUnfinishedBytes, pingInterval, pingTimeout } = options();
      const maxBytes = maxUnfinishedBytes ?? LARGEST_MESSAGES * maxHttpBufferSize;
      return { maxBytes, timeoutMs: pingInterval + pingTimeout };
    });
    this.apply();
  }

  /** Takes the options that are in force now. */
  apply(): void {
    const { rateLimit } = this.#options();
    this.rates = rateLimit === undefined ? undefined : new RateLimiter(this.#clock, rateLimit);
  }

  /** Why another client is not let in now. */
  refusal(): HandshakeError | undefined {
    const { maxPendingConnections } = this.#options();
    return maxPendingConnections !== undefined && this.pending >= maxPendingConnections ? TOO_MANY_PENDING : undefined;
  }
}
