// A channel of messages as a carrier, one packet per message: what WebSocket and WebTransport have in common.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --opened--> open --handed over--> open     any --ended, close()--> closed
//
// Rules: `writable` is false while the platform has not taken the batch before; a packet counts as taken when the last of
//        its frames was; after close() nothing is told but that.
// Source: docs/protocol/engine-4.md, "WebSocket"

import type { EngineDialect, Packet } from "@bowline/protocol";
import { DEAF, type Outgoing, type TransportName } from "@bowline/protocol/internal";
import { type CloseDetails, type Failure, TransportError, webSocketClosed, withoutQuery } from "../connect-error.ts";
import type { WebSocketEvents, WebSocketHandle } from "../platform.ts";
import { queryOf } from "../url.ts";
import type { Session, Transport, TransportContext, TransportEvents } from "./transport.ts";

/** An open or opening channel. */
export type Channel = Omit<WebSocketHandle, "native"> & Partial<Pick<WebSocketHandle, "native">>;

/** What a channel tells: what a WebSocket does, or packets that were decoded already. */
export interface ChannelEvents extends WebSocketEvents {
  received(packet: Packet): void;
  /** @param why what to say of a channel that never opened. */
  ended(details?: CloseDetails, why?: string): void;
}

/** Opens a channel; what the platform cannot use may throw. */
export type OpenChannel = (context: TransportContext, url: string, events: ChannelEvents) => Channel;

/** A transport over one channel. */
export class ChannelTransport implements Transport, ChannelEvents {
  readonly name: TransportName;
  readonly #context: TransportContext;
  readonly #openChannel: OpenChannel;
  #dialect: EngineDialect;
  #sid: string | undefined;
  #events: TransportEvents = DEAF;
  #state: "idle" | "opening" | "open" | "closed" = "idle";
  #channel: Channel | undefined;
  /** Outgoing packets that the platform has not taken yet. */
  #unsent = 0;
  #failure: Omit<Failure, "url"> | undefined;

  /** @param dialect where only one is spoken. */
  constructor(name: TransportName, context: TransportContext, openChannel: OpenChannel, dialect?: EngineDialect) {
    this.name = name;
    this.#context = context;
    this.#openChannel = openChannel;
    this.#dialect = dialect ?? context.dialect;
    this.#sid = context.sid;
  }

  get endsByPacket(): boolean {
    return false;
  }

  get maxBatchBytes(): number {
    return Number.POSITIVE_INFINITY;
  }

  get supportsBinary(): boolean {
    return this.#context.options.forceBase64 !== true;
  }

  get dialect(): EngineDialect {
    return this.#dialect;
  }

  get query(): Readonly<Record<string, string>> {
    return queryOf(this.#url);
  }

  get writable(): boolean {
    return this.#state === "open" && this.#unsent === 0;
  }

  get ws(): unknown {
    return this.#state === "closed" ? undefined : this.#channel?.native;
  }

  get readyState(): string {
    return this.#state;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
  }

  open(): void {
    const { clock } = this.#context.platform;
    this.#state = "opening";
    try {
      this.#channel = this.#openChannel(this.#context, this.#url, this);
    } catch (error) {
      // The platform refuses some URLs, subprotocols and options at once.
      this.failed({ error: withoutQuery(error), code: "REQUEST_INVALID" });
      // Not at once: the program has no chance to listen before the call that connects returns.
      clock.after(0, () => this.ended());
    }
  }

  settle({ dialect, sid }: Session): void {
    this.#dialect = dialect;
    this.#sid = sid;
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state !== "open") return;
    this.#unsent += batch.length;
    for (const outgoing of batch) {
      const { frames, compress } = outgoing;
      const last = frames.length - 1;
      for (const [at, { data }] of frames.entries()) {
        this.#channel?.send(data, compress, at < last ? undefined : (error) => this.#taken(outgoing, error));
      }
    }
  }

  pause(done: () => void): void {
    done();
  }

  resume(): void {}

  close(how: "flush" | "discard"): void {
    if (this.#state === "closed") return;
    const isGoodbye = this.#state === "open" && how === "flush";
    this.#state = "closed";
    if (isGoodbye) this.#channel?.close();
    else this.#channel?.discard();
    if (how === "flush") this.#events.carrierClosed("transport close");
  }

  opened(): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#events.opened?.();
  }

  message(data: string | Uint8Array): void {
    if (this.#state !== "open") return;
    let packet: Packet;
    try {
      packet = this.#dialect.decodePacket(data);
    } catch (error) {
      this.#channel?.discard();
      this.failed({ error, code: "PARSE_ERROR" });
      this.ended();
      return;
    }
    this.#events.received(packet);
  }

  received(packet: Packet): void {
    if (this.#state === "open") this.#events.received(packet);
  }

  failed(why: Omit<Failure, "url">): void {
    this.#failure = why;
  }

  closed(code: number, reason: string): void {
    this.ended(webSocketClosed(code, reason), `the WebSocket was closed with code ${code}`);
  }

  ended(details?: CloseDetails, why?: string): void {
    if (this.#state === "closed") return;
    const failure = this.#failure;
    const isClosed = this.#state === "open" && failure === undefined;
    this.#state = "closed";
    if (isClosed) {
      this.#events.carrierClosed("transport close", details);
      return;
    }
    // An undecodable packet has upstream's name for it, as on every transport.
    const message = failure?.code === "PARSE_ERROR" ? "server error" : `${this.name} error`;
    const reset = { error: new Error(why), code: "CONNECTION_RESET" } as const;
    const error = new TransportError(message, { url: this.#context.endpoint, ...(failure ?? reset) });
    this.#events.carrierClosed("transport error", error);
  }

  get #url(): string {
    return this.#context.url(this.#dialect, this.#sid);
  }

  #taken({ flushed }: Outgoing, error?: unknown): void {
    this.#unsent--;
    flushed?.(error === undefined || error === null ? undefined : "transport error");
    if (this.#unsent === 0 && this.#state === "open") this.#events.drained();
  }
}
