// The engine: takes requests and WebSockets from a runtime, opens sessions, finds sessions, ends sessions.
// Place: **bytes -> engine server** -> carrier -> session -> socket layer
// Rules: no platform in here: requests are `HttpExchange`, WebSockets `WebSocketPort`, time and randomness handed in;
//        every request goes through CORS and the middlewares before anything is looked at, on every transport.
// Source: docs/protocol/engine-4.md, "Handshake" and "Errors"

import { eio4 } from "@bowline/protocol";
import { type Clock, Emitter, type Random, type Trace } from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import { Admission } from "./admission.ts";
import { type ChangeableHeaders, HeaderWriter } from "./answer-headers.ts";
import type { Connection } from "./connection.ts";
import { type CorsStep, createCors } from "./cors.ts";
import { type EngineQuery, HANDSHAKE_ERRORS, type HandshakeError, judge, parseQuery } from "./handshake.ts";
import type { Exchange, HttpExchange, RequestHead, UpgradeExchange } from "./http-exchange.ts";
import { type EngineMiddleware, runMiddlewares } from "./middleware.ts";
import { SessionOpener } from "./opening.ts";
import { type EngineOptions, nativeRequest } from "./options.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";
import type { WebTransportCarrier } from "./webtransport-carrier.ts";
import { admitWebTransport } from "./webtransport-door.ts";
import type { WebTransportSession } from "./webtransport-session.ts";

/** What a runtime hands in. */
export interface EnginePlatform {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** What a `connection_error` listener gets. */
export interface ConnectionErrorReport {
  /** The platform's request. */
  readonly req: NativeRequest;
  /** One of the engine's error codes, 0 to 5. */
  readonly code: number;
  /** The text of that code. */
  readonly message: string;
  /** What is known besides, such as the transport that was asked for. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Events of the engine. */
export interface EngineEvents {
  /** A client has come. */
  connection(connection: Connection): void;
  /** A request was refused. */
  connection_error(report: ConnectionErrorReport): void;
  /** The headers that answer a handshake; a listener may change them. */
  initial_headers(headers: ChangeableHeaders, request: NativeRequest): void;
  /** The headers of an answer to a poll or a POST, or of the end of a WebSocket handshake; a listener may change them. */
  headers(headers: ChangeableHeaders, request: NativeRequest): void;
}

/** In the place of a request, where a client came without one. */
const WEBTRANSPORT_HEAD: RequestHead = {
  method: "CONNECT",
  target: "",
  remoteAddress: "",
  secure: true,
  header: () => undefined,
  headers: () => ({}),
};

/** Serves Engine.IO clients of both revisions. */
export class EngineServer extends Emitter<EngineEvents> {
  readonly options: EngineOptions;
  readonly #platform: EnginePlatform;
  readonly #connections: Map<string, Connection> = new Map();
  readonly #admission: Admission;
  readonly #headers: HeaderWriter;
  readonly #cors: CorsStep | undefined;
  readonly #opener: SessionOpener;
  readonly #middlewares: EngineMiddleware[] = [];
  #closed = false;

  constructor(options: EngineOptions, platform: EnginePlatform) {
    super();
    this.options = options;
    this.#platform = platform;
    this.#admission = new Admission(options, platform.random, (sid) => this.#closed || this.#connections.has(sid));
    this.#headers = new HeaderWriter(options, new HeaderEvents(this));
    this.#cors = createCors(options.cors);
    this.#opener = new SessionOpener({
      options,
      headers: this.#headers,
      clock: platform.clock,
      trace: platform.trace,
      connections: this.#connections,
      opened: (connection) => this.emit("connection", connection),
    });
  }

  /** How many sessions there are. */
  get clientsCount(): number {
    return this.#connections.size;
  }

  /** The open sessions by their ids. */
  get clients(): ReadonlyMap<string, Connection> {
    return this.#connections;
  }

