// The Engine.IO client: one connection from its opening over its upgrade to its end, then never again.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   opening --handshake--> open --close(), lost--> closed        opening --failed, close()--> closed
//
// Rules: the session is the truth about an open connection; a close while a transport is being left waits for the
//        other one, as packets may be on their way; `closed` is told once.
// Source: docs/protocol/engine-4.md, "Closing"

import { eio4, type Frame, type Handshake, type Packet } from "@bowline/protocol";
import {
  type Cancel,
  type CloseReason,
  DEAF,
  EngineSession,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";
import { type CloseDetails, TransportError } from "./connect-error.ts";
import type { Revision } from "./detect-revision.ts";
import { ClientEmitter } from "./emitter.ts";
import type { FailureCode } from "./failure-code.ts";
import { guardProgram } from "./guard.ts";
import { contextFor, type EngineContext, Opening } from "./opening.ts";
import { DEFAULTS } from "./options.ts";
import type { Transport } from "./transports/transport.ts";
import { WebSocketTransport } from "./transports/websocket.ts";
import { Upgrading } from "./upgrading.ts";

/** Events of a connection, for programs. */
export interface EngineEvents {
  open: () => void;
  handshake: (handshake: Handshake) => void;
  message: (data: string | Uint8Array) => void;
  data: (data: string | Uint8Array) => void;
  ping: () => void;
  pong: (latencyMs?: number) => void;
  drain: () => void;
  upgrading: (transport: EngineTransport) => void;
  upgrade: (transport: EngineTransport) => void;
  upgradeError: (error: Error) => void;
  error: (error: Error) => void;
  close: (reason: string, details?: Error | CloseDetails) => void;
}

/** What programs may look at of a transport. */
export interface EngineTransport {
  readonly name: TransportName;
  readonly writable: boolean;
  readonly supportsBinary: boolean;
  /** The platform's WebSocket, where the transport is one. */
  readonly ws?: unknown;
}

/** What a connection tells its manager, before it tells programs. */
export interface EngineListener {
  opened(handshake: Handshake): void;
  message(data: string | Uint8Array): void;
  heartbeat(type: "ping" | "pong", latencyMs?: number): void;
  /** The connection could not be opened, or broke with an error; in the latter case `closed` follows. */
  failed(error: Error): void;
  closed(reason: CloseReason, details?: Error | CloseDetails): void;
}

type EngineState =
  | { readonly at: "opening"; readonly opening: Opening }
  | { readonly at: "open"; readonly session: EngineSession; readonly upgrading: Upgrading | undefined }
  | { readonly at: "closed" };

/** The trust boundary for what a transport says of its end: an error or details of ours, or nothing. */
function asDetails(cause: unknown): Error | CloseDetails | undefined;
function asDetails(cause: unknown): unknown {
  return typeof cause === "object" && cause !== null && "description" in cause ? cause : undefined;
}

/** One connection. */
export class Engine extends ClientEmitter<Record<never, never>, Record<never, never>, EngineEvents> {
  readonly #context: EngineContext;
  readonly #listener: EngineListener;
  #state: EngineState;
  #transport: Transport | undefined;
  #id: string | undefined;
  #isLeaving = false;
  #isGivenUp = false;
  #stopListening: Cancel | undefined;

  constructor(context: EngineContext, listener: EngineListener) {
    super();
    this.#context = context;
    this.#listener = listener;
    const opening = new Opening(context, this.#transportNames(), {
      opened: (transport, handshake, early) => this.#opened(transport, handshake, early),
      failed: (error) => this.#failed(error),
    });
    this.#state = { at: "opening", opening };
  }

  /** The session id, once the server gave one. */
  get id(): string | undefined {
    return this.#id;
  }

  /** `opening`, `open`, `closing` or `closed`. */
  get readyState(): "opening" | "open" | "closing" | "closed" {
    if (this.#state.at !== "open") return this.#state.at;
    return this.#state.session.state.at === "draining" || this.#isLeaving ? "closing" : "open";
  }

  /** The transport in use. */
  get transport(): EngineTransport {
    const opening = this.#state.at === "opening" ? this.#state.opening.transport : undefined;
    return this.#transport ?? opening ?? { name: "polling", writable: false, supportsBinary: false };
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

  get #session(): EngineSession | undefined {
    return this.#state.at === "open" ? this.#state.session : undefined;
  }

  /** Starts to connect. */
  open(): void {
    if (this.#state.at === "opening") this.#state.opening.start();
  }

  /** Sends frames of this connection's dialect. */
  sendFrames(outgoing: Outgoing): void {
    if (this.#session === undefined) outgoing.flushed?.("forced close");
    else this.#session.send(outgoing);
  }

  /** Makes the frame of a message in this connection's dialect. */
  frame(data: string | Uint8Array): Frame {
    const dialect = this.#transport?.dialect ?? eio4;
    return dialect.frame({ type: "message", data }, this.#transport?.supportsBinary === false);
  }

  /**
   * Sends one message.
   * @param options `compress: false` for a message that is not worth it.
   * @param flushed called when the transport has taken it; never where the connection ends before.
   * @returns the engine.
   */
  send(data: string | Uint8Array, options?: { readonly compress?: boolean }, flushed?: () => void): this {
    const compress = options?.compress !== false;
    const isTaken = (failure?: CloseReason): void => {
      if (failure === undefined && flushed !== undefined) guardProgram(this.#context.platform.clock, flushed);
    };
    this.sendFrames({ frames: [this.frame(data)], compress, flushed: isTaken });
    return this;
  }

  /** As `send`. */
  write(data: string | Uint8Array, options?: { readonly compress?: boolean }, flushed?: () => void): this {
    return this.send(data, options, flushed);
  }

  /** Ends the connection once what was sent has left. @returns the engine. */
  close(): this {
    const state = this.#state;
    if (state.at === "opening") {
      state.opening.cancel();
      this.#closed("forced close");
    } else if (state.at === "open") {
      this.#isLeaving = true;
      // A transport that is being left takes nothing more; the other one will say goodbye.
      if (state.upgrading?.isPausing !== true) this.#leave(state.session, state.upgrading);
    }
    return this;
  }

  /** Calls listeners of the program; what they throw is told as uncaught, and harms no connection. */
  #tell(event: keyof EngineEvents, args: readonly unknown[]): void {
    guardProgram(this.#context.platform.clock, () => this.dispatch(event, args));
  }

  /** What is about to be told, with its sentence where the platform has one. */
  #explained<Failure extends Error | CloseDetails | undefined>(failure: Failure): Failure {
    if (failure !== undefined) this.#context.platform.explain?.(failure);
    return failure;
  }

  #leave(session: EngineSession, upgrading: Upgrading | undefined): void {
    upgrading?.drop("the connection is being closed");
    session.close();
  }

  #transportNames(): readonly TransportName[] {
    const { options, memory } = this.#context;
    const wanted: readonly string[] = options.transports ?? DEFAULTS.transports;
    const names = wanted.filter((name) => name === "polling" || name === "websocket");
    const startsWithWebSocket = options.rememberUpgrade === true && memory.websocketWorked;
    return startsWithWebSocket && names.includes("websocket") ? ["websocket"] : names;
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
        drained: () => this.#tell("drain", []),
        closed: (reason, cause) => this.#closed(reason, cause),
      },
    });
    this.#id = handshake.sid;
    this.#transport = transport;
    this.#state = { at: "open", session, upgrading: undefined };
    this.#watchPage();
    session.attach(transport);
    this.#tell("handshake", [handshake]);
    this.#listener.opened(handshake);
    this.#tell("open", []);
    for (const packet of early) session.received(packet);
    const canUpgrade = options.upgrade !== false && handshake.upgrades.includes("websocket");
    const names: readonly string[] = options.transports ?? DEFAULTS.transports;
    if (canUpgrade && transport.name !== "websocket" && names.includes("websocket")) this.#upgrade(session, transport);
  }

  #upgrade(session: EngineSession, current: Transport): void {
    if (this.readyState !== "open") return;
    const context = contextFor(this.#context, "websocket", session.dialect);
    const open = (opened: () => void): Transport => new WebSocketTransport(context, session.id, opened);
    const upgrading = new Upgrading(current, open, {
      upgrading: (candidate) => this.#tell("upgrading", [candidate]),
      switched: (candidate) => {
        this.#context.memory.websocketWorked = true;
        this.#transport = candidate;
        this.#settleUpgrade(session);
        session.replace(candidate);
        // The old transport said its last word before it was paused.
        current.close("discard");
        this.#tell("upgrade", [candidate]);
        if (this.#isLeaving) session.close();
      },
      dropped: (why, cause) => {
        this.#settleUpgrade(session);
        if (this.#state.at !== "open") return;
        const code: FailureCode = cause instanceof TransportError ? cause.code : "UPGRADE_FAILED";
        const failure = { url: context.endpoint, error: cause ?? new Error(why), code };
        this.#tell("upgradeError", [this.#explained(new TransportError("probe error", failure))]);
        if (this.#isLeaving) session.close();
      },
    });
    this.#state = { at: "open", session, upgrading };
    upgrading.start();
  }

  #settleUpgrade(session: EngineSession): void {
    if (this.#state.at === "open") this.#state = { at: "open", session, upgrading: undefined };
  }

  #message(data: string | Uint8Array): void {
    this.#listener.message(data);
    this.#tell("data", [data]);
    this.#tell("message", [data]);
  }

  #heartbeat(type: "ping" | "pong", latencyMs: number | undefined): void {
    this.#listener.heartbeat(type, latencyMs);
    this.#tell(type, latencyMs === undefined ? [] : [latencyMs]);
  }

  #watchPage(): void {
    const { platform, options } = this.#context;
    const stops = [
      platform.onLeave("offline", () =>
        this.#lost("transport close", { description: "network connection lost", code: "OFFLINE" }),
      ),
    ];
    if (options.closeOnBeforeunload === true) {
      stops.push(
        platform.onLeave("beforeunload", () => {
          // In silence: the page is going away, and its handlers would only reconnect.
          this.#transport?.listen(DEAF);
          this.#transport?.close("flush");
        }),
      );
    }
    this.#stopListening = () => {
      for (const stop of stops) stop();
    };
  }

  #lost(reason: CloseReason, details?: CloseDetails): void {
    const transport = this.#transport;
    this.#session?.carrierClosed(reason, details);
    transport?.close("discard");
  }

  #failed(error: Error): void {
    if (this.#state.at !== "opening") return;
    this.#transport = this.#state.opening.transport;
    this.#state = { at: "closed" };
    this.#explained(error);
    this.#listener.failed(error);
    this.#tell("error", [error]);
  }

  #closed(reason: CloseReason, cause?: unknown): void {
    const state = this.#state;
    if (state.at === "closed") return;
    this.#state = { at: "closed" };
    if (state.at === "open") state.upgrading?.drop("the connection was lost");
    this.#stopListening?.();
    const details = this.#explained(asDetails(cause));
    if (reason === "transport error" && details instanceof Error) {
      this.#listener.failed(details);
      this.#tell("error", [details]);
    }
    this.#listener.closed(reason, details);
    this.#tell("close", [reason, details]);
  }
}
