// The engine: takes requests and WebSockets from a runtime, opens sessions, finds sessions, ends sessions.
// Place: **bytes -> engine server** -> carrier -> session -> socket layer
// Rules: no platform in here: requests are `HttpExchange`, WebSockets `WebSocketPort`, time and randomness handed in;
//        every request goes through CORS and the middlewares before anything is looked at, on every transport.
// Source: docs/protocol/engine-4.md, "Handshake" and "Errors"

import { createId, NodeEmitter } from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import { Admission } from "./admission.ts";
import { HeaderWriter } from "./answer-headers.ts";
import { createClientTable } from "./client-table.ts";
import type { Connection } from "./connection.ts";
import { type CorsStep, createCors } from "./cors.ts";
import { type EngineEvents, HeaderEvents } from "./engine-events.ts";
import type { EnginePlatform } from "./engine-platform.ts";
import { Goodbyes } from "./goodbyes.ts";
import { HANDSHAKE_ERRORS, type HandshakeError, judge, SHUTTING_DOWN } from "./handshake.ts";
import type { Exchange, HttpExchange, RequestHead, UpgradeExchange } from "./http-exchange.ts";
import { type EngineMiddleware, runMiddlewares } from "./middleware.ts";
import { SessionOpener } from "./opening.ts";
import type { EngineOptions, EngineSettings } from "./options.ts";
import { CrossOriginHint, warnOfOpenDoor } from "./origin-warnings.ts";
import { type EngineQuery, queryOf } from "./query.ts";
import { refusalOf, traceRefusedRequest } from "./refusals.ts";
import { nativeRequest } from "./request-head.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";
import { WebTransportEntrance } from "./webtransport-entrance.ts";
import type { WebTransportSession } from "./webtransport-session.ts";

/** Serves Engine.IO clients of both revisions. */
export class EngineServer extends NodeEmitter<EngineEvents> {
  readonly options: EngineOptions;
  readonly #platform: EnginePlatform;
  readonly #connections: Map<string, Connection> = new Map();
  readonly #admission: Admission;
  readonly #headers: HeaderWriter;
  readonly #cors: CorsStep | undefined;
  readonly #crossOriginHint: CrossOriginHint;
  readonly #opener: SessionOpener;
  readonly #webTransport: WebTransportEntrance;
  readonly #goodbyes: Goodbyes;
  readonly #middlewares: EngineMiddleware[] = [];
  #clients: Readonly<Record<string, Connection>> | undefined;

