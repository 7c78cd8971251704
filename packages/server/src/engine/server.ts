// The engine: takes requests and WebSockets from a runtime, opens sessions, finds sessions, ends sessions.
// Place: **bytes -> engine server** -> carrier -> session -> socket layer
// Rules: no platform in here: requests are `HttpExchange`, WebSockets `WebSocketPort`, time and randomness handed in;
//        a session is known by its id from before its open packet leaves until it has ended.
// Source: docs/protocol/engine-4.md, "Handshake" and "Errors"

import { eio3, type Handshake } from "@bowline/protocol";
import { type Clock, createId, Emitter, type Random, type Trace } from "@bowline/protocol/internal";
import { Connection, type FirstRoute } from "./connection.ts";
import { type EngineQuery, HANDSHAKE_ERRORS, type HandshakeError, judge, parseQuery } from "./handshake.ts";
import type { HttpExchange, RequestHead, UpgradeExchange, WebSocketPort } from "./http-exchange.ts";
import { type EngineOptions, nativeRequest } from "./options.ts";
import { PollingCarrier } from "./polling-carrier.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";

/** What a runtime hands in. */
export interface EnginePlatform {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** What a `connection_error` listener gets. */
export interface ConnectionErrorReport {
  readonly req: unknown;
  readonly code: number;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Events of the engine. */
export interface EngineEvents {
  connection(connection: Connection): void;
  connection_error(report: ConnectionErrorReport): void;
}

/** Serves Engine.IO clients of both revisions. */
export class EngineServer extends Emitter<EngineEvents> {
  readonly options: EngineOptions;
  readonly #platform: EnginePlatform;
  readonly #connections: Map<string, Connection> = new Map();
  #closed = false;

  constructor(options: EngineOptions, platform: EnginePlatform) {
    super();
    this.options = options;
    this.#platform = platform;
  }

  /** How many sessions there are. */
  get clientsCount(): number {
    return this.#connections.size;
  }

  /** The open sessions by their ids. */
  get clients(): ReadonlyMap<string, Connection> {
    return this.#connections;
  }

