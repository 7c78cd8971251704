// One client of the engine: its session, the transport it uses, and the upgrade that may be going on.
// Place: bytes -> carrier -> engine dialect -> session (**connection**) -> socket layer
// Rules: the socket layer talks to this and knows no carrier; at most one upgrade at a time, and one in a life;
//        property names are upstream's, since programs read `socket.conn`.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Cancel,
  type Carrier,
  type Clock,
  type CloseReason,
  Emitter,
  EngineSession,
  type Outgoing,
  PROBE,
  type SessionEvents,
  stepTicket,
  type TicketAction,
  type TicketInput,
  type Trace,
  type TransportName,
  UPGRADE_ACCEPTED,
  type UpgradeTicket,
} from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { Query } from "./handshake.ts";
import type { HttpExchange, RequestHead } from "./http-exchange.ts";
import { nativeRequest } from "./options.ts";
import type { PollingCarrier } from "./polling-carrier.ts";

/** Between two looks for a poll that keeps a client from leaving for its new transport, in milliseconds. */
const RELEASE_INTERVAL_MS = 100;

/** A transport that takes packets whenever they come, and that a polling connection can move to. */
export interface StreamCarrier extends Carrier {
  /** Writes one packet at once, outside of any session: the answer to a probe. */
  sendAlone(packet: Packet): void;
}

/** The transport that a connection begins with. */
export type FirstRoute =
  | { readonly on: "polling"; readonly carrier: PollingCarrier }
  | { readonly on: "stream"; readonly carrier: StreamCarrier };

/** The transport that a connection is on, and where it stands with the way to a better one. */
type Route =
  | { readonly on: "polling"; readonly carrier: PollingCarrier; readonly upgrade: Upgrade | undefined }
  | { readonly on: "stream"; readonly carrier: StreamCarrier; readonly upgraded: boolean };

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly id: string;
  readonly dialect: EngineDialect;
  readonly head: RequestHead;
  readonly query: Query;
  readonly route: FirstRoute;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly upgradeTimeoutMs: number;
  readonly maxBufferedBytes: number;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Told once when the connection has ended, before anybody else. */
  readonly ended: (connection: Connection) => void;
}

/** What the layer above hears of a connection. */
export interface ConnectionListener {
  message(data: string | Uint8Array): void;
  closed(reason: CloseReason, cause?: unknown): void;
}

/** How a message is to be sent. */
export interface SendOptions {
  /** Whether the transport may compress it. @default true */
  readonly compress?: boolean;
}

/** Called once a message has left. */
export type SentCallback = () => void;

/** Events of a connection for programs that watch it. */
export interface ConnectionEvents {
  /** A message has come in; under Socket.IO that is one of its packets. */
  message(data: string | Uint8Array): void;
  /** As `message`. */
  data(data: string | Uint8Array): void;
  /** A sign of life has come from the client: its answer to our ping, or with revision 3 its own ping. */
  heartbeat(): void;
  /** What was waiting has been handed to the transport, which takes more. */
  drain(): void;
  /** The client tries a better transport. */
  upgrading(transport: { readonly name: TransportName }): void;
  /** The client has moved to it. */
  upgrade(transport: { readonly name: TransportName }): void;
  /** The connection has ended. */
  close(reason: CloseReason, description?: unknown): void;
}

interface Upgrade {
  ticket: UpgradeTicket;
  readonly candidate: StreamCarrier;
  readonly timeout: Cancel;
  releaseTimer: Cancel | undefined;
}

/** One client of the engine. */
export class Connection extends Emitter<ConnectionEvents> implements SessionEvents {
  readonly id: string;
  /** Revision of the Engine.IO protocol, 3 or 4. */
  readonly protocol: 3 | 4;
  readonly remoteAddress: string;
  readonly head: RequestHead;
  readonly query: Query;
  readonly #clock: Clock;
  readonly #upgradeTimeoutMs: number;
  readonly #ended: (connection: Connection) => void;
  readonly #session: EngineSession;
  #listener: ConnectionListener | undefined;
  #route: Route;