  constructor(options: EngineOptions, platform: EnginePlatform) {
    super();
    this.options = options;
    this.#platform = platform;
    this.#admission = new Admission(options, {
      generateId: (head) => this.#idFor(head),
      isTaken: (sid) => this.#connections.has(sid),
    });
    this.#headers = new HeaderWriter(options, new HeaderEvents(this, platform.reportUncaught));
    this.#goodbyes = new Goodbyes(platform.clock);
    this.#cors = createCors(options.cors);
    this.#crossOriginHint = new CrossOriginHint(options, platform.warn);
    this.#opener = new SessionOpener({
      options,
      headers: this.#headers,
      clock: platform.clock,
      trace: platform.trace,
      toNativeBytes: platform.toNativeBytes,
      reportUncaught: platform.reportUncaught,
      server: this,
      connections: this.#connections,
      opened: (connection) => this.emit("connection", connection),
    });
    this.#webTransport = new WebTransportEntrance({
      options,
      clock: platform.clock,
      admission: this.#admission,
      opener: this.#opener,
      connections: this.#connections,
      judgesRequests: () => this.#judgesRequests,
      refused: (head, error) => this.#report(head, error),
    });
    warnOfOpenDoor(options, platform.warn);
  }

  /** The options in force. What is changed here counts for clients to come, as far as it is read for each of them. */
  get opts(): EngineSettings {
    return this.options;
  }

  /** The open sessions as they are, for those who look at all of them. @internal */
  get sessions(): Iterable<Connection> {
    return this.#connections.values();
  }

  /** How many sessions there are. */
  get clientsCount(): number {
    return this.#connections.size;
  }

  /** The open sessions by their ids: `Object.keys(engine.clients)`, `engine.clients[id]`. */
  get clients(): Readonly<Record<string, Connection>> {
    this.#clients ??= createClientTable(this.#connections);
    return this.#clients;
  }

  /**
   * Makes the id of a new session. Programs may put a function of their own in its place.
   * @param request the platform's request.
   * @returns 20 random characters, or what the option `generateId` gives; a promise is waited for.
   */
  generateId(request: NativeRequest): string | number | Promise<string | number> {
    const { generateId } = this.options;
    return generateId === undefined ? createId(this.#platform.random) : generateId(request);
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
    if (exchange.head.method === "OPTIONS" && handlePreflightRequest && exchange.native !== undefined) {
      const { req, res } = exchange.native;
      this.#guardAnswer(exchange, () => Reflect.apply(handlePreflightRequest, undefined, [req, res]));
      return;
    }
    this.#crossOriginHint.saw(exchange.head);
    // Most servers have nobody at the door, and each poll passes it.
    if (this.#cors === undefined && this.#middlewares.length === 0) {
      this.#serve(exchange);
      return;
    }
    this.withCors(exchange, (corsFailure) => {
      this.#throughMiddlewares(exchange, corsFailure, (failure) => {
        if (failure === undefined && !exchange.answered) this.#serve(exchange);
        else if (failure !== undefined) this.#refuse(exchange, failure);
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
    if (!this.#admission.isOpen || !this.options.transports.includes("webtransport")) {
      session.close();
      return Promise.resolve();
    }
    return this.#webTransport.take(session);
  }

  /**
   * Judges a request as a request of its kind would be, and gives it nothing.
   * @param done gets what is wrong with it.
   */
  examine(head: RequestHead, isUpgrade: boolean, done: (refusal?: HandshakeError) => void): void {
    const query = queryOf(head);
    const verdict = judge(head, query, isUpgrade, this.options, this.#connections);
    if (verdict.is === "handshake") this.#admission.permit(head, query, done);
    else done(verdict.is === "refused" ? verdict.error : undefined);
  }

  /** Refuses handshakes from now on, with status 503; the sessions that there are go on. */
  refuseNewcomers(): void {
    this.#admission.close();
  }

  /**
   * Ends all sessions at once; handshakes are refused from now on.
   *
   * A client that is between two polls finds the goodbye at its next one, for a fifth of a second.
   * @returns the engine.
   */
  close(): this {
    this.refuseNewcomers();
    for (const connection of [...this.#connections.values()]) {
      const isBetweenPolls = connection.betweenPolls;
      connection.close(true);
      if (isBetweenPolls) this.#goodbyes.owe(connection);
    }
    return this;
  }

  /**
   * Waits for the clients that were between two polls when `close()` was called, for a fifth of a second at most; they need
   * the HTTP server as long.
   * @returns settles when the last of them has fetched its goodbye.
   */
  goodbyesSaid(): Promise<void> {
    return this.#goodbyes.said();
  }

  /** Takes handshakes again, after `close()`. */
  reopen(): void {
    this.#admission.open();
  }

  /** Whether something judges requests that a session without one cannot pass. */
  get #judgesRequests(): boolean {
    const { allowRequest, allowedOrigins } = this.options;
    return (
      this.#middlewares.length > 0 ||
      this.#cors !== undefined ||
      allowRequest !== undefined ||
      allowedOrigins !== undefined
    );
  }

  /** Has the program answer; where it throws, the client gets an answer all the same. */
  #guardAnswer(exchange: HttpExchange, answer: () => unknown): void {
    try {
      const result = answer();
      if (result instanceof Promise) {
        result.catch((error) => {
          exchange.respond(500, {});
          this.#platform.reportUncaught(error);
        });
      }
    } catch (error) {
      exchange.respond(500, {});
      throw error;
    }
  }

  /** A program that makes ids sees the request; where we do, nobody needs it. */
  #idFor(head: RequestHead): unknown {
    const isOurs = this.options.generateId === undefined && this.generateId === EngineServer.prototype.generateId;
    return isOurs ? createId(this.#platform.random) : this.generateId(nativeRequest(head));
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
    const query = queryOf(head);
    const leaver = this.#goodbyes.find(head.method, query.sid);
    const verdict =
      leaver === undefined
        ? judge(head, query, false, this.options, this.#connections)
        : ({ is: "session", session: leaver } as const);
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
    const query = queryOf(head);
    const verdict = judge(head, query, true, this.options, this.#connections);
    if (verdict.is === "refused") this.#refuseUpgrade(exchange, verdict.error);
    // Long-polling asked for in an upgrade request: the peer gets a WebSocket that says goodbye.
    else if (query.transport !== "websocket") exchange.accept((port) => port.close());
    else if (verdict.is === "session") {
      this.#headers.upgrade(exchange, false);
      exchange.accept((port) => {
        verdict.session.handleUpgrade(new WebSocketCarrier(port, query.dialect, !query.base64), head);
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

  #refuse(exchange: HttpExchange, error: HandshakeError): void {
    const { code, message, status, answer } = error;
    try {
      this.#report(exchange.head, error);
    } finally {
      const headers = this.#headers.refusal(exchange.head, status === HANDSHAKE_ERRORS.forbidden.status);
      // The next attempt is for another server, so it must not come over this connection.
      if (status === SHUTTING_DOWN.status) exchange.setHeader("Connection", "close");
      exchange.respond(status, headers, JSON.stringify({ code, message: answer ?? message }));
    }
  }

  #refuseUpgrade(exchange: UpgradeExchange, error: HandshakeError): void {
    try {
      this.#report(exchange.head, error);
    } finally {
      exchange.refuse(error.answer ?? error.message, error.status === SHUTTING_DOWN.status);
    }
  }

  #report(head: RequestHead, error: HandshakeError): void {
    traceRefusedRequest(this.#platform.trace, head, refusalOf(error), { number: error.code, context: error.context });
    if (!this.hasListeners("connection_error")) return;
    const { code, message, context = {} } = error;
    this.emit("connection_error", { req: nativeRequest(head), code, message, context });
  }
}
