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
import type { NodeLink } from "./forwarding/node-link.ts";
import { SessionRouter } from "./forwarding/session-router.ts";
import { Goodbyes } from "./goodbyes.ts";
import { HANDSHAKE_ERRORS, type HandshakeError, judge, NOT_FORWARDED, type Verdict } from "./handshake.ts";
import type { Exchange, HttpExchange, RequestHead, UpgradeExchange } from "./http-exchange.ts";
import { type EngineMiddleware, runMiddlewares } from "./middleware.ts";
import { SessionOpener } from "./opening.ts";
import type { EngineOptions, EngineSettings } from "./options.ts";
import { OriginWarnings } from "./origin-warnings.ts";
import { type EngineQuery, queryOf } from "./query.ts";
import { RefusalCounts } from "./refusal-counts.ts";
import { nativeRequest } from "./request-head.ts";
import { TurningAway } from "./turning-away.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";
import { WebTransportEntrance } from "./webtransport-entrance.ts";
import type { WebTransportSession } from "./webtransport-session.ts";

/** Serves Engine.IO clients of both revisions. */
export class EngineServer extends NodeEmitter<EngineEvents> {
  readonly options: EngineOptions;
  readonly #platform: EnginePlatform;
  readonly #connections: Map<string, Connection> = new Map();
  /** Who is let in. @internal */
  readonly admission: Admission;
  /** How often each refusal has come about. @internal */
  readonly refusals: RefusalCounts = new RefusalCounts();
  readonly #headers: HeaderWriter;
  readonly #turnAway: TurningAway;
  readonly #cors: CorsStep | undefined;
  readonly #originWarnings: OriginWarnings;
  readonly #opener: SessionOpener;
  readonly #webTransport: WebTransportEntrance;
  readonly #goodbyes: Goodbyes;
  readonly #middlewares: EngineMiddleware[] = [];
  #clients: Readonly<Record<string, Connection>> | undefined;
  /** The other nodes, where there are some. */
  #router: SessionRouter | undefined;

