// One client of the engine: its session, the transport it uses, and the upgrade that may be going on.
// Place: bytes -> carrier -> engine dialect -> session (**connection**) -> socket layer
// Rules: the socket layer talks to this and knows no carrier; at most one upgrade at a time, and one in a life;
//        property names are upstream's, since programs read `socket.conn`.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { EngineDialect } from "@bowline/protocol";
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
import type { Query } from "./handshake.ts";
import type { HttpExchange, RequestHead, WebSocketPort } from "./http-exchange.ts";
import { nativeRequest } from "./options.ts";
import type { PollingCarrier } from "./polling-carrier.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";

/** Between two looks for a poll that keeps a client from leaving for its new transport, in milliseconds. */
const RELEASE_INTERVAL_MS = 100;

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly id: string;
  readonly dialect: EngineDialect;
  readonly head: RequestHead;
  readonly query: Query;
  /** The first transport. */
  readonly carrier: Carrier;
  /** The same transport where it is long-polling, which takes requests. */
  readonly polling: PollingCarrier | undefined;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly upgradeTimeoutMs: number;
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

/** Events of a connection for programs that watch it. */
export interface ConnectionEvents {
  message(data: string | Uint8Array): void;
  heartbeat(): void;
  drain(): void;
  upgrading(transport: { readonly name: TransportName }): void;
  upgrade(transport: { readonly name: TransportName }): void;
  close(reason: CloseReason, description?: unknown): void;
}

interface Upgrade {
  ticket: UpgradeTicket;
  readonly candidate: WebSocketCarrier;
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
  readonly #options: ConnectionOptions;
  readonly #session: EngineSession;
  #listener: ConnectionListener | undefined;
  #upgrade: Upgrade | undefined;
  #polling: PollingCarrier | undefined;
  #upgraded = false;
  #transport: { readonly name: TransportName; readonly supportsBinary: boolean };

  constructor(options: ConnectionOptions) {
    super();
    const { id, dialect, head, carrier } = options;
    this.id = id;
    this.protocol = dialect.revision;
    this.remoteAddress = head.remoteAddress;
    this.head = head;
    this.query = options.query;
    this.#options = options;
    this.#transport = carrier;
    this.#polling = options.polling;
    this.#session = new EngineSession({
      id,
      dialect,
      side: "server",
      pingIntervalMs: options.pingIntervalMs,
      pingTimeoutMs: options.pingTimeoutMs,
      clock: options.clock,
      trace: options.trace,
      events: this,
    });
  }

  get dialect(): EngineDialect {
    return this.#session.dialect;
  }

  /** The transport in use, or the last one that was. */
  get transport(): { readonly name: TransportName; readonly supportsBinary: boolean } {
    return this.#transport;
  }

  get upgrading(): boolean {
    return this.#upgrade !== undefined;
  }

  get upgraded(): boolean {
    return this.#upgraded;
  }

  get readyState(): "opening" | "open" | "closing" | "closed" {
    const { at } = this.#session.state;
    return at === "draining" ? "closing" : at;
  }

  /** The platform's request that opened the connection. */
  get request(): unknown {
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
    this.#session.attach(this.#options.carrier);
  }

  send(outgoing: Outgoing): void {
    this.#session.send(outgoing);
  }

  /** Hands over what waits, as when the process is about to exit. */
  flush(): void {
    this.#session.flushNow();
  }

  /** Ends the connection: once everything has left, or at once if `discard` is true. */
  close(discard = false): void {
    if (discard) this.#session.discard();
    else this.#session.close();
  }

  /** Takes a polling request of this session. */
  handlePoll(exchange: HttpExchange): void {
    if (this.#polling === undefined) exchange.respond(400, {});
    else if (exchange.head.method === "GET") this.#polling.park(exchange);
    else if (exchange.head.method === "POST") void this.#polling.post(exchange);
    else exchange.respond(500, {});
  }

  /** Takes a WebSocket that wants to become this session's transport. */
  handleUpgrade(port: WebSocketPort, base64: boolean): void {
    const mayUpgrade = this.#session.state.at === "open" && this.#polling !== undefined && !this.upgrading;
    if (!mayUpgrade) {
      port.close();
      return;
    }
    const candidate = new WebSocketCarrier(port, this.dialect, !base64);
    this.#upgrade = {
      ticket: UPGRADE_ACCEPTED,
      candidate,
      releaseTimer: undefined,
      timeout: this.#options.clock.coarse(this.#options.upgradeTimeoutMs, () =>
        this.#stepUpgrade({ is: "failed", why: "the upgrade took too long" }),
      ),
    };
    candidate.listen({
      received: (packet) => this.#stepUpgrade({ is: "packet", packet }),
      drained: () => undefined,
      carrierClosed: (reason) => this.#stepUpgrade({ is: "failed", why: reason }),
    });
    if (this.hasListeners("upgrading")) this.emit("upgrading", candidate);
  }

  message(data: string | Uint8Array): void {
    if (this.hasListeners("message")) this.emit("message", data);
    this.#listener?.message(data);
  }

  heartbeat(): void {
    if (this.hasListeners("heartbeat")) this.emit("heartbeat");
  }

  drained(): void {
    if (this.hasListeners("drain")) this.emit("drain");
  }

  closed(reason: CloseReason, cause?: unknown): void {
    this.#stepUpgrade({ is: "failed", why: "the session ended" });
    this.#options.ended(this);
    this.#listener?.closed(reason, cause);
    if (this.hasListeners("close")) this.emit("close", reason, cause);
  }

  #stepUpgrade(input: TicketInput): void {
    const upgrade = this.#upgrade;
    if (upgrade === undefined) return;
    const { state, actions } = stepTicket(upgrade.ticket, input);
    upgrade.ticket = state;
    for (const action of actions) this.#act(upgrade, action);
  }

  #act(upgrade: Upgrade, action: TicketAction): void {
    switch (action) {
      case "answer probe":
        upgrade.candidate.sendAlone({ type: "pong", data: PROBE });
        return;
      case "release polls":
        this.#releasePolls(upgrade);
        return;
      case "switch":
        this.#endUpgrade(upgrade);
        this.#switch(upgrade.candidate);
        return;
      case "close candidate":
        this.#endUpgrade(upgrade);
        upgrade.candidate.close("flush");
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #releasePolls(upgrade: Upgrade): void {
    this.#polling?.release();
    upgrade.releaseTimer = this.#options.clock.after(RELEASE_INTERVAL_MS, () => this.#releasePolls(upgrade));
  }

  #endUpgrade(upgrade: Upgrade): void {
    upgrade.timeout();
    upgrade.releaseTimer?.();
    this.#upgrade = undefined;
  }

  #switch(candidate: WebSocketCarrier): void {
    const old = this.#polling;
    this.#polling = undefined;
    this.#upgraded = true;
    this.#transport = candidate;
    this.#session.replace(candidate);
    old?.close("discard");
    if (this.hasListeners("upgrade")) this.emit("upgrade", candidate);
  }
}
