// Turns requests away: with the answer that clients know, and with what programs and tools are told.
// Place: **bytes** <- engine server (**turning away**)
// Rules: whatever a listener throws, the client gets its answer.
// Source: docs/protocol/engine-4.md, "Errors"

import type { NodeEmitter, Trace } from "@bowline/protocol/internal";
import type { HeaderWriter } from "./answer-headers.ts";
import type { EngineEvents } from "./engine-events.ts";
import { HANDSHAKE_ERRORS, type HandshakeError } from "./handshake.ts";
import type { HttpExchange, RequestHead, UpgradeExchange } from "./http-exchange.ts";
import type { RefusalCounts } from "./refusal-counts.ts";
import { refusalOf, traceRefusedRequest } from "./refusals.ts";
import { nativeRequest } from "./request-head.ts";

/** The status of what is for another server, or for later. */
const PASSING = 503;

/** Turns away for one engine. */
export class TurningAway {
  readonly #headers: HeaderWriter;
  readonly #trace: Trace;
  readonly #engine: NodeEmitter<EngineEvents> & { readonly refusals: RefusalCounts };

  constructor(
    headers: HeaderWriter,
    trace: Trace,
    engine: NodeEmitter<EngineEvents> & { readonly refusals: RefusalCounts },
  ) {
    this.#headers = headers;
    this.#trace = trace;
    this.#engine = engine;
  }

  request(exchange: HttpExchange, error: HandshakeError): void {
    const { code, message, status, answer } = error;
    try {
      this.report(exchange.head, error);
    } finally {
      const headers = this.#headers.refusal(exchange.head, status === HANDSHAKE_ERRORS.forbidden.status);
      // The next attempt is for another server, so it must not come over this connection.
      if (status === PASSING) exchange.setHeader("Connection", "close");
      exchange.respond(status, headers, JSON.stringify({ code, message: answer ?? message }));
    }
  }

  upgrade(exchange: UpgradeExchange, error: HandshakeError): void {
    try {
      this.report(exchange.head, error);
    } finally {
      exchange.refuse(error.answer ?? error.message, error.status === PASSING);
    }
  }

  /** Tells programs and tools alone. */
  report(head: RequestHead, error: HandshakeError): void {
    const refusal = refusalOf(error);
    this.#engine.refusals.add(refusal);
    traceRefusedRequest(this.#trace, head, refusal, { number: error.code, context: error.context });
    if (!this.#engine.hasListeners("connection_error")) return;
    const { code, message, context = {} } = error;
    this.#engine.emit("connection_error", { req: nativeRequest(head), code, message, context });
  }
}
