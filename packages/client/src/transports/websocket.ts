// A WebSocket as a carrier: one packet per message.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --opened--> open --handed over--> open     any --closed, failed, close()--> closed
//
// Rules: `writable` is false while the platform has not taken the batch before; a close of ours carries no status code;
//        after close() nothing is told but that.
// Source: docs/protocol/engine-4.md, "WebSocket"

import type { EngineDialect } from "@bowline/protocol";
import { type CarrierEvents, DEAF, type Outgoing } from "@bowline/protocol/internal";
import { type Failure, TransportError, webSocketClosed, withoutQuery } from "../connect-error.ts";
import { detectByPackets } from "../detect-by-packets.ts";
import type { OpenWebSocket, WebSocketEvents, WebSocketHandle } from "../platform.ts";
import { queryOf } from "../url.ts";
import type { Transport, TransportClass, TransportContext } from "./transport.ts";

type WebSocketState =
  | { readonly at: "idle" }
  | { readonly at: "opening"; readonly handle: WebSocketHandle | undefined }
  | { readonly at: "open"; readonly handle: WebSocketHandle }
  | { readonly at: "closed" };

/** A transport over one WebSocket. */
export class WebSocketTransport implements Transport {
  readonly endsByPacket = false;
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly #context: TransportContext;
  readonly #openWebSocket: OpenWebSocket;
  #dialect: EngineDialect;
  #sid: string | undefined;
  #events: CarrierEvents = DEAF;
  #state: WebSocketState = { at: "idle" };
  /** Outgoing packets that the platform has not taken yet. */
  #unsent = 0;
  #failure: Omit<Failure, "url"> | undefined;

  constructor(context: TransportContext, openWebSocket: OpenWebSocket) {
    this.#context = context;
    this.#openWebSocket = openWebSocket;
    this.#dialect = context.dialect;
    this.#sid = context.sid;
  }

  get name(): "websocket" {
    return "websocket";
  }

  get query(): Readonly<Record<string, string>> {
    return queryOf(this.#context.url(this.#dialect, this.#sid));
  }

  get dialect(): EngineDialect {
    return this.#dialect;
  }

  get writable(): boolean {
    return this.#state.at === "open" && this.#unsent === 0;
  }

  get supportsBinary(): boolean {
    return this.#context.options.forceBase64 !== true;
  }

  /** The platform's own WebSocket. */
  get ws(): unknown {
    return this.#state.at === "open" || this.#state.at === "opening" ? this.#state.handle?.native : undefined;
  }

  get readyState(): string {
    return this.#state.at;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  open(): void {
    const { platform, options } = this.#context;
    this.#state = { at: "opening", handle: undefined };
    const url = this.#context.url(this.#dialect, this.#sid);
    try {
      const handle = this.#openWebSocket({ url, protocols: options.protocols, options }, this.#listener());
      if (this.#state.at === "opening") this.#state = { at: "opening", handle };
    } catch (error) {
      // The platform refuses some URLs and subprotocols at once.
      this.#failure = { error: withoutQuery(error), code: "REQUEST_INVALID" };
      // Not at once: the program has no chance to listen before the call that connects returns.
      platform.clock.after(0, () => this.#closed(0, ""));
    }
  }

  settle({ dialect, sid }: Parameters<Transport["settle"]>[0]): void {
    this.#dialect = dialect;
    this.#sid = sid;
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state.at !== "open") return;
    const { handle } = this.#state;
    this.#unsent += batch.length;
    for (const outgoing of batch) {
      const last = outgoing.frames.length - 1;
      for (const [index, frame] of outgoing.frames.entries()) {
        handle.send(
          frame.data,
          outgoing.compress,
          index === last ? (error) => this.#handedOver(outgoing, error) : undefined,
        );
      }
    }
  }

  pause(done: () => void): void {
    done();
  }

  resume(): void {}

  close(how: "flush" | "discard"): void {
    const state = this.#state;
    if (state.at === "closed") return;
    this.#state = { at: "closed" };
    if (state.at === "open" && how === "flush") state.handle.close();
    else if (state.at !== "idle") state.handle?.discard();
    if (how === "flush") this.#events.carrierClosed("transport close");
  }

  #listener(): WebSocketEvents {
    return {
      opened: () => {
        if (this.#state.at !== "opening" || this.#state.handle === undefined) return;
        this.#state = { at: "open", handle: this.#state.handle };
        this.#context.opened();
      },
      message: (data) => this.#message(data),
      failed: (error, code, answer) => {
        this.#failure = { error, ...(code !== undefined && { code }), ...answer };
      },
      closed: (code, reason) => this.#closed(code, reason),
    };
  }

  #message(data: string | Uint8Array): void {
    if (this.#state.at !== "open") return;
    let packet: ReturnType<EngineDialect["decodePacket"]>;
    try {
      packet = this.#dialect.decodePacket(data);
    } catch (error) {
      const { handle } = this.#state;
      this.#state = { at: "closed" };
      handle.discard();
      const url = this.#context.endpoint;
      const cause = new TransportError("server error", { url, error, code: "PARSE_ERROR" });
      this.#events.carrierClosed("transport error", cause);
      return;
    }
    this.#events.received(packet);
  }

  #handedOver(outgoing: Outgoing, error: unknown): void {
    this.#unsent--;
    outgoing.flushed?.(error === undefined || error === null ? undefined : "transport error");
    if (this.#unsent === 0 && this.#state.at === "open") this.#events.drained();
  }

  #closed(code: number, reason: string): void {
    const before = this.#state.at;
    if (before === "closed") return;
    this.#state = { at: "closed" };
    if (before === "open" && this.#failure === undefined) {
      this.#events.carrierClosed("transport close", webSocketClosed(code, reason));
      return;
    }
    const error = new Error(`the WebSocket was closed with code ${code}`);
    const failure: Omit<Failure, "url"> = this.#failure ?? { error, code: "CONNECTION_RESET" };
    const cause = new TransportError("websocket error", { url: this.#context.endpoint, ...failure });
    this.#events.carrierClosed("transport error", cause);
  }
}

/** Makes the class of WebSockets over one way to open them. */
export function webSocketOver(openWebSocket: OpenWebSocket): TransportClass {
  return class extends WebSocketTransport {
    static create(context: TransportContext): Transport {
      return new this(context, openWebSocket);
    }
    static detect = detectByPackets;
  };
}
