// The base of transports that programs write themselves, in the way of engine.io-client.
// Place: bytes -> **transport** -> engine dialect -> session; only where a program brings one.
// Rules: the program's class has a `name`, `doOpen`, `doClose` and `write`, and calls `onOpen`, `onData` or `onPacket`,
//        `onClose` and `onError`; when a write was taken it sets `writable` and emits `drain`. The engine sees a carrier.

import type { EngineDialect, Packet } from "@bowline/protocol";
import { DEAF, eio4Client as eio4, type Outgoing, type TransportName, toBytes } from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import { detectByPackets } from "./detect-by-packets.ts";
import { ClientEmitter } from "./emitter.ts";
import { type OutgoingMessage, packetsOf } from "./engine-events.ts";
import type { EngineOptions } from "./options.ts";
import type {
  Attempt,
  Transport as Carrier,
  Session,
  TransportContext,
  TransportEvents,
} from "./transports/transport.ts";
import { parseServerUrl, queryOf, writeQuery } from "./url.ts";

/** What a program's transport is made with. */
export interface ProgramTransportOptions extends EngineOptions {
  readonly query: Record<string, string>;
  readonly hostname: string;
  readonly port: string;
  readonly secure: boolean;
}

/** What a program's transport tells. */
export interface ProgramTransportEvents {
  open: () => void;
  packet: (packet: Packet) => void;
  drain: () => void;
  close: (details?: unknown) => void;
  error: (error: Error) => void;
}

/**
 * A transport of a program.
 * @example
 * import { Transport } from "@bowline/client/engine";
 *
 * class Tunnel extends Transport {
 *   get name() {
 *     return "websocket" as const;
 *   }
 *   doOpen() {
 *     this.onOpen();
 *   }
 *   doClose() {}
 *   write() {
 *     this.writable = true;
 *     this.emit("drain");
 *   }
 * }
 */
export abstract class Transport extends ClientEmitter<ProgramTransportEvents> {
  /** The name by which the server knows it. */
  abstract get name(): TransportName;
  readonly opts: ProgramTransportOptions;
  /** The parameters of its URL; the session's id is among them once there is one. */
  query: Record<string, string>;
  /** Whether `write` may be called. */
  writable = false;
  readyState = "";
  supportsBinary: boolean;
  #dialect: EngineDialect = eio4;

  constructor(options: ProgramTransportOptions) {
    super();
    this.opts = options;
    this.query = options.query;
    this.supportsBinary = options.forceBase64 !== true;
  }

  /** Makes one for the engine. @internal */
  static create(this: new (options: ProgramTransportOptions) => Transport, context: TransportContext): Carrier {
    const { dialect, endpoint, options, sid } = context;
    const { hostname, port, secure } = parseServerUrl(endpoint, undefined);
    const query = { ...queryOf(context.url(dialect, sid)) };
    const transport = new this({ ...options, query, hostname, port, secure });
    return new ProgramCarrier(transport, context, (revision) => {
      transport.#dialect = revision;
    });
  }

  /** @internal */
  static detect(attempt: Attempt): TransportEvents {
    return detectByPackets(attempt);
  }

  /** Begins to connect; ends in `onOpen` or `onError`. */
  abstract doOpen(): void;
  /** Ends the connection. */
  abstract doClose(): void;
  /** Sends packets; called while `writable`. */
  abstract write(packets: readonly OutgoingMessage[]): void;

  open(): this {
    this.readyState = "opening";
    this.doOpen();
    return this;
  }

  close(): this {
    if (this.readyState === "opening" || this.readyState === "open") {
      this.doClose();
      this.onClose();
    }
    return this;
  }

  /** @throws Error when it is not open. */
  send(packets: readonly OutgoingMessage[]): void {
    if (this.readyState !== "open") throw new Error("Transport not open");
    this.writable = false;
    this.write(packets);
  }

  /** Stops once what is in flight has landed; what has nothing in flight need not do more. */
  pause(done: () => void): void {
    this.readyState = "paused";
    done();
  }

  /** The connection is there. */
  onOpen(): void {
    this.readyState = "open";
    this.writable = true;
    this.emit("open");
  }

