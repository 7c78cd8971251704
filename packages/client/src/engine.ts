// The Engine.IO client: one connection from its opening over its upgrade to its end, then never again.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   opening --handshake--> open --close(), lost--> closed        opening --failed, close()--> closed
//
// Rules: the session is the truth about an open connection; a close while a transport is being left waits for the
//        other one, as packets may be on their way; `closed` is told once.
// Source: docs/protocol/engine-4.md, "Closing"

import type { EngineDialect, Frame, Handshake, Packet } from "@bowline/protocol";
import {
  type Cancel,
  type CloseReason,
  EngineSession,
  eio4Client as eio4,
  type Outgoing,
} from "@bowline/protocol/internal";
import type { CloseDetails } from "./connect-error.ts";
import type { Revision } from "./detect-revision.ts";
import { EngineEmitter } from "./engine-emitter.ts";
import {
  asDetails,
  type EngineListener,
  type EngineTransport,
  type OutgoingMessage,
  packetsOf,
} from "./engine-events.ts";
import { createOpening, type EngineContext, type Opening } from "./opening.ts";
import { watchPage } from "./page-watch.ts";
import { chooseTransports, firstTransports, REMEMBERED } from "./transports/choose.ts";
import type { Transport, TransportClass } from "./transports/transport.ts";
import type { Upgrading } from "./upgrading.ts";

type EngineState =
  | { readonly at: "opening"; readonly opening: Opening }
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
export class Engine extends EngineEmitter {
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
  #stopListening: Cancel | undefined;

  constructor(context: EngineContext, listener: EngineListener) {
    super(context.platform);
    this.#context = context;
    this.#listener = listener;
    this.#kinds = chooseTransports(context.platform, context.options);
    const opening = createOpening(context, firstTransports(this.#kinds, context.options), {
      opened: (transport, handshake, early) => this.#opened(transport, handshake, early),
      failed: (error) => this.#failed(error),
    });
    this.#state = { at: "opening", opening };
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
    const opening = this.#state.at === "opening" ? this.#state.opening.transport : undefined;
    return this.#transport ?? opening ?? NO_TRANSPORT;
  }

  /** What was sent and not taken by the transport yet, made anew at each look. */
  get writeBuffer(): readonly OutgoingMessage[] {
    return this.#session?.unsent.flatMap((outgoing) => packetsOf(outgoing, this.#dialect)) ?? [];
  }

  /** The revision of the Engine.IO protocol that the server speaks; before that is known, the one it is asked for. */
  get protocol(): Revision {
    return this.#session?.dialect.revision ?? this.#context.memory.revision ?? this.#context.first;
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

  /** Sends frames of this connection's dialect. */
  sendFrames(outgoing: Outgoing): void {
    this.tellCreated(outgoing, this.#dialect);
    this.#send(outgoing);
  }

  #send(outgoing: Outgoing): void {
    if (this.#session === undefined) outgoing.flushed?.("forced close");
    else this.#session.send(outgoing);
  }

  /** Makes the frame of a message in this connection's dialect. */
  frame(data: string | Uint8Array): Frame {
    return this.#dialect.frame({ type: "message", data }, this.#transport?.supportsBinary === false);
  }

  protected override transmit(data: string | Uint8Array, rest: Omit<Outgoing, "frames">): void {
    const send = (): void => this.#send({ ...rest, frames: [this.frame(data)] });
    if (this.#state.at === "opening") this.#early.push(send);
    else send();
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
        packet: (packet) => this.tellPacket(packet),
        flushed: () => this.tell("flush"),
        drained: () => this.tell("drain"),
        closed: (reason, cause) => this.#closed(reason, cause),
      },
    });
    this.#handshake = handshake;
    this.#transport = transport;
    REMEMBERED.hasWebSocketWorked = transport.name === "websocket";
    this.#state = { at: "open", session, upgrading: undefined };
    this.#stopListening = watchPage(
      platform,
      options,
      () => this.#transport,
      () => this.#lost("transport close", { description: "network connection lost", code: "OFFLINE" }),
    );
    session.attach(transport);
    this.tellPacket({ type: "open", data: JSON.stringify(handshake) });
    this.tell("handshake", handshake);
    this.#listener.opened(handshake);
    for (const send of this.#early.splice(0)) send();
    this.tell("open");
    for (const packet of early) session.received(packet);
    if (options.upgrade !== false && this.readyState === "open") this.#upgrade(session, transport);
  }

  #upgrade(session: EngineSession, current: Transport): void {
    const settle = (): void => {
      if (this.#state.at === "open") this.#state = { at: "open", session, upgrading: undefined };
    };
    const upgrading = this.#context.platform.upgrade?.(this.#context, this.#better, session, current, {
      upgrading: (candidate) => this.tell("upgrading", candidate),
      switched: (candidate) => {
        REMEMBERED.hasWebSocketWorked = candidate.name === "websocket";
        this.#transport = candidate;
        settle();
        session.replace(candidate);
        // The old transport said its last word before it was paused.
        current.close("discard");
        this.tell("upgrade", candidate);
        if (this.#isLeaving) session.close();
      },
      failed: (error) => {
        if (this.#state.at === "open") this.tell("upgradeError", error);
      },
      ended: () => {
        settle();
        if (this.#isLeaving && this.#state.at === "open") session.close();
      },
    });
    this.#state = { at: "open", session, upgrading };
  }

  #message(data: string | Uint8Array): void {
    this.#listener.message(data);
    this.tellMessage(data);
  }

  #heartbeat(type: "ping" | "pong", latencyMs: number | undefined): void {
    this.#listener.heartbeat(type, latencyMs);
    this.tellHeartbeat(type, this.#dialect.pinger === "server");
  }

  #lost(reason: CloseReason, details?: CloseDetails): void {
    const transport = this.#transport;
    this.#session?.carrierClosed(reason, details);
    transport?.close("discard");
  }

  #failed(error: Error): void {
    if (this.#state.at !== "opening") return;
    REMEMBERED.hasWebSocketWorked = false;
    this.#transport = this.#state.opening.transport;
    this.#state = { at: "closed" };
    this.#context.platform.explain?.(error);
    this.#listener.failed(error);
    this.tell("error", error);
    this.tell("close", "transport error", error);
  }

  #closed(reason: CloseReason, cause?: unknown): void {
    const state = this.#state;
    if (state.at === "closed") return;
    this.#state = { at: "closed" };
    if (state.at === "open") state.upgrading?.drop("the connection was lost");
    this.#stopListening?.();
    const details = asDetails(cause);
    if (details !== undefined) this.#context.platform.explain?.(details);
    if (reason === "transport error" && details instanceof Error) {
      REMEMBERED.hasWebSocketWorked = false;
      this.#listener.failed(details);
      this.tell("error", details);
    }
    this.#listener.closed(reason, details);
    this.tell("close", reason, details);
  }
}
