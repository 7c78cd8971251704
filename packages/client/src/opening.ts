// The first steps of a connection: which transport, which revision, the handshake.
// Place: bytes -> engine dialect -> **session, before there is one** -> socket codec
// Rules: one request more than needed at most, and only where a server refused the revision; how the revision is found is
//        the transport's affair; a transport that failed is not heard of again.
// Source: docs/protocol/engine-4.md, "Handshake"

import { type EngineDialect, type Handshake, type Packet, type Parser, parseHandshake } from "@bowline/protocol";
import { type Cancel, createId, DEAF, wantsBinaryTypes } from "@bowline/protocol/internal";
import { coded, TransportError, type TransportErrorContext, wrongGeneration } from "./connect-error.ts";
import { DIALECTS, otherRevision, type Revision } from "./detect-revision.ts";
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
export function contextFor(
  connection: EngineContext,
  kind: TransportClass,
  dialect: EngineDialect,
  sid: string | undefined,
  opened: () => void,
): TransportContext {
  const { platform, server, options: given } = connection;
  const { name } = kind.prototype;
  const forceBase64 = kind.takesBinary?.() === false && { forceBase64: true };
  const options = { ...given, ...given.transportOptions?.[name], ...forceBase64 };
  return {
    connection,
    platform,
    options,
    dialect,
    sid,
    opened,
    endpoint: endpointOf(server, options, name),
    url({ revision }, session) {
      const hasStamp = options.timestampRequests ?? name === "polling";
      const stamp = hasStamp ? createId(platform.random).slice(0, 8) : undefined;
      return requestUrl(server, options, { transport: name, revision, sid: session, stamp });
    },
  };
}

/** A connection that is being opened. */
export interface Opening {
  /** The transport that was tried last. */
  readonly transport: Transport | undefined;
  start(): void;
  /** Stops trying; nothing is told any more. */
  cancel(): void;
}

/** Prepares to open one connection. */
export function createOpening(
  connection: EngineContext,
  kinds: readonly TransportClass[],
  events: OpeningEvents,
): Opening {
  const { implied, memory, options, platform } = connection;
  const { protocol = "auto" } = options;
  /** The revision that the program insists on. */
  const pinned = protocol === "auto" ? implied : protocol;
  let asked = pinned ?? memory.revision ?? connection.first;
  let tried = 0;
  let hasRetried = false;
  let transport: Transport | undefined;
  let stopTimer: Cancel | undefined;

  function after(ms: number, action: () => void): void {
    stopTimer?.();
    stopTimer = platform.clock.after(ms, action);
  }

  function cancel(): void {
    stopTimer?.();
    transport?.listen(DEAF);
    transport?.close("discard");
  }

  function start(): void {
    const kind = kinds[tried];
    if (kind === undefined) {
      // Not at once: the program has no chance to listen before the call that connects returns.
      after(0, () => events.failed(coded(new Error("No transports available"), "NO_TRANSPORT")));
    } else {
      attempt(kind);
    }
  }

  function attempt(kind: TransportClass): void {
    const context = contextFor(connection, kind, DIALECTS[asked], undefined, () => listener.opened?.());
    const { endpoint: url } = context;
    const current = kind.create(context);

    function fail(cause: unknown, mayBeRevision: boolean): void {
      cancel();
      if (mayBeRevision && !hasRetried && pinned === undefined) {
        hasRetried = true;
        asked = otherRevision(asked);
        start();
      } else if (options.tryAllTransports === true && tried + 1 < kinds.length) {
        tried++;
        start();
      } else {
        const code = "CONNECTION_RESET";
        const error =
          cause instanceof TransportError
            ? cause
            : new TransportError(`${current.name} error`, { url, error: cause, code });
        events.failed(mayBeRevision && pinned === 3 ? refused(error.message, pinned, error.context) : error);
      }
    }

    /** The error, where a program insists on a revision that is not spoken there. */
    function refused(message: string, wanted: Revision, answer?: TransportErrorContext): TransportError {
      const detail = `${protocol === "auto" ? "parser" : "protocol"} ${wanted}`;
      return new TransportError(message, {
        url,
        code: "REVISION_REFUSED",
        detail,
        ...(answer && { status: answer.status, body: answer.responseText }),
      });
    }

    const listener = kind.detect({
      context,
      transport: current,
      asked,
      pinned,
      mayProbe: connection.mayProbe !== false,
      succeed(dialect, handshake, early) {
        if (pinned !== undefined && dialect.revision !== pinned) {
          fail(refused(wrongGeneration(pinned), pinned), false);
          return;
        }
        stopTimer?.();
        memory.revision = dialect.revision;
        current.settle({ dialect, sid: handshake.sid, maxPayload: handshake.maxPayload });
        events.opened(current, handshake, early);
      },
      fail,
      after,
    });
    transport = current;
    current.listen(listener);
    current.open();
  }

  return {
    get transport() {
      return transport;
    },
    start,
    cancel,
  };
}

/** @throws SyntaxError when the first packet is no handshake. */
export function readHandshake(packet: Packet): Handshake {
  if (packet.type !== "open") throw new SyntaxError(`the first packet was ${packet.type}, not open`);
  return parseHandshake(packet.data);
}