  /**
   * Adds a middleware as Express knows it, for every request of every transport.
   *
   * Headers that it sets go along with the answer, also with the one that completes a WebSocket handshake.
   * @param middleware called with the platform's request and response, and with `next`, which takes an error.
   * @returns the engine.
   */
  use(middleware: EngineMiddleware): this {
    this.#middlewares.push(middleware);
    return this;
  }

  /** Takes an HTTP request below the engine's path. */
  handleRequest(exchange: HttpExchange): void {
    const { handlePreflightRequest } = this.options;
    if (exchange.head.method === "OPTIONS" && handlePreflightRequest !== undefined && exchange.native !== undefined) {
      Reflect.apply(handlePreflightRequest, undefined, [exchange.native.req, exchange.native.res]);
      return;
    }
    this.withCors(exchange, (corsFailure) => {
      this.#throughMiddlewares(exchange, corsFailure, (failure) => {
        if (failure === undefined) this.#serve(exchange);
        else this.#refuse(exchange, failure);
      });
    });
  }

  /**
   * Puts the headers of CORS on a request that is answered elsewhere, such as one for the client's files.
   * @param next called unless it was a preflight, which is answered here; with the error of the program's function.
   */
  withCors(exchange: HttpExchange, next: (failure?: unknown) => void): void {
    if (this.#cors === undefined) next();
    else this.#cors(exchange, (status) => exchange.respond(status, {}), next);
  }

  /** Takes a request below the engine's path that wants to become a WebSocket. */
  handleUpgrade(exchange: UpgradeExchange): void {
    const judged = (corsFailure?: unknown): void => {
      this.#throughMiddlewares(exchange, corsFailure, (failure) => {
        if (failure === undefined) this.#serveUpgrade(exchange);
        else this.#refuseUpgrade(exchange, failure);
      });
    };
    if (this.#cors === undefined) judged();
    else this.#cors(exchange, () => judged(), judged);
  }

  /**
   * Takes a WebTransport session that an HTTP/3 server of the program has accepted for the engine's path.
   *
   * Such a session brings no request with it, so nothing that judges requests can judge it: a new session is refused where
   * there are middlewares, `cors` or `allowRequest`. A client that moves over was judged when its session was opened.
   * @param session as the standard describes it.
   * @returns settles when the session has ended.
   */
  onWebTransportSession(session: WebTransportSession): Promise<void> {
    const { transports, upgradeTimeout, maxHttpBufferSize } = this.options;
    if (this.#closed || !transports.includes("webtransport")) {
      session.close();
      return Promise.resolve();
    }
    return admitWebTransport(session, {
      clock: this.#platform.clock,
      timeoutMs: upgradeTimeout,
      maxPayload: maxHttpBufferSize,
      opened: (carrier) => this.#openWebTransport(carrier),
      moved: (sid, carrier) => {
        const connection = this.#connections.get(sid);
        if (connection?.dialect.transports.includes(carrier.name) !== true) return false;
        connection.handleUpgrade(carrier);
        return true;
      },
    });
  }

  /** Ends all sessions at once; handshakes are refused from now on. */
  close(): void {
    this.#closed = true;
    for (const connection of [...this.#connections.values()]) connection.close(true);
  }

  #throughMiddlewares(exchange: Exchange, failure: unknown, done: (error?: HandshakeError) => void): void {
    const fail = (error: unknown): void => {
      done({ ...HANDSHAKE_ERRORS.badRequest, context: { name: "MIDDLEWARE_FAILURE", error } });
    };
    if (failure !== undefined) fail(failure);
    else if (this.#middlewares.length === 0) done();
    else {
      runMiddlewares(this.#middlewares, exchange.native, (error) => {
        if (error === undefined) done();
        else fail(error);
      });
    }
  }

  #serve(exchange: HttpExchange): void {
    const { head } = exchange;
    const query = parseQuery(head.target);
    const verdict = judge(head, query, false, this.options, this.#connections);
    switch (verdict.is) {
      case "session":
        if (head.method === "OPTIONS" && this.#headers.answersPreflights) {
          exchange.respond(200, this.#headers.preflight(head, query.sid));
        } else verdict.session.handlePoll(exchange);
        return;
      case "refused":
        this.#refuse(exchange, verdict.error);
        return;
      case "handshake":
        this.#welcomePolling(exchange, query);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        verdict satisfies never;
    }
  }

  #serveUpgrade(exchange: UpgradeExchange): void {
    const { head } = exchange;
    const query = parseQuery(head.target);
    const verdict = judge(head, query, true, this.options, this.#connections);
    if (verdict.is === "refused") this.#refuseUpgrade(exchange, verdict.error);
    // Long-polling asked for in an upgrade request: the peer gets a WebSocket that says goodbye.
    else if (query.transport !== "websocket") exchange.accept((port) => port.close());
    else if (verdict.is === "session") {
      this.#headers.upgrade(exchange, false);
      exchange.accept((port) => {
        verdict.session.handleUpgrade(new WebSocketCarrier(port, query.dialect, !query.base64));
      });
    } else {
      this.#admission.judge(head, query, {
        admitted: (sid) => {
          this.#headers.upgrade(exchange, true);
          exchange.accept((port) => this.#opener.openWebSocket(sid, head, query, port));
        },
        refused: (error) => this.#refuseUpgrade(exchange, error),
      });
    }
  }

  #welcomePolling(exchange: HttpExchange, query: EngineQuery): void {
    let hasLeft = false;
    exchange.onAborted(() => {
      hasLeft = true;
    });
    this.#admission.judge(exchange.head, query, {
      admitted: (sid) => {
        // The program may have taken its time to decide, and the client none to wait.
        if (!hasLeft) this.#opener.openPolling(sid, exchange, query);
      },
      refused: (error) => this.#refuse(exchange, error),
    });
  }

  #openWebTransport(carrier: WebTransportCarrier): void {
    const head = WEBTRANSPORT_HEAD;
    const isJudged =
      this.#middlewares.length > 0 || this.#cors !== undefined || this.options.allowRequest !== undefined;
    const refuse = (error: HandshakeError): void => {
      this.#report(head, error);
      carrier.close("flush");
    };
    if (isJudged) {
      const error = new TypeError("Cannot open a session over WebTransport: it has no request that could be judged");
      refuse({ ...HANDSHAKE_ERRORS.badRequest, context: { name: "MIDDLEWARE_FAILURE", error } });
      return;
    }
    const query = { ...parseQuery(head.target), dialect: eio4 };
    this.#admission.judge(head, query, {
      admitted: (sid) => {
        if (!carrier.gone) this.#opener.openWebTransport(sid, head, query, carrier);
      },
      refused: refuse,
    });
  }

  #refuse(exchange: HttpExchange, error: HandshakeError): void {
    this.#report(exchange.head, error);
    const { code, message, status, answer } = error;
    const headers = this.#headers.refusal(exchange.head, status === HANDSHAKE_ERRORS.forbidden.status);
    exchange.respond(status, headers, JSON.stringify({ code, message: answer ?? message }));
  }

  #refuseUpgrade(exchange: UpgradeExchange, error: HandshakeError): void {
    this.#report(exchange.head, error);
    exchange.refuse(error.answer ?? error.message);
  }

  #report(head: RequestHead, error: HandshakeError): void {
    if (!this.hasListeners("connection_error")) return;
    const { code, message, context = {} } = error;
    this.emit("connection_error", { req: nativeRequest(head), code, message, context });
  }
}

/** Brings what is about to be sent before those who listen for headers. */
class HeaderEvents {
  readonly #engine: EngineServer;

  constructor(engine: EngineServer) {
    this.#engine = engine;
  }

  get listening(): boolean {
    return this.#engine.hasListeners("headers") || this.#engine.hasListeners("initial_headers");
  }

  initialHeaders(headers: ChangeableHeaders, request: NativeRequest): void {
    this.#engine.emit("initial_headers", headers, request);
  }

  headers(headers: ChangeableHeaders, request: NativeRequest): void {
    this.#engine.emit("headers", headers, request);
  }
}
