// The Engine.IO client: one connection from its opening over its upgrade to its end, then never again.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   opening --handshake--> open --close(), lost--> closed        opening --failed, close()--> closed
//
// Rules: the session is the truth about an open connection; a close while a transport is being left waits for the
//        other one, as packets may be on their way; `closed` is told once.
// Source: docs/protocol/engine-4.md, "Closing"

import type { EngineDialect, Frame, Handshake, Packet } from "@bowline/protocol";
import type { Cancel, CloseReason, Outgoing, SessionEvents } from "@bowline/protocol/internal";
import { createSessionTerms, DEAF, EngineSession, eio4Client as eio4, toBytes } from "@bowline/protocol/internal";
import type { CloseDetails, FailureError } from "./connect-error.ts";
import type { Revision } from "./detect-revision.ts";
import { ClientEmitter } from "./emitter.ts";
import {
  detailsOf,
  type EngineEvents,
  type EngineListener,
  type EngineTransport,
  NO_TRANSPORT,
  type OutgoingMessage,
  packetsOf,
  type RawData,
  type SendOptions,
} from "./engine-events.ts";
import type { UpgradeHost, Upgrading } from "./engine-upgrade.ts";
import { guardProgram } from "./guard.ts";
import { type EngineContext, Opening, type OpeningEvents } from "./opening.ts";
import { chooseTransports, firstTransports, REMEMBERED } from "./transports/choose.ts";
import type { Transport, TransportClass } from "./transports/transport.ts";

type EngineState =
  | { readonly at: "opening"; readonly opening: Opening }
  | { readonly at: "open"; readonly session: EngineSession; readonly upgrading: Upgrading | undefined }
  | { readonly at: "closed" };

/** One connection. */
export class Engine extends ClientEmitter<Record<never, never>, Record<never, never>, EngineEvents> {
  /** How messages that are bytes are told, as in WebSockets: `blob`, `arraybuffer`, or `nodebuffer` on Node. */
  binaryType: string;
  readonly #context: EngineContext;
  readonly #listener: EngineListener;
  readonly #kinds: readonly TransportClass[];
  #state: EngineState;
  #transport: Transport | undefined;
  #handshake: Handshake | undefined;
  /** What was sent before there was a session. */
  #early: (() => void)[] = [];
  #isLeaving = false;
  #isGivenUp = false;
  #watches: readonly Cancel[] | undefined;

  /** What the parts of a connection tell it; programs see nothing of that. */
  static readonly #Ear = class implements OpeningEvents, SessionEvents, UpgradeHost {
    readonly #engine: Engine;

    constructor(engine: Engine) {
      this.#engine = engine;
    }

    opened(transport: Transport, handshake: Handshake, early: readonly Packet[]): void {
      this.#engine.#opened(transport, handshake, early, this);
    }

    failed(error: Error): void {
      this.#engine.#closed("transport error", error);
    }

    message(data: string | Uint8Array): void {
      this.#engine.#message(data);
    }

    heartbeat(type: "ping" | "pong", latencyMs?: number): void {
      this.#engine.#heartbeat(type, latencyMs);
    }