  constructor(options: EngineOptions, platform: EnginePlatform) {
    super();
    this.options = options;
    this.#platform = platform;
    this.admission = new Admission(options, {
      generateId: (head) => this.#idFor(head),
      connections: this.#connections,
    });
    this.#headers = new HeaderWriter(options, new HeaderEvents(this, platform.reportUncaught));
    this.#turnAway = new TurningAway(this.#headers, platform.trace, this);
    this.#goodbyes = new Goodbyes(platform.clock);
    this.#cors = createCors(options.cors);
    this.#opener = new SessionOpener({
      options,
      headers: this.#headers,
      clock: platform.clock,
      trace: platform.trace,
      toNativeBytes: platform.toNativeBytes,
      reportUncaught: platform.reportUncaught,
      server: this,
      connections: this.#connections,
      refusals: this.refusals,
      opened: (connection) => this.emit("connection", connection),
    });
    this.#webTransport = new WebTransportEntrance({
      options,
      clock: platform.clock,
      admission: this.admission,
      opener: this.#opener,
      connections: this.#connections,
      judgesRequests: () => this.#judgesRequests,
      refused: (head, error) => this.#turnAway.report(head, error),
    });
    this.#originWarnings = new OriginWarnings(options, platform.warn);
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
    return generateId === undefined ? this.#createId() : generateId(request);
  }

  /**
   * Has requests for sessions of other nodes served by those, and serves what they have for sessions of this one. From now
   * on the ids of sessions begin with the name of the node.
   * @internal
   */
  joinNodes(link: NodeLink): void {
    this.#router = new SessionRouter(link, {
      options: this.options,
      platform: this.#platform,
      serve: (exchange) => this.#serve(exchange, false),
      serveUpgrade: (exchange) => this.#serveUpgrade(exchange, false),
      releasePoll: (sid) => this.#connections.get(sid)?.releasePoll(),
      refuse: (exchange, error) => this.#turnAway.request(exchange, error),
      refuseUpgrade: (exchange, error) => this.#turnAway.upgrade(exchange, error),
    });
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
    this.#originWarnings.sawRequest(exchange.head);
    // Most servers have nobody at the door, and each poll passes it.
    if (this.#cors === undefined && this.#middlewares.length === 0) {
      this.#serve(exchange);
      return;
    }
    this.withCors(exchange, (corsFailure) => {
      this.#throughMiddlewares(exchange, corsFailure, (failure) => {
        if (failure === undefined && !exchange.answered) this.#serve(exchange);
        else if (failure !== undefined) this.#turnAway.request(exchange, failure);
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
    this.#originWarnings.sawUpgrade(exchange.head);
    const judged = (corsFailure?: unknown): void => {
      this.#throughMiddlewares(exchange, corsFailure, (failure) => {
        if (failure === undefined) this.#serveUpgrade(exchange);
        else this.#turnAway.upgrade(exchange, failure);
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
    if (!this.admission.isOpen || !this.options.transports.includes("webtransport")) {
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
    if (verdict.is === "handshake") this.admission.permit(head, query, done);
    else if (this.#ownerOf(verdict, query) !== undefined) done();
    else done(verdict.is === "refused" ? verdict.error : undefined);
  }

  /** Refuses handshakes from now on, with status 503; the sessions that there are go on. */
  refuseNewcomers(): void {
    this.admission.close();
  }

  /**
   * Ends all sessions at once; handshakes are refused from now on.
   *
   * A client that is between two polls finds the goodbye at its next one, for a fifth of a second.
   * @returns the engine.
   */
  close(): this {
    this.refuseNewcomers();
    this.#router?.leave();
    for (const connection of [...this.#connections.values()]) {
      const isBetweenPolls = connection.betweenPolls;
      connection.close(true);
      if (isBetweenPolls) this.#goodbyes.owe(connection);
    }
    return this;
  }

  /**
   * Waits for the clients that were between two polls when `close()` was called, for a fifth of a second at most, and for
   * the answers of other nodes to those whose session is there, for a second at most; they need the HTTP server as long.
   * @returns settles when the last of them has fetched its goodbye.
   */
  goodbyesSaid(): Promise<void> {
    const said = this.#goodbyes.said();
    return this.#router === undefined ? said : Promise.all([said, this.#router.answered()]).then(() => undefined);
  }

  /** Takes handshakes again, after `close()`. */
  reopen(): void {
    this.admission.open();
    this.#router?.stay();
  }

  /** Whether something judges requests that a session without one cannot pass. */
  get #judgesRequests(): boolean {
    const { allowRequest, allowedOrigins } = this.options;
    const judges: readonly unknown[] = [this.#cors, allowRequest, allowedOrigins];
    return this.#middlewares.length > 0 || judges.some((judge) => judge !== undefined);
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
    return isOurs ? this.#createId() : this.generateId(nativeRequest(head));
  }

  #createId(): string {
    return this.#router?.createId() ?? createId(this.#platform.random);
  }

  /** The other node that a request is for, if it is. */
  #ownerOf(verdict: Verdict<Connection>, { sid }: EngineQuery): string | undefined {
    const isUnknown = verdict.is === "refused" && verdict.error.code === HANDSHAKE_ERRORS.unknownSession.code;
    return isUnknown ? this.#router?.ownerOf(sid) : undefined;
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

  /** @param isFromClient whether it came here by itself: what another node has forwarded goes no further. */
  #serve(exchange: HttpExchange, isFromClient = true): void {
    const { head } = exchange;
    const query = queryOf(head);
    const leaver = this.#goodbyes.find(head.method, query.sid);
    const verdict =
      leaver === undefined
        ? judge(head, query, false, this.options, this.#connections)
        : ({ is: "session", session: leaver } as const);
    const owner = isFromClient ? this.#ownerOf(verdict, query) : undefined;
    if (owner !== undefined) {
      this.#serveElsewhere(exchange, query, owner);
      return;
    }
    switch (verdict.is) {
      case "session":
        if (head.method === "OPTIONS" && this.#headers.answersPreflights) {
          exchange.respond(200, this.#headers.preflight(head, query.sid));
        } else verdict.session.handlePoll(exchange);
        return;
      case "refused":
        this.#turnAway.request(exchange, verdict.error);
        return;
      case "handshake":
        // Nobody has judged it: no node of ours forwards a request for a new session.
        if (isFromClient) this.#welcomePolling(exchange, query);
        else this.#turnAway.request(exchange, NOT_FORWARDED);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        verdict satisfies never;
    }
  }

  /** A preflight says nothing of the session, and is answered where it comes to. */
  #serveElsewhere(exchange: HttpExchange, { sid }: EngineQuery, node: string): void {
    const { head } = exchange;
    if (head.method === "GET" || head.method === "POST") this.#router?.forward(exchange, node);
    else if (head.method === "OPTIONS" && this.#headers.answersPreflights) {
      exchange.respond(200, this.#headers.preflight(head, sid));
    } else exchange.respond(500, {});
  }

  #serveUpgrade(exchange: UpgradeExchange, isFromClient = true): void {
    const { head } = exchange;
    const query = queryOf(head);
    const verdict = judge(head, query, true, this.options, this.#connections);
    const owner = isFromClient ? this.#ownerOf(verdict, query) : undefined;
    if (owner !== undefined) this.#router?.forwardUpgrade(exchange, owner);
    else if (verdict.is === "handshake" && !isFromClient) this.#turnAway.upgrade(exchange, NOT_FORWARDED);
    else if (verdict.is === "refused") this.#turnAway.upgrade(exchange, verdict.error);
    // Long-polling asked for in an upgrade request: the peer gets a WebSocket that says goodbye.
    else if (query.transport !== "websocket") exchange.accept((port) => port.close());
    else if (verdict.is === "session") {
      this.#headers.upgrade(exchange, false);
      exchange.accept((port) => {
        verdict.session.handleUpgrade(new WebSocketCarrier(port, query.dialect, !query.base64), head);
      });
    } else {
      this.admission.judge(head, query, {
        admitted: (sid) => {
          this.#headers.upgrade(exchange, true);
          exchange.accept((port) => this.#opener.openWebSocket(sid, head, query, port));
        },
        refused: (error) => this.#turnAway.upgrade(exchange, error),
      });
    }
  }

  #welcomePolling(exchange: HttpExchange, query: EngineQuery): void {
    let hasLeft = false;
    exchange.onAborted(() => {
      hasLeft = true;
    });
    this.admission.judge(exchange.head, query, {
      admitted: (sid) => {
        // The program may have taken its time to decide, and the client none to wait.
        if (!hasLeft) this.#opener.openPolling(sid, exchange, query);
      },
      refused: (error) => this.#turnAway.request(exchange, error),
    });
  }
}