  /** Takes an HTTP request below the engine's path. */
  handleRequest(exchange: HttpExchange): void {
    const query = parseQuery(exchange.head.target);
    const verdict = judge(exchange.head, query, false, this.options, this.#connections);
    const refuse = (error: HandshakeError) => {
      this.#report(exchange.head, error);
      const { code, message, status } = error;
      exchange.respond(status, { "Content-Type": "application/json" }, JSON.stringify({ code, message }));
    };
    switch (verdict.is) {
      case "session":
        verdict.session.handlePoll(exchange);
        return;
      case "refused":
        refuse(verdict.error);
        return;
      case "handshake":
        this.#welcomePolling(exchange, query, refuse);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        verdict satisfies never;
    }
  }

  /** Takes a request below the engine's path that wants to become a WebSocket. */
  handleUpgrade(exchange: UpgradeExchange): void {
    const query = parseQuery(exchange.head.target);
    const verdict = judge(exchange.head, query, true, this.options, this.#connections);
    const refuse = (error: HandshakeError) => {
      this.#report(exchange.head, error);
      exchange.refuse(error.message);
    };
    if (verdict.is === "refused") refuse(verdict.error);
    // Long-polling asked for in an upgrade request: the peer gets a WebSocket that says goodbye.
    else if (query.transport !== "websocket") exchange.accept((port) => port.close());
    else if (verdict.is === "session") exchange.accept((port) => verdict.session.handleUpgrade(port, query.base64));
    else {
      const open = (id: string) => exchange.accept((port) => this.#openWebSocket(id, exchange.head, query, port));
      this.#admit(exchange.head, query, open, refuse);
    }
  }

  /** Ends all sessions at once; handshakes are refused from now on. */
  close(): void {
    this.#closed = true;
    for (const connection of [...this.#connections.values()]) connection.close(true);
  }

  #welcomePolling(exchange: HttpExchange, query: EngineQuery, refuse: (error: HandshakeError) => void): void {
    let hasLeft = false;
    exchange.onAborted(() => {
      hasLeft = true;
    });
    const open = (id: string) => {
      // The program may have taken its time to decide, and the client none to wait.
      if (!hasLeft) this.#openPolling(id, exchange, query);
    };
    this.#admit(exchange.head, query, open, refuse);
  }

  /** Asks the program whether the client is welcome, then for an id. */
  #admit(
    head: RequestHead,
    query: EngineQuery,
    admitted: (id: string) => void,
    refused: (error: HandshakeError) => void,
  ): void {
    const { allowRequest, allowEIO3 } = this.options;
    const welcome = () => {
      if (query.dialect === eio3 && !allowEIO3) refused(HANDSHAKE_ERRORS.unsupportedProtocol);
      else this.#giveId(head, admitted, refused);
    };
    if (allowRequest === undefined) {
      welcome();
      return;
    }
    let decided = false;
    allowRequest(nativeRequest(head), (error, isWelcome) => {
      // Only the first decision counts; a program may well call twice.
      if (decided) return;
      decided = true;
      if (isWelcome) welcome();
      else refused({ ...HANDSHAKE_ERRORS.forbidden, message: error ?? HANDSHAKE_ERRORS.forbidden.message });
    });
  }

  #giveId(head: RequestHead, admitted: (id: string) => void, refused: (error: HandshakeError) => void): void {
    const { generateId } = this.options;
    const take = (id: string) => {
      // An id that is in use would hand one client's session to another.
      if (this.#closed || this.#connections.has(id)) refused(HANDSHAKE_ERRORS.badRequest);
      else admitted(id);
    };
    if (generateId === undefined) take(createId(this.#platform.random));
    else {
      const given = Promise.resolve().then(() => generateId(nativeRequest(head)));
      given.then(take, () => refused(HANDSHAKE_ERRORS.badRequest));
    }
  }

  #openPolling(id: string, exchange: HttpExchange, query: EngineQuery): void {
    const polling = new PollingCarrier({
      dialect: query.dialect,
      binary: !query.base64,
      maxBodyBytes: this.options.maxHttpBufferSize,
      clock: this.#platform.clock,
    });
    const mayUpgrade = this.options.allowUpgrades && this.options.transports.includes("websocket");
    this.#open(id, exchange.head, query, { on: "polling", carrier: polling }, mayUpgrade ? ["websocket"] : []);
    polling.park(exchange);
  }

  #openWebSocket(id: string, head: RequestHead, query: EngineQuery, port: WebSocketPort): void {
    const carrier = new WebSocketCarrier(port, query.dialect, !query.base64);
    this.#open(id, head, query, { on: "websocket", carrier }, []);
  }

  #open(id: string, head: RequestHead, query: EngineQuery, route: FirstRoute, upgrades: readonly string[]): void {
    const { pingInterval, pingTimeout, upgradeTimeout, maxHttpBufferSize, maxBufferedBytes } = this.options;
    const connection = new Connection({
      id,
      dialect: query.dialect,
      head,
      query: query.all,
      route,
      pingIntervalMs: pingInterval,
      pingTimeoutMs: pingTimeout,
      upgradeTimeoutMs: upgradeTimeout,
      maxBufferedBytes,
      clock: this.#platform.clock,
      trace: this.#platform.trace,
      ended: () => this.#connections.delete(id),
    });
    this.#connections.set(id, connection);
    const handshake: Handshake = { sid: id, upgrades, pingInterval, pingTimeout, maxPayload: maxHttpBufferSize };
    const open = query.dialect.frame({ type: "open", data: JSON.stringify(handshake) }, true);
    connection.open({ frames: [open], compress: false });
    this.emit("connection", connection);
  }

  #report(head: RequestHead, error: HandshakeError): void {
    if (!this.hasListeners("connection_error")) return;
    const { code, message } = error;
    this.emit("connection_error", { req: nativeRequest(head), code, message, context: { target: head.target } });
  }
}
