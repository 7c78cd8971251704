// What programs hear of a connection, packets, messages and heartbeats, as far as anybody listens; and how they send.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: what a listener throws is told as uncaught, and harms no connection; nothing is made for nobody.

import type { EngineDialect, Packet } from "@bowline/protocol";
import { type Outgoing, toBytes } from "@bowline/protocol/internal";
import { ClientEmitter } from "./emitter.ts";
import { type EngineEvents, packetsOf, type RawData, type SendOptions } from "./engine-events.ts";
import { guardProgram } from "./guard.ts";
import type { Platform } from "./platform.ts";

/** The events of a connection. */
export abstract class EngineEmitter extends ClientEmitter<Record<never, never>, Record<never, never>, EngineEvents> {
  /** How messages that are bytes are told, as in WebSockets: `blob`, `arraybuffer`, or `nodebuffer` on Node. */
  binaryType: string;
  readonly #platform: Platform;

  constructor(platform: Platform) {
    super(platform.trace("engine.event"));
    this.#platform = platform;
    this.binaryType = platform.binaryType;
  }

  /** Takes a message on its way out. */
  protected abstract transmit(data: string | Uint8Array, rest: Omit<Outgoing, "frames">): void;

  /**
   * Sends one message; before the connection is open it waits.
   * @param data a text or bytes; anything else is sent as its text.
   * @param options may be left out.
   * @param flushed called when the transport has taken it; never where the connection ends before.
   * @returns the engine.
   */
  send(data: unknown, options?: SendOptions | (() => void) | null, flushed?: () => void): this {
    const done = typeof options === "function" ? options : flushed;
    const compress = typeof options !== "object" || options?.compress !== false;
    const message = toBytes(data) ?? String(data);
    if (this.hasListeners("packetCreate")) {
      this.tell("packetCreate", { type: "message", data: message, options: { compress } });
    }
    this.transmit(message, {
      compress,
      flushed: (failure) => {
        if (failure === undefined && done !== undefined) guardProgram(this.#platform.clock, done);
      },
    });
    return this;
  }

  /** As `send`. */
  write(data: unknown, options?: SendOptions | (() => void) | null, flushed?: () => void): this {
    return this.send(data, options, flushed);
  }

  protected tell<Event extends keyof EngineEvents>(event: Event, ...args: Parameters<EngineEvents[Event]>): void {
    if (this.hasListeners(event)) guardProgram(this.#platform.clock, () => this.dispatch(event, args));
  }

  protected tellPacket({ type, data }: Packet): void {
    if (this.hasListeners("packet"))
      this.tell("packet", data === undefined ? { type } : { type, data: this.#raw(data) });
    this.tell("heartbeat");
  }

  protected tellMessage(data: string | Uint8Array): void {
    if (this.hasListeners("data")) this.tell("data", this.#raw(data));
    if (this.hasListeners("message")) this.tell("message", this.#raw(data));
  }

  /** @param answers whether pings are the server's, so that a ping is answered. */
  protected tellHeartbeat(type: "ping" | "pong", answers: boolean): void {
    if (type === "ping") this.tell("packetCreate", { type: answers ? "pong" : type, options: { compress: true } });
    this.tell(type);
    if (answers) this.tell("pong");
  }

  protected tellCreated(outgoing: Outgoing, dialect: EngineDialect): void {
    if (!this.hasListeners("packetCreate")) return;
    for (const packet of packetsOf(outgoing, dialect)) this.tell("packetCreate", packet);
  }

  #raw(data: string | Uint8Array): RawData {
    return typeof data === "string" ? data : this.#platform.binary(data, this.binaryType);
  }
}
