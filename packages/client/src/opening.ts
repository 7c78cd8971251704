// The first steps of a connection: which transport, which revision, the handshake.
// Place: bytes -> engine dialect -> **session, before there is one** -> socket codec
// Rules: one request more than needed at most, and only where a server refused the revision; what came before the
//        revision was known is handed on in order; a transport that failed is not heard of again.
// Source: docs/protocol/engine-4.md, "Handshake"

import {
  type EngineDialect,
  eio3,
  eio4,
  type Handshake,
  type Packet,
  type Parser,
  parseHandshake,
} from "@bowline/protocol";
import { type Cancel, createId, DEAF, type TransportName, wantsBinaryTypes } from "@bowline/protocol/internal";
import { coded, type Failure, TransportError, wrongGeneration } from "./connect-error.ts";
import {
  blamesRevision,
  type Detection,
  type DetectionInput,
  otherRevision,
  type Revision,
  revisionOfBody,
  stepDetection,
} from "./detect-revision.ts";
import { type EngineOptions, transportOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import { PollingTransport } from "./transports/polling.ts";
import type { Transport, TransportContext } from "./transports/transport.ts";
import { WebSocketTransport } from "./transports/websocket.ts";
import { endpointOf, requestUrl, type ServerUrl } from "./url.ts";

/** What is known of a server from one connection to the next; each of them checks it. */
export interface EngineMemory {
  revision: Revision | undefined;
  websocketWorked: boolean;
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
}

/** How it went. */
export interface OpeningEvents {
  /** @param early packets that came before the revision was known. */
  opened(transport: Transport, handshake: Handshake, early: readonly Packet[]): void;
  failed(error: Error): void;
}

/** How long a server of 2.x has to greet unasked before it is probed, in milliseconds. */
const GREETING_MS = 20;
/**
 * How long a WebSocket that was asked for revision 3 may stay silent, in milliseconds: servers of 2.x speak as soon as it
 * is open, and some that do not serve the revision never do.
 */
const SILENCE_MS = 2000;

const DIALECTS: Readonly<Record<Revision, EngineDialect>> = { 3: eio3, 4: eio4 };

/** The revision that a program's parser is made for, by its style where it does not tell. */
export function revisionOfParser(parser: Parser | undefined): Revision | undefined {
  if (parser === undefined) return undefined;
  return wantsBinaryTypes(parser, new parser.Encoder()) ? 3 : 4;
}

/** What the transport of one name needs. */
export function contextFor(context: EngineContext, name: TransportName, dialect: EngineDialect): TransportContext {
  const { platform, server } = context;
  const options = transportOptions(context.options, name);
  const hasStamps = options.timestampRequests ?? name === "polling";
  return {
    platform,
    options,
    dialect,
    endpoint: endpointOf(server, options, name),
    url: ({ revision }, sid) => {
      const stamp = hasStamps ? createId(platform.random).slice(0, 8) : undefined;
      return requestUrl(server, options, { transport: name, revision, sid, stamp });
    },
  };
}

/** Tries to open one connection. */
export class Opening {
  readonly #context: EngineContext;
  readonly #events: OpeningEvents;
  readonly #names: readonly TransportName[];
  /** The revision that the program insists on. */
  readonly #pinned: Revision | undefined;
  #asked: Revision;
  #tried = 0;
  #hasRetried = false;
  #transport: Transport | undefined;
  #timer: Cancel | undefined;

  constructor(context: EngineContext, names: readonly TransportName[], events: OpeningEvents) {
    const { protocol = "auto" } = context.options;
    this.#context = context;
    this.#names = names;
    this.#events = events;
    this.#pinned = protocol === "auto" ? context.implied : protocol;
    this.#asked = this.#pinned ?? context.memory.revision ?? context.first;
  }

  /** The transport that was tried last. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  start(): void {
    const name = this.#names[this.#tried];
    if (name === undefined) {
      // Not at once: the program has no chance to listen before the call that connects returns.
      this.#after(0, () => this.#events.failed(coded(new Error("No transports available"), "NO_TRANSPORT")));
      return;
    }
    this.#transport = name === "websocket" ? this.#webSocket() : this.#polling();
    this.#transport.open();
  }

  /** Stops trying; nothing is told any more. */
  cancel(): void {
    this.#timer?.();
    this.#transport?.listen(DEAF);
    this.#transport?.close("discard");
  }

  #after(ms: number, action: () => void): void {
    this.#timer?.();
    this.#timer = this.#context.platform.clock.after(ms, action);
  }

  #fail(error: TransportError, mayBeRevision: boolean): void {
    this.cancel();
    // Where it was preferred because it had worked, the next connection has to find another way.
    this.#context.memory.websocketWorked = false;
    if (mayBeRevision && !this.#hasRetried && this.#pinned === undefined) {
      this.#hasRetried = true;
      this.#asked = otherRevision(this.#asked);
      this.start();
    } else if (this.#context.options.tryAllTransports === true && this.#tried + 1 < this.#names.length) {
      this.#tried++;
      this.start();
    } else {
      this.#events.failed(error);
    }
  }

  #succeed(transport: Transport, dialect: EngineDialect, handshake: Handshake, early: readonly Packet[]): void {
    this.#timer?.();
    this.#context.memory.revision = dialect.revision;
    this.#context.memory.websocketWorked = transport.name === "websocket";
    transport.settle({ dialect, sid: handshake.sid, maxPayload: handshake.maxPayload });
    this.#events.opened(transport, handshake, early);
  }

  #polling(): Transport {
    const context = contextFor(this.#context, "polling", DIALECTS[this.#asked]);
    const transport: Transport = new PollingTransport(context, (body) => {
      const revision = revisionOfBody(body);
      return revision === undefined ? undefined : DIALECTS[revision];
    });
    transport.listen({
      received: (packet) => {
        const { dialect } = transport;
        if (this.#pinned === undefined || dialect.revision === this.#pinned) {
          this.#succeed(transport, dialect, readHandshake(packet), []);
        } else {
          this.#fail(this.#refused(wrongGeneration(this.#pinned), context, this.#pinned), false);
        }
      },
      drained() {},
      carrierClosed: (_reason, cause) => {
        const error = asTransportError(cause, context);
        const answer = error.context;
        const isBlamed = answer !== undefined && blamesRevision(answer.status, answer.responseText);
        this.#fail(isBlamed ? this.#blamed(error, context) : error, isBlamed);
      },
    });
    return transport;
  }

  #webSocket(): Transport {
    const context = contextFor(this.#context, "websocket", DIALECTS[this.#asked]);
    let detection: Detection =
      this.#pinned === undefined ? { at: "opening", asked: this.#asked } : { at: "known", revision: this.#pinned };
    let handshake: Handshake | undefined;
    let isOpen = false;
    const early: Packet[] = [];

    const fail = (failure: Omit<Failure, "url">): void => {
      this.#fail(new TransportError("websocket error", { url: context.endpoint, ...failure }), false);
    };
    const advance = (input: DetectionInput): void => {
      const { state, actions } = stepDetection(detection, input);
      const before = detection;
      detection = state;
      if (input.is === "packet" && actions.includes("keep")) early.push(input.packet);
      if (actions.includes("wait")) {
        this.#after(GREETING_MS, () => {
          const namespace = `/__sio_probe_${createId(this.#context.platform.random)}`;
          advance({ is: "waited", namespace });
        });
      }
      if (state.at === "probing" && actions.includes("probe")) sendMessage(transport, `0${state.namespace},`);
      if (before.at === "probing" && actions.includes("leave")) sendMessage(transport, `1${before.namespace},`);
      if (state.at === "known" && handshake !== undefined) {
        this.#succeed(transport, DIALECTS[state.revision], handshake, early);
      }
    };
    const transport: Transport = new WebSocketTransport(context, undefined, () => {
      isOpen = true;
      if (this.#asked === 4) return;
      this.#after(SILENCE_MS, () => {
        const silence: Failure = { url: context.endpoint, code: "TIMEOUT", detail: SILENCE_MS };
        this.#fail(this.#blamed(new TransportError("websocket error", silence), context), true);
      });
    });
    transport.listen({
      received: (packet) => {
        if (handshake !== undefined) {
          advance({ is: "packet", packet });
          return;
        }
        try {
          handshake = readHandshake(packet);
        } catch (error) {
          fail({ error, code: "NOT_SOCKET_IO" });
          return;
        }
        const hasMaxPayload = handshake.maxPayload !== undefined;
        advance({ is: "open", hasMaxPayload });
      },
      drained() {},
      carrierClosed: (_reason, cause) => {
        // Some servers answer revision 3 with an invalid frame, once the WebSocket is open.
        const isBlamed = isOpen && this.#asked === 3 && handshake === undefined;
        // A server with another parser takes the probe for a fault.
        const error =
          detection.at === "probing"
            ? new TransportError("parser error", { url: context.endpoint, code: "PARSER_MISMATCH" })
            : asTransportError(cause, context);
        this.#fail(isBlamed ? this.#blamed(error, context) : error, isBlamed);
      },
    });
    return transport;
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

function sendMessage(transport: Transport, data: string): void {
  transport.send([{ frames: [transport.dialect.frame({ type: "message", data }, false)], compress: false }]);
}

/** @throws SyntaxError when the first packet is no handshake. */
function readHandshake(packet: Packet): Handshake {
  if (packet.type !== "open") throw new SyntaxError(`the first packet was ${packet.type}, not open`);
  return parseHandshake(packet.data);
}

function asTransportError(cause: unknown, { endpoint }: TransportContext): TransportError {
  if (cause instanceof TransportError) return cause;
  return new TransportError("websocket error", { url: endpoint, error: cause, code: "CONNECTION_RESET" });
}
