// A WebSocket in the shape of any other transport: one packet per message, no payloads.
// Place: bytes -> **websocket carrier** -> engine dialect -> session
//
//   ready --send--> busy --written--> ready        ready, busy --close, connection gone, bad packet--> gone
//
// Rules: a new batch waits until the one before was handed to the platform, which is the back-pressure;
//        a close frame carries no code; packets of a closed carrier are not heard.
// Source: docs/protocol/engine-4.md, "WebSocket"

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Carrier,
  type CarrierEvents,
  type CloseReason,
  DEAF,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";
import type { WebSocketEvents, WebSocketPort } from "./http-exchange.ts";

/** The server's end of a WebSocket. */
export class WebSocketCarrier implements Carrier, WebSocketEvents {
  readonly supportsBinary: boolean;
  readonly #dialect: EngineDialect;
  readonly #port: WebSocketPort;
  #state: "ready" | "busy" | "gone" = "ready";
  #events: CarrierEvents = DEAF;

  constructor(port: WebSocketPort, dialect: EngineDialect, supportsBinary: boolean) {
    this.#port = port;
    this.#dialect = dialect;
    this.supportsBinary = supportsBinary;
    port.listen(this);
  }

  // What all WebSockets have in common takes no room in each.
  get name(): TransportName {
    return "websocket";
  }

  get maxBatchBytes(): number {
    return Number.POSITIVE_INFINITY;
  }

  get endsByPacket(): boolean {
    return false;
  }

  get writable(): boolean {
    return this.#state === "ready";
  }

  /** The runtime's own WebSocket. */
  get native(): unknown {
    return this.#port.native;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state !== "ready") throw new TypeError(`Cannot send: the WebSocket is ${this.#state}`);
    this.#state = "busy";
    this.#port.send(batch, (failure) => this.#sent(batch, failure));
  }

  /** Writes one packet at once, outside of any session: the answer to a probe. */
  sendAlone(packet: Packet): void {
    if (this.#state !== "ready") return;
    this.#port.send([{ frames: [this.#dialect.frame(packet, false)], compress: false }], () => undefined);
  }

  close(how: "flush" | "discard"): void {
    if (this.#state === "gone") return;
    // Both ways say goodbye with a close frame; a peer that does not answer it is cut off by the runtime.
    this.#port.close();
    this.#gone(how === "flush" ? "forced close" : "transport close");
  }

  message(data: string | Uint8Array): void {
    if (this.#state === "gone") return;
    let packet: Packet;
    try {
      packet = this.#dialect.decodePacket(data);
    } catch (error) {
      this.#port.close();
      this.#gone("parse error", error);
      return;
    }
    this.#events.received(packet);
  }

  closed(error?: Error): void {
    this.#gone(error === undefined ? "transport close" : "transport error", error);
  }

  #sent(batch: readonly Outgoing[], failure: Error | undefined): void {
    const reason: CloseReason | undefined = failure === undefined ? undefined : "transport error";
    for (const outgoing of batch) outgoing.flushed?.(reason);
    if (this.#state !== "busy") return;
    this.#state = "ready";
    if (failure === undefined) this.#events.drained();
    else this.#gone("transport error", failure);
  }

  #gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#events.carrierClosed(reason, cause);
  }
}