    packet(packet: Packet): void {
      if (this.#engine.isHeardAtAll) this.#engine.#packet(packet);
    }

    flushed(): void {
      this.#engine.#tell("flush");
    }

    drained(): void {
      this.#engine.#tell("drain");
    }

    closed(reason: CloseReason, cause?: unknown): void {
      this.#engine.#closed(reason, detailsOf(reason, cause));
    }

    upgrading(candidate: EngineTransport): void {
      this.#engine.#tell("upgrading", candidate);
    }

    switched(candidate: Transport): void {
      this.#engine.#switched(candidate);
    }

    upgradeFailed(error: FailureError): void {
      if (this.#engine.#state.at === "open") this.#engine.#tell("upgradeError", error);
    }

    upgradeEnded(): void {
      if (this.#engine.#isLeaving) this.#engine.#session?.close();
    }
  };

  constructor(context: EngineContext, listener: EngineListener) {
    const { options, platform } = context;
    super(platform.trace("engine.event"));
    this.binaryType = platform.binaryType;
    this.#context = context;
    this.#listener = listener;
    this.#kinds = chooseTransports(platform, options);
    const first = firstTransports(this.#kinds, options);
    this.#state = { at: "opening", opening: new Opening(context, first, new Engine.#Ear(this)) };
  }

  /** Whether a WebSocket worked the last time, in the whole process; see the option `rememberUpgrade`. */
  static get priorWebsocketSuccess(): boolean {
    return REMEMBERED.hasWebSocketWorked;
  }

  static set priorWebsocketSuccess(hasWorked: boolean) {
    REMEMBERED.hasWebSocketWorked = hasWorked;
  }

  /** The session id, once the server gave one. */
  get id(): string | undefined {
    return this.#handshake?.sid;
  }

  /** The transports that the server offered to move to, as far as this side may use them. */
  get upgrades(): readonly string[] {
    return this.#better.map(({ prototype }) => prototype.name);
  }

  /** Milliseconds between two heartbeats, once the server told. */
  get pingInterval(): number | undefined {
    return this.#handshake?.pingInterval;
  }

  /** Milliseconds within which a heartbeat has to be answered, once the server told. */
  get pingTimeout(): number | undefined {
    return this.#handshake?.pingTimeout;
  }

  /** `opening`, `open`, `closing` or `closed`. */
  get readyState(): "opening" | "open" | "closing" | "closed" {
    if (this.#state.at !== "open") return this.#state.at;
    return this.#state.session.state.at === "draining" || this.#isLeaving ? "closing" : "open";
  }

  /** The transport in use. */
  get transport(): EngineTransport {
    const state = this.#state;
    return this.#transport ?? (state.at === "opening" ? state.opening.transport : undefined) ?? NO_TRANSPORT;
  }

  /** What was sent and not taken by the transport yet, made anew at each look. */
  get writeBuffer(): readonly OutgoingMessage[] {
    return this.#session?.unsent.flatMap((outgoing) => packetsOf(outgoing, this.#dialect)) ?? [];
  }

  /** The revision of the Engine.IO protocol that the server speaks; before that is known, the one it is asked for. */
  get protocol(): Revision {
    return this.#transport?.dialect.revision ?? this.#context.memory.revision ?? this.#context.first;
  }

  /** Whether a packet sent now would leave at once. */
  get writable(): boolean {
    return this.#session?.writable ?? false;
  }

  /** Whether the server should have been heard of by now, as after a laptop slept. */
  get overdue(): boolean {
    return this.#isGivenUp || (this.#session?.overdue ?? false);
  }

  /** Ends a connection that is overdue, at the end of the turn, even if the server is heard of meanwhile. */
  giveUp(): void {
    if (this.#isGivenUp || !this.overdue) return;
    this.#isGivenUp = true;
    this.#context.platform.clock.after(0, () => this.#lost("ping timeout"));
  }

  get #dialect(): EngineDialect {
    return this.#transport?.dialect ?? eio4;
  }

  get #session(): EngineSession | undefined {
    return this.#state.at === "open" ? this.#state.session : undefined;
  }

  /** Starts to connect. */
  open(): void {
    if (this.#state.at === "opening") this.#state.opening.start();
  }

  /** Makes the frame of a message in this connection's dialect. */
  frame(data: string | Uint8Array): Frame {
    return this.#dialect.frame({ type: "message", data }, this.#transport?.supportsBinary === false);
  }

  /** Sends frames of this connection's dialect. */
  sendFrames(outgoing: Outgoing): void {
    if (this.isHeard("packetCreate")) {
      for (const packet of packetsOf(outgoing, this.#dialect)) this.#tell("packetCreate", packet);
    }
    this.#send(outgoing);
  }

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
    this.#tell("packetCreate", { type: "message", data: message, options: { compress } });
    const send = (): void =>
      this.#send({
        frames: [this.frame(message)],
        compress,
        flushed: (failure) => {
          if (failure === undefined && done !== undefined) guardProgram(this.#context.platform.clock, done);
        },
      });
    if (this.#state.at === "opening") this.#early.push(send);
    else send();
    return this;
  }

  /** As `send`. */
  write(data: unknown, options?: SendOptions | (() => void) | null, flushed?: () => void): this {
    return this.send(data, options, flushed);
  }

  /** Ends the connection once what was sent has left. @returns the engine. */
  close(): this {
    const state = this.#state;
    if (state.at === "opening") {
      REMEMBERED.hasWebSocketWorked = false;
      state.opening.cancel();
      this.#closed("forced close");
    } else if (state.at === "open") {
      this.#isLeaving = true;
      // A transport that is being left takes nothing more; the other one will say goodbye.
      if (state.upgrading?.isPausing === true) return this;
      state.upgrading?.drop("the connection is being closed");
      state.session.close();
    }
    return this;
  }

  get #better(): readonly TransportClass[] {
    const offered = this.#handshake?.upgrades ?? [];
    return this.#kinds.filter(({ prototype }) => offered.includes(prototype.name));
  }

  #send(outgoing: Outgoing): void {
    if (this.#session === undefined) outgoing.flushed?.("forced close");
    else this.#session.send(outgoing);
  }

  #opened(
    transport: Transport,
    handshake: Handshake,
    early: readonly Packet[],
    events: SessionEvents & UpgradeHost,
  ): void {
    const { platform, options } = this.#context;
    const terms = createSessionTerms({
      dialect: transport.dialect,
      side: "client",
      pingIntervalMs: handshake.pingInterval,
      pingTimeoutMs: handshake.pingTimeout,
      clock: platform.clock,
      trace: platform.trace,
    });
    const session = new EngineSession(handshake.sid, events, terms);
    this.#handshake = handshake;
    this.#moved(transport);
    this.#state = { at: "open", session, upgrading: undefined };
    this.#watches = this.#watchPage();
    session.attach(transport);
    this.#packet({ type: "open", data: JSON.stringify(handshake) });
    this.#tell("handshake", handshake);
    this.#listener.opened(handshake);
    for (const send of this.#early.splice(0)) send();
    this.#tell("open");
    for (const packet of early) session.received(packet);
    const better = this.#better.filter(({ prototype }) => prototype.name !== transport.name);
    if (better.length > 0 && options.upgrade !== false && this.readyState === "open") {
      const upgrading = platform.upgrade?.(this.#context, better, session, transport, events);
      this.#state = { at: "open", session, upgrading };
    }
  }

  #moved(transport: Transport): void {
    REMEMBERED.hasWebSocketWorked = transport.name === "websocket";
    this.#transport = transport;
  }

  /** A network that is gone ends the connection at once; a page that is left ends it in silence, and only on demand. */
  #watchPage(): readonly Cancel[] {
    const { platform, options } = this.#context;
    const details: CloseDetails = { description: "network connection lost", code: "OFFLINE" };
    const offline = platform.onLeave("offline", () => this.#lost("transport close", details));
    if (options.closeOnBeforeunload !== true) return [offline];
    const leave = platform.onLeave("beforeunload", () => {
      // In silence: the page is going away, and its handlers would only reconnect.
      this.#transport?.listen(DEAF);
      this.#transport?.close("flush");
    });
    return [offline, leave];
  }

  #switched(candidate: Transport): void {
    const left = this.#transport;
    this.#moved(candidate);
    this.#session?.replace(candidate);
    // The old transport said its last word before it was paused.
    left?.close("discard");
    this.#tell("upgrade", candidate);
    if (this.#isLeaving) this.#session?.close();
  }

  /** What costs something is only made when somebody listens. */
  #tell<Event extends keyof EngineEvents>(event: Event, ...args: Parameters<EngineEvents[Event]>): void {
    if (this.isHeard(event)) guardProgram(this.#context.platform.clock, () => this.dispatch(event, args));
  }

  #packet({ type, data }: Packet): void {
    if (this.isHeard("packet")) {
      this.#tell("packet", data === undefined ? { type } : { type, data: this.#raw(data) });
    }
    this.#tell("heartbeat");
  }

  #message(data: string | Uint8Array): void {
    this.#listener.message(data);
    if (!this.isHeardAtAll) return;
    for (const event of ["data", "message"] as const) {
      if (this.isHeard(event)) this.#tell(event, this.#raw(data));
    }
  }

  #raw(data: string | Uint8Array): RawData {
    return typeof data === "string" ? data : this.#context.platform.binary(data, this.binaryType);
  }

  #heartbeat(type: "ping" | "pong", latencyMs: number | undefined): void {
    const answers = this.#dialect.pinger === "server";
    this.#listener.heartbeat(type, latencyMs);
    if (type === "ping") {
      this.#tell("packetCreate", { type: answers ? "pong" : type, options: { compress: true } });
    }
    this.#tell(type);
    if (answers) this.#tell("pong");
  }

  #lost(reason: CloseReason, details?: CloseDetails): void {
    const transport = this.#transport;
    this.#session?.carrierClosed(reason, details);
    transport?.close("discard");
  }

  #closed(reason: CloseReason, details?: Error | CloseDetails): void {
    const state = this.#state;
    if (state.at === "closed") return;
    if (state.at === "opening") this.#transport = state.opening.transport;
    this.#state = { at: "closed" };
    if (state.at === "open") state.upgrading?.drop("the connection was lost");
    for (const stop of this.#watches ?? []) stop();
    if (details !== undefined) this.#context.platform.explain?.(details);
    if (reason === "transport error" && details instanceof Error) {
      REMEMBERED.hasWebSocketWorked = false;
      this.#listener.failed(details);
      this.#tell("error", details);
    }
    this.#listener.closed(reason, details);
    this.#tell("close", reason, details);
  }
}
