// The first steps of a connection: which transport, which revision, the handshake.
// Place: bytes -> engine dialect -> **session, before there is one** -> socket codec
// Rules: one request more than needed at most, and only where a server refused the revision; how the revision is found is
//        the transport's affair; a transport that failed is not heard of again.
// Source: docs/protocol/engine-4.md, "Handshake"

import { type EngineDialect, type Handshake, type Packet, type Parser, parseHandshake } from "@bowline/protocol";
import { type Cancel, createId, DEAF, wantsBinaryTypes } from "@bowline/protocol/internal";
import { coded, TransportError, wrongGeneration } from "./connect-error.ts";
import { DIALECTS, otherRevision, type Revision } from "./detect-revision.ts";
import { type EngineOptions, transportOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { Attempt, Transport, TransportClass, TransportContext } from "./transports/transport.ts";
import { endpointOf, requestUrl, type ServerUrl } from "./url.ts";

/** What is known of a server from one connection to the next; each of them checks it. */
export interface EngineMemory {
  revision: Revision | undefined;
}

/** What a connection is made of. */
export interface EngineContext {
  readonly platform: Platform;
  readonly server: ServerUrl;
  readonly options: EngineOptions;
  readonly memory: EngineMemory;
  /** The revision to ask for while nothing is known. */
  readonly first: Revision;
  /** The only revision that the program's own parser can work with, when it brought one. */
  readonly implied: Revision | undefined;
  /** Whether packets of Socket.IO may be sent to find out the revision. @default true */
  readonly mayProbe?: boolean;
}

/** How it went. */
export interface OpeningEvents {
  /** @param early packets that came before the revision was known. */
  opened(transport: Transport, handshake: Handshake, early: readonly Packet[]): void;
  failed(error: Error): void;
}

/** The revision that a program's parser is made for, by its style where it does not tell. */
export function revisionOfParser(parser: Parser | undefined): Revision | undefined {
  if (parser === undefined) return undefined;
  return wantsBinaryTypes(parser, new parser.Encoder()) ? 3 : 4;
}

/** What a transport of one class needs. */
export function contextFor(
  context: EngineContext,
  kind: TransportClass,
  dialect: EngineDialect,
  sid: string | undefined,
  opened: () => void,
): TransportContext {
  const { platform, server, options: given } = context;
  const { name } = kind.prototype;
  const merged = transportOptions(given, name);
  const options = kind.takesBinary?.() === false ? { ...merged, forceBase64: true } : merged;
  const hasStamps = options.timestampRequests ?? name === "polling";
  return {
    connection: context,
    platform,
    options,
    dialect,
    sid,
    opened,
    endpoint: endpointOf(server, options, name),
    url: ({ revision }, session) => {
      const stamp = hasStamps ? createId(platform.random).slice(0, 8) : undefined;
      return requestUrl(server, options, { transport: name, revision, sid: session, stamp });
    },
  };
}

/** Tries to open one connection. */
export class Opening {
  readonly #context: EngineContext;
  readonly #events: OpeningEvents;
  readonly #kinds: readonly TransportClass[];
  /** The revision that the program insists on. */
  readonly #pinned: Revision | undefined;
  #asked: Revision;
  #tried = 0;
  #hasRetried = false;
  #transport: Transport | undefined;
  #timer: Cancel | undefined;

  constructor(context: EngineContext, kinds: readonly TransportClass[], events: OpeningEvents) {
    const { protocol = "auto" } = context.options;
    this.#context = context;
    this.#kinds = kinds;
    this.#events = events;
    this.#pinned = protocol === "auto" ? context.implied : protocol;
    this.#asked = this.#pinned ?? context.memory.revision ?? context.first;
  }

  /** The transport that was tried last. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  start(): void {
    const kind = this.#kinds[this.#tried];
    if (kind === undefined) {
      // Not at once: the program has no chance to listen before the call that connects returns.
      this.#after(0, () => this.#events.failed(coded(new Error("No transports available"), "NO_TRANSPORT")));
      return;
    }
    const context = contextFor(this.#context, kind, DIALECTS[this.#asked], undefined, () => events.opened?.());
    const transport = kind.create(context);
    const events = kind.detect(this.#attempt(context, transport));
    this.#transport = transport;
    transport.listen(events);
    transport.open();
  }

  /** Stops trying; nothing is told any more. */
  cancel(): void {
    this.#timer?.();
    this.#transport?.listen(DEAF);
    this.#transport?.close("discard");
  }

  #attempt(context: TransportContext, transport: Transport): Attempt {
    return {
      context,
      transport,
      asked: this.#asked,
      pinned: this.#pinned,
      mayProbe: this.#context.mayProbe !== false,
      dialectOf: (revision) => DIALECTS[revision],
      succeed: (dialect, handshake, early) => this.#succeed(transport, dialect, handshake, early),
      fail: (error, mayBeRevision) => this.#fail(error, mayBeRevision),
      after: (ms, action) => this.#after(ms, action),
      blamed: (error) => this.#blamed(error, context),
      refused: (wanted) => this.#refused(wrongGeneration(wanted), context, wanted),
    };
  }

  #after(ms: number, action: () => void): void {
    this.#timer?.();
    this.#timer = this.#context.platform.clock.after(ms, action);
  }

  #fail(error: TransportError, mayBeRevision: boolean): void {
    this.cancel();
    if (mayBeRevision && !this.#hasRetried && this.#pinned === undefined) {
      this.#hasRetried = true;
      this.#asked = otherRevision(this.#asked);
      this.start();
    } else if (this.#context.options.tryAllTransports === true && this.#tried + 1 < this.#kinds.length) {
      this.#tried++;
      this.start();
    } else {
      this.#events.failed(error);
    }
  }

  #succeed(transport: Transport, dialect: EngineDialect, handshake: Handshake, early: readonly Packet[]): void {
    this.#timer?.();
    this.#context.memory.revision = dialect.revision;
    transport.settle({ dialect, sid: handshake.sid, maxPayload: handshake.maxPayload });
    this.#events.opened(transport, handshake, early);
  }

  /** The error, where a program insists on a revision that is not spoken there. */
  #blamed(error: TransportError, context: TransportContext): TransportError {
    if (this.#pinned !== 3) return error;
    const { status, responseText: body = "" } = error.context ?? {};
    return this.#refused(error.message, context, 3, status === undefined ? {} : { status, body });
  }

  #refused(message: string, { endpoint: url }: TransportContext, wanted: Revision, answer = {}): TransportError {
    const { protocol = "auto" } = this.#context.options;
    const detail = `${protocol === "auto" ? "parser" : "protocol"} ${wanted}`;
    return new TransportError(message, { url, code: "REVISION_REFUSED", detail, ...answer });
  }
}

/** @throws SyntaxError when the first packet is no handshake. */
export function readHandshake(packet: Packet): Handshake {
  if (packet.type !== "open") throw new SyntaxError(`the first packet was ${packet.type}, not open`);
  return parseHandshake(packet.data);
}

/** Why a transport was closed before its session was open. */
export function asTransportError(cause: unknown, { context, transport }: Attempt): TransportError {
  if (cause instanceof TransportError) return cause;
  return new TransportError(`${transport.name} error`, {
    url: context.endpoint,
    error: cause,
    code: "CONNECTION_RESET",
  });
}