  /** Something has come in: one encoded packet. */
  onData(data: unknown): void {
    try {
      this.onPacket(this.#dialect.decodePacket(toBytes(data) ?? String(data)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.onError("server error", error);
    }
  }

  /** A packet has come in. */
  onPacket(packet: Packet): void {
    this.emit("packet", packet);
  }

  /** The connection has ended. */
  onClose(details?: unknown): void {
    this.readyState = "closed";
    this.emit("close", details);
  }

  /** Something went wrong. */
  onError(message: string, error?: unknown): this {
    const code = message === "server error" ? "PARSE_ERROR" : "NETWORK_ERROR";
    this.emit("error", new TransportError(message, { url: this.createUri("https", {}), error, code }));
    return this;
  }

  /** The URL of the endpoint. */
  createUri(scheme: string, query: Readonly<Record<string, unknown>> = {}): string {
    const { hostname, port, secure, path = "" } = this.opts;
    const location = `${hostname}${port === (secure ? "443" : "80") ? "" : `:${port}`}`;
    const parameters = writeQuery(query);
    return `${scheme}://${location}${path}${parameters === "" ? "" : `?${parameters}`}`;
  }
}

/** A program's transport as the engine uses it. */
class ProgramCarrier implements Carrier {
  readonly #transport: Transport;
  readonly #context: TransportContext;
  readonly #speak: (dialect: EngineDialect) => void;
  #dialect: EngineDialect;
  #events: TransportEvents = DEAF;
  #batch: readonly Outgoing[] = [];
  maxBatchBytes: number = Number.POSITIVE_INFINITY;

  constructor(transport: Transport, context: TransportContext, speak: (dialect: EngineDialect) => void) {
    this.#transport = transport;
    this.#context = context;
    this.#dialect = context.dialect;
    this.#speak = speak;
    speak(context.dialect);
    transport.on("open", () => this.#events.opened?.());
    transport.on("packet", (packet) => this.#events.received(packet));
    transport.on("drain", () => this.#drained());
    transport.on("close", (details) => this.#end("transport close", details));
    transport.on("error", (error) => this.#end("transport error", error));
  }

  get name(): TransportName {
    return this.#transport.name;
  }

  get dialect(): EngineDialect {
    return this.#dialect;
  }

  get query(): Readonly<Record<string, string>> {
    return this.#transport.query;
  }

  get readyState(): string {
    return this.#transport.readyState;
  }

  get writable(): boolean {
    return this.#transport.writable && this.#transport.readyState === "open";
  }

  get supportsBinary(): boolean {
    return this.#transport.supportsBinary;
  }

  get endsByPacket(): boolean {
    return this.name === "polling";
  }

  listen(events: TransportEvents): void {
    this.#events = events;
  }

  open(): void {
    // Not at once: a program's code may fail before whoever opens it is ready to hear of it.
    this.#context.platform.clock.after(0, () => this.#transport.open());
  }

  settle({ dialect, sid, maxPayload }: Session): void {
    this.#dialect = dialect;
    this.#speak(dialect);
    this.#transport.query["sid"] = sid;
    if (this.endsByPacket && maxPayload !== undefined) this.maxBatchBytes = maxPayload;
  }

  send(batch: readonly Outgoing[]): void {
    this.#batch = batch;
    this.#transport.send(batch.flatMap((outgoing) => packetsOf(outgoing, this.#dialect)));
  }

  pause(done: () => void): void {
    this.#transport.pause(done);
  }

  resume(): void {
    this.#transport.readyState = "open";
  }

  close(how: "flush" | "discard"): void {
    const events = this.#events;
    this.#events = DEAF;
    this.#transport.close();
    this.#drop();
    if (how === "flush") events.carrierClosed("transport close");
  }

  #drained(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const outgoing of batch) outgoing.flushed?.();
    this.#events.drained();
  }

  #drop(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const outgoing of batch) outgoing.flushed?.("transport error");
  }

  #end(reason: "transport close" | "transport error", cause: unknown): void {
    const events = this.#events;
    this.#events = DEAF;
    this.#drop();
    if (reason === "transport error") this.#transport.close();
    events.carrierClosed(reason, cause);
  }
}