  constructor(options: ConnectionOptions) {
    super();
    const { id, dialect, head, route } = options;
    this.id = id;
    this.protocol = dialect.revision;
    this.remoteAddress = head.remoteAddress;
    this.head = head;
    this.query = options.query;
    this.#clock = options.clock;
    this.#upgradeTimeoutMs = options.upgradeTimeoutMs;
    this.#ended = options.ended;
    this.#route = route.on === "polling" ? { ...route, upgrade: undefined } : { ...route, upgraded: false };
    this.#session = new EngineSession({
      id,
      dialect,
      side: "server",
      pingIntervalMs: options.pingIntervalMs,
      pingTimeoutMs: options.pingTimeoutMs,
      maxBufferedBytes: options.maxBufferedBytes,
      clock: options.clock,
      trace: options.trace,
      events: this,
    });
  }

  get dialect(): EngineDialect {
    return this.#session.dialect;
  }

  /** The transport in use, or the last one that was. */
  get transport(): Carrier {
    return this.#route.carrier;
  }

  get upgrading(): boolean {
    return this.#route.on === "polling" && this.#route.upgrade !== undefined;
  }

  get upgraded(): boolean {
    return this.#route.on === "stream" && this.#route.upgraded;
  }

  get readyState(): "opening" | "open" | "closing" | "closed" {
    const { at } = this.#session.state;
    return at === "draining" ? "closing" : at;
  }

  /** The platform's request that opened the connection. */
  get request(): NativeRequest {
    return nativeRequest(this.head);
  }

  /** Whether a packet sent now would leave at once. */
  get writable(): boolean {
    return this.#session.writable;
  }

  /** Makes the layer above the one that hears of messages and the end. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  /** Starts the session with its open packet as the first thing to leave. */
  open(handshake: Outgoing): void {
    this.#session.send(handshake);
    this.#session.attach(this.#route.carrier);
  }

  /** Hands over what the layer above has encoded. */
  transmit(outgoing: Outgoing): void {
    this.#session.send(outgoing);
  }

  /**
   * Sends a message to a client of the engine alone. Under Socket.IO it would be taken for a packet of Socket.IO.
   * @param data a text or bytes.
   * @param options `compress: false` keeps the transport from compressing it; may be left out.
   * @param sent called once the message was handed to the platform; never where it could not be.
   * @returns the connection.
   */
  send(data: string | Uint8Array, options?: SendOptions | SentCallback, sent?: SentCallback): this {
    const frame = this.dialect.frame({ type: "message", data }, !this.transport.supportsBinary);
    const callback = typeof options === "function" ? options : sent;
    const compress = typeof options === "object" ? (options.compress ?? true) : true;
    const flushed = (failure?: CloseReason): void => {
      if (failure === undefined) callback?.();
    };
    this.#session.send({ frames: [frame], compress, flushed });
    return this;
  }

  /** As `send`. */
  write(data: string | Uint8Array, options?: SendOptions | SentCallback, sent?: SentCallback): this {
    return this.send(data, options, sent);
  }

  /** Ends the connection: once everything has left, or at once if `discard` is true. */
  close(discard = false): void {
    if (discard) this.#session.discard();
    else this.#session.close();
  }

  /** Takes a polling request of this session. */
  handlePoll(exchange: HttpExchange): void {
    const route = this.#route;
    if (route.on !== "polling") exchange.respond(400, {});
    else if (exchange.head.method === "GET") route.carrier.park(exchange);
    else if (exchange.head.method === "POST") void route.carrier.post(exchange);
    else exchange.respond(500, {});
  }

  /** Takes a transport that wants to become this session's; closes it where there is no place for it. */
  handleUpgrade(candidate: StreamCarrier): void {
    const route = this.#route;
    if (this.#session.state.at !== "open" || route.on !== "polling" || route.upgrade !== undefined) {
      candidate.close("flush");
      return;
    }
    const timeout = this.#clock.coarse(this.#upgradeTimeoutMs, () =>
      this.#stepUpgrade({ is: "failed", why: "the upgrade took too long" }),
    );
    this.#route = { ...route, upgrade: { ticket: UPGRADE_ACCEPTED, candidate, timeout, releaseTimer: undefined } };
    candidate.listen({
      received: (packet) => this.#stepUpgrade({ is: "packet", packet }),
      drained: () => undefined,
      carrierClosed: (reason) => this.#stepUpgrade({ is: "failed", why: reason }),
    });
    if (this.hasListeners("upgrading")) this.emit("upgrading", candidate);
  }

  message(data: string | Uint8Array): void {
    this.#listener?.message(data);
    if (this.hasListeners("message")) this.emit("message", data);
    if (this.hasListeners("data")) this.emit("data", data);
  }

  heartbeat(type: "ping" | "pong"): void {
    // A ping of ours says nothing of the client.
    const proof = this.dialect.pinger === "server" ? "pong" : "ping";
    if (type === proof && this.hasListeners("heartbeat")) this.emit("heartbeat");
  }

  drained(): void {
    if (this.hasListeners("drain")) this.emit("drain");
  }

  closed(reason: CloseReason, cause?: unknown): void {
    this.#stepUpgrade({ is: "failed", why: "the session ended" });
    this.#ended(this);
    this.#listener?.closed(reason, cause);
    if (this.hasListeners("close")) this.emit("close", reason, cause);
  }

  #stepUpgrade(input: TicketInput): void {
    const route = this.#route;
    if (route.on !== "polling" || route.upgrade === undefined) return;
    const { upgrade, carrier } = route;
    const { state, actions } = stepTicket(upgrade.ticket, input);
    upgrade.ticket = state;
    for (const action of actions) this.#act(action, upgrade, carrier);
  }

  #act(action: TicketAction, upgrade: Upgrade, current: PollingCarrier): void {
    switch (action) {
      case "answer probe":
        upgrade.candidate.sendAlone({ type: "pong", data: PROBE });
        return;
      case "release polls":
        this.#releasePolls(upgrade, current);
        return;
      case "switch":
        stopTimers(upgrade);
        this.#route = { on: "stream", carrier: upgrade.candidate, upgraded: true };
        this.#session.replace(upgrade.candidate);
        current.close("discard");
        if (this.hasListeners("upgrade")) this.emit("upgrade", upgrade.candidate);
        return;
      case "close candidate":
        stopTimers(upgrade);
        this.#route = { on: "polling", carrier: current, upgrade: undefined };
        upgrade.candidate.close("flush");
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #releasePolls(upgrade: Upgrade, current: PollingCarrier): void {
    current.release();
    upgrade.releaseTimer = this.#clock.after(RELEASE_INTERVAL_MS, () => this.#releasePolls(upgrade, current));
  }
}

function stopTimers({ timeout, releaseTimer }: Upgrade): void {
  timeout();
  releaseTimer?.();
}
