// The Engine.IO client: one connection from its opening over its upgrade to its end, then never again.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   opening --handshake--> open --close(), lost--> closed        opening --failed, close()--> closed
//
// Rules: the session is the truth about an open connection; a close while a transport is being left waits for the
//        other one, as packets may be on their way; `closed` is told once.
// Source: docs/protocol/engine-4.md, "Closing"

import type { EngineDialect, Frame, Handshake, Packet } from "@bowline/protocol";
import { type Cancel, type CloseReason, DEAF, EngineSession, type Outgoing, toBytes } from "@bowline/protocol/internal";
import { type CloseDetails, closedByServer } from "./connect-error.ts";
import { DIALECTS, type Revision } from "./detect-revision.ts";
import { ClientEmitter } from "./emitter.ts";
import {
  asDetails,
  type EngineEvents,
  type EngineListener,
  type EngineTransport,
  type OutgoingMessage,
  packetsOf,
  type RawData,
  type SendOptions,
} from "./engine-events.ts";
import type { Upgrading } from "./engine-upgrade.ts";
import { guardProgram } from "./guard.ts";
import { createOpening, type EngineContext, type Opening } from "./opening.ts";
import { chooseTransports, firstTransports, REMEMBERED } from "./transports/choose.ts";
import type { Transport, TransportClass } from "./transports/transport.ts";

type EngineState =
  | { readonly at: "opening" }
  | { readonly at: "open"; readonly session: EngineSession; readonly upgrading: Upgrading | undefined }
  | { readonly at: "closed" };

const NO_TRANSPORT: EngineTransport = {
  name: "polling",
  writable: false,
  supportsBinary: false,
  query: {},
  readyState: "",
};

/** One connection. */
export class Engine extends ClientEmitter<Record<never, never>, Record<never, never>, EngineEvents> {
  /** How messages that are bytes are told, as in WebSockets: `blob`, `arraybuffer`, or `nodebuffer` on Node. */
  binaryType: string;
  readonly #context: EngineContext;
  readonly #listener: EngineListener;
  readonly #kinds: readonly TransportClass[];
  readonly #opening: Opening;
  #state: EngineState = { at: "opening" };
  #transport: Transport | undefined;
  #handshake: Handshake | undefined;
  /** What was sent before there was a session. */
  #early: (() => void)[] = [];
  #isLeaving = false;
  #isGivenUp = false;
  #watches: readonly Cancel[] = [];

  constructor(context: EngineContext, listener: EngineListener) {
    const { options, platform } = context;
    super(platform.trace("engine.event"));
    this.binaryType = platform.binaryType;
    this.#context = context;
    this.#listener = listener;
    this.#kinds = chooseTransports(platform, options);
    this.#opening = createOpening(context, firstTransports(this.#kinds, options), {
      opened: (transport, handshake, early) => this.#opened(transport, handshake, early),
      failed: (error) => this.#closed("transport error", error),
    });
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
    return this.#transport ?? this.#opening.transport ?? NO_TRANSPORT;
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
    return DIALECTS[this.protocol];
  }

  get #session(): EngineSession | undefined {
    return this.#state.at === "open" ? this.#state.session : undefined;
  }

  /** Starts to connect. */
  open(): void {
    if (this.#state.at === "opening") this.#opening.start();
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
      this.#opening.cancel();
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

  #opened(transport: Transport, handshake: Handshake, early: readonly Packet[]): void {
    const { platform, options } = this.#context;
    const session = new EngineSession({
      id: handshake.sid,
      dialect: transport.dialect,
      side: "client",
      pingIntervalMs: handshake.pingInterval,
      pingTimeoutMs: handshake.pingTimeout,
      clock: platform.clock,
      trace: platform.trace,
      events: {
        message: (data) => this.#message(data),
        heartbeat: (type, latencyMs) => this.#heartbeat(type, latencyMs),
        packet: (packet) => this.#packet(packet),
        flushed: () => this.#tell("flush"),
        drained: () => this.#tell("drain"),
        closed: (reason, cause) => this.#closed(reason, asDetails(cause) ?? detailsOf(reason)),
      },
    });
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
    if (options.upgrade !== false && this.readyState === "open") this.#upgrade(session, transport);
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

  #upgrade(session: EngineSession, current: Transport): void {
    const upgrading = this.#context.platform.upgrade?.(this.#context, this.#better, session, current, {
      upgrading: (candidate) => this.#tell("upgrading", candidate),
      switched: (candidate) => {
        this.#moved(candidate);
        session.replace(candidate);
        // The old transport said its last word before it was paused.
        current.close("discard");
        this.#tell("upgrade", candidate);
        if (this.#isLeaving) session.close();
      },
      failed: (error) => {
        if (this.#state.at === "open") this.#tell("upgradeError", error);
      },
      ended: () => {
        if (this.#isLeaving) session.close();
      },
    });
    this.#state = { at: "open", session, upgrading };
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
    this.#state = { at: "closed" };
    if (state.at === "open") state.upgrading?.drop("the connection was lost");
    for (const stop of this.#watches) stop();
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

/** An end of this kind that comes without any cause is one that the server has sent a packet for. */
function detailsOf(reason: CloseReason): CloseDetails | undefined {
  return reason === "transport close" ? closedByServer() : undefined;
}
