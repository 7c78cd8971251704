// The first steps of a connection: which transport, which revision, the handshake.
// Place: bytes -> engine dialect -> **session, before there is one** -> socket codec
// Rules: one request more than needed at most, and only where a server refused the revision; how the revision is found is
//        the transport's affair; a transport that failed is not heard of again.
// Source: docs/protocol/engine-4.md, "Handshake"

import { type EngineDialect, type Handshake, type Packet, type Parser, parseHandshake } from "@bowline/protocol";
import {
  type Cancel,
  DEAF,
  eio4Client as eio4,
  type TransportName,
  wantsBinaryTypes,
} from "@bowline/protocol/internal";
import { coded, TransportError, type TransportErrorContext, wrongGeneration } from "./connect-error.ts";
import { otherRevision, type Revision } from "./detect-revision.ts";
import type { Elder } from "./elder.ts";
import type { FailureCode } from "./failure-code.ts";
import type { EngineOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { Transport, TransportClass, TransportContext } from "./transports/transport.ts";
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
export class ConnectionContext implements TransportContext {
  readonly connection: EngineContext;
  readonly options: EngineOptions;
  readonly dialect: EngineDialect;
  readonly sid: string | undefined;
  readonly #name: TransportName;

  constructor(connection: EngineContext, kind: TransportClass, dialect: EngineDialect, sid?: string) {
    const { options: given } = connection;
    const { name } = kind.prototype;
    const own = given.transportOptions?.[name];
    const forceBase64 = kind.takesBinary?.() === false && { forceBase64: true };
    this.connection = connection;
    this.options = own || forceBase64 ? { ...given, ...own, ...forceBase64 } : given;
    this.dialect = dialect;
    this.sid = sid;
    this.#name = name;
  }

  get platform(): Platform {
    return this.connection.platform;
  }

  get endpoint(): string {
    return endpointOf(this.connection.server, this.options, this.#name);
  }

  url({ revision }: EngineDialect, sid: string | undefined): string {
    const { options, platform } = this;
    const transport = this.#name;
    const hasStamp = options.timestampRequests ?? transport === "polling";
    // The digits at the end vary most.
    const stamp = hasStamp ? platform.random.fraction().toString(36).slice(-8) : undefined;
    return requestUrl(this.connection.server, options, { transport, revision, sid, stamp });
  }
}

/** A connection that is being opened. */
export class Opening {
  readonly #connection: EngineContext;
  readonly #kinds: readonly TransportClass[];
  readonly #events: OpeningEvents;
  /** The revision that the program insists on. */
  readonly #pinned: Revision | undefined;
  #asked: Revision;
  #tried = 0;
  #hasRetried = false;
  /** Which attempt it is; what belongs to another one comes too late. */
  #turn = 0;
  #transport: Transport | undefined;
  #stopTimer: Cancel | undefined;

  /** Prepares to open one connection over the first of the transports that works. */
  constructor(connection: EngineContext, kinds: readonly TransportClass[], events: OpeningEvents) {
    const { implied, memory, first, options } = connection;
    const { protocol = "auto" } = options;
    this.#connection = connection;
    this.#kinds = kinds;
    this.#events = events;
    this.#pinned = protocol === "auto" ? implied : protocol;
    this.#asked = this.#pinned ?? memory.revision ?? first;
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
    } else if (this.#asked === 4) {
      this.#attempt(kind, eio4);
    } else {
      this.#elder(kind, ({ engine }) => this.#attempt(kind, engine));
    }
  }

  /** Stops trying; nothing is told any more. */
  cancel(): void {
    this.#turn++;
    this.#stopTimer?.();
    this.#transport?.listen(DEAF);
    this.#transport?.close("discard");
  }

  #after(ms: number, action: () => void): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#connection.platform.clock.after(ms, action);
  }

  /** Gives what servers of 2.x need. */
  #elder(kind: TransportClass, use: (elder: Elder) => void): void {
    const turn = this.#turn;
    const { platform } = this.#connection;
    platform.elder(
      (elder) => {
        if (turn === this.#turn) use(elder);
      },
      (error) => {
        const context = new ConnectionContext(this.#connection, kind, eio4);
        if (turn === this.#turn) this.#fail(context, error, false, platform.codeOf(error));
      },
    );
  }

  #attempt(kind: TransportClass, dialect: EngineDialect): void {
    const connection = this.#connection;
    const pinned = this.#pinned;
    const context = new ConnectionContext(connection, kind, dialect);
    const transport = kind.create(context);
    const listener = kind.detect({
      context,
      transport,
      asked: this.#asked,
      pinned,
      mayProbe: connection.mayProbe !== false,
      succeed: (dialect, handshake, early) => {
        if (pinned !== undefined && dialect.revision !== pinned) {
          this.#fail(context, this.#refused(context, pinned, wrongGeneration(pinned)), false);
          return;
        }
        this.#stopTimer?.();
        connection.memory.revision = dialect.revision;
        transport.settle({ dialect, sid: handshake.sid, maxPayload: handshake.maxPayload });
        this.#events.opened(transport, handshake, early);
      },
      fail: (cause, mayBeRevision) => this.#fail(context, cause, mayBeRevision),
      elder: (use) => this.#elder(kind, use),
      after: (ms, action) => this.#after(ms, action),
    });
    this.#transport = transport;
    transport.listen(listener);
    transport.open();
  }

  #fail(
    context: TransportContext,
    cause: unknown,
    mayBeRevision: boolean,
    code: FailureCode = "CONNECTION_RESET",
  ): void {
    const pinned = this.#pinned;
    this.cancel();
    if (mayBeRevision && !this.#hasRetried && pinned === undefined) {
      this.#hasRetried = true;
      this.#asked = otherRevision(this.#asked);
      this.start();
    } else if (context.options.tryAllTransports === true && this.#tried + 1 < this.#kinds.length) {
      this.#tried++;
      this.start();
    } else {
      const failure = { url: context.endpoint, error: cause, code };
      const name = this.#kinds[this.#tried]?.prototype.name;
      const error = cause instanceof TransportError ? cause : new TransportError(`${name} error`, failure);
      const isRefused = mayBeRevision && pinned === 3;
      this.#events.failed(isRefused ? this.#refused(context, pinned, error.message, error.context) : error);
    }
  }

  /** The error, where a program insists on a revision that is not spoken there. */
  #refused(
    { endpoint, options }: TransportContext,
    wanted: Revision,
    message: string,
    answer?: TransportErrorContext,
  ): TransportError {
    const option = (options.protocol ?? "auto") === "auto" ? "parser" : "protocol";
    return new TransportError(message, {
      url: endpoint,
      code: "REVISION_REFUSED",
      detail: `${option} ${wanted}`,
      ...(answer && { status: answer.status, body: answer.responseText }),
    });
  }
}

/** @throws SyntaxError when the first packet is no handshake. */
export function readHandshake(packet: Packet): Handshake {
  if (packet.type !== "open") throw new SyntaxError(`the first packet was ${packet.type}, not open`);
  return parseHandshake(packet.data);
}
