// A manager: the connection to one server, shared by sockets, opened again when it is lost.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
//
//   closed --open()--> opening --engine open--> open --engine closed, close()--> closed
//                      opening --failed, timed out, close()--> closed
//
// Rules: sockets hear of an end or a failure before the manager's listeners, and of forwarded events after them, as
//        with upstream; so is the order of events at a reconnection; options are read when they are needed, so that
//        changes count for the next connection; the last socket to leave ends the connection.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Connecting"

import { type PacketDecoder, type PacketEncoder, PacketType, type SocketPacket } from "@bowline/protocol";
import type { Cancel, CloseReason } from "@bowline/protocol/internal";
import { type ApiDialect, apiDialect } from "./api-dialect.ts";
import { type CloseDetails, closedUnheard, coded, TransportError } from "./connect-error.ts";
import { Engine } from "./engine.ts";
import { guardProgram } from "./guard.ts";
import { createLink, type Link } from "./link.ts";
import type { ManagerEvents } from "./manager-events.ts";
import { type EngineMemory, revisionOfParser } from "./opening.ts";
import type { ClientOptions, LiveOptions, Query, SocketOptions } from "./options.ts";
import { type Platform, withTimers } from "./platform.ts";
import { type Backoff, createReconnector, type Done, type Reconnector } from "./reconnect.ts";
import { Socket } from "./socket.ts";
import type { SocketListener, SocketPort } from "./socket-port.ts";
import { Tunable } from "./tunable.ts";
import { endpointOf, type ServerUrl, serverOf, writeQuery } from "./url.ts";

type ManagerState =
  | { readonly at: "closed" }
  | { readonly at: "opening"; readonly done: Done | undefined; readonly stopTimer: Cancel | undefined }
  | { readonly at: "open"; readonly link: Link };

/** Puts credentials into the query, where servers of 2.x look for them. */
function withAuth(server: ServerUrl, { query, auth }: LiveOptions): ServerUrl {
  let credentials: Query = {};
  const give = (given: Query): void => {
    credentials = given;
  };
  if (typeof auth === "function") auth(give);
  else give(auth ?? {});
  return { ...server, query: `${server.query || writeQuery(query)}&${writeQuery(credentials)}` };
}

/** The connection to one server. */
export class Manager extends Tunable {
  /** The options that it was made with, live. */
  readonly opts: LiveOptions;
  uri: string | undefined;
  /** Whether somebody closed it, so that it must not open again by itself. */
  skipReconnect = false;
  readonly #platform: Platform;
  readonly #api: ApiDialect;
  readonly #memory: EngineMemory = { revision: undefined };
  readonly #sockets = new Map<string, Socket>();
  readonly #listeners = new Map<string, SocketListener>();
  readonly #port: SocketPort;
  readonly #reconnector: Reconnector;
  #engine: Engine;
  #state: ManagerState = { at: "closed" };
  #watcher: ((isInUse: boolean) => void) | undefined;

  /**
   * Makes a manager, which connects at once unless `autoConnect` is false.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server and there is no page.
   */
  constructor(surroundings: Platform, uri?: string | ClientOptions, options?: ClientOptions) {
    const opts = (typeof uri === "object" ? uri : options) ?? {};
    super(opts, surroundings.trace("manager.event"));
    const platform = withTimers(surroundings, opts);
    this.#platform = platform;
    this.uri = typeof uri === "string" ? uri : undefined;
    this.opts = opts;
    platform.checkOptions?.(opts);
    this.#api = apiDialect(opts);
    this.#reconnector = createReconnector(
      platform,
      this.settings,
      (event, ...args) => this.#tell(event, ...args),
      (done) => this.#openAgain(done),
    );
    this.#port = {
      platform,
      api: this.#api,
      link: () => this.#link,
      listen: (namespace, listener) => this.#listeners.set(namespace, listener),
      guard: (action) => this.#guard(action),
    };
    this.#engine = this.#createEngine();
    if (opts.autoConnect !== false) this.open();
  }

  get engine(): Engine {
    return this.#engine;
  }

  get readyState(): "opening" | "open" | "closed" {
    return this.#state.at;
  }

  /** Whether it waits for its next attempt, or makes one. */
  get reconnecting(): boolean {
    return this.#reconnector.isActive;
  }

  /** The delays between attempts. */
  get backoff(): Backoff {
    return this.#reconnector;
  }

  /** Its sockets, by namespace. */
  get nsps(): Readonly<Record<string, Socket>> {
    return Object.fromEntries(this.#sockets);
  }

  /** What reads packets, while it is open. */
  get decoder(): PacketDecoder | undefined {
    return this.#link?.decoder;
  }

  /** What writes packets, while it is open. */
  get encoder(): PacketEncoder | undefined {
    return this.#link?.encoder;
  }

  /**
   * Connects; does nothing when it is connected or about to be.
   * @param done called once with the result; with it, a failure does not start reconnecting.
   * @returns the manager.
   * @throws Error when the URL was changed to one that names no server.
   */
  open(done?: (error?: Error) => void): this {
    this.#begin(done && ((error) => (error === undefined ? done() : done(this.#api.openError(error)))));
    return this;
  }

  /** As `open`. */
  connect(done?: (error?: Error) => void): this {
    return this.open(done);
  }

  /**
   * Gives the socket of a namespace, and makes it at the first call.
   * @param namespace its name, such as `/admin`.
   * @param options count at the first call.
   * @returns the socket; it connects at once unless `autoConnect` is false.
   * @example
   * import { Manager } from "@bowline/client";
   *
   * const manager = new Manager("http://localhost:3000", { autoConnect: false });
   * const admin = manager.socket("/admin", { auth: { token: "abc" } });
   */
  socket(namespace: string, options: SocketOptions = {}): Socket {
    const name = namespace.startsWith("/") ? namespace : `/${namespace}`;
    const socket = this.#sockets.get(name) ?? this.createSocket(name, options, this.#port);
    this.#sockets.set(name, socket);
    if (this.opts.autoConnect !== false && !socket.active) socket.connect();
    return socket;
  }

  /** Has somebody told when it is about to open a connection, and when it will not open by itself any more. @internal */
  watch(watcher: (isInUse: boolean) => void): void {
    this.#watcher = watcher;
  }

  /** Closes the connection of all sockets, and does not open it again by itself. */
  close(): void {
    const isIdle = this.#state.at === "closed" && !this.reconnecting;
    this.stopReconnecting();
    this.#watcher?.(false);
    if (!isIdle) this.#end("forced close");
  }

  protected override stopReconnecting(): void {
    this.skipReconnect = true;
    this.#reconnector.stop();
  }

  /** Makes a socket, of the class that the program's generation knows. */
  protected createSocket(namespace: string, options: SocketOptions, port: SocketPort): Socket {
    return new Socket(this, namespace, options, port);
  }

  get #link(): Link | undefined {
    return this.#state.at === "open" ? this.#state.link : undefined;
  }

  #createEngine(): Engine {
    const { opts } = this;
    const server = serverOf(this.uri, opts, this.#platform.page());
    /** One that was given up may still have something to say, but not here. */
    const whenCurrent =
      <Args extends readonly unknown[]>(hear: (...args: Args) => void) =>
      (...args: Args): void => {
        if (this.#engine === engine) hear(...args);
      };
    const engine: Engine = new Engine(
      {
        platform: this.#platform,
        server: opts.authInQuery === true ? withAuth(server, opts) : server,
        options: { ...opts, withCredentials: opts.withCredentials ?? this.#api.withCredentials },
        memory: this.#memory,
        first: opts.protocol === undefined ? this.#api.firstRevision : 4,
        implied: revisionOfParser(opts.parser),
      },
      {
        opened: whenCurrent(() => this.#opened()),
        message: whenCurrent((data: string | Uint8Array) => this.#message(data)),
        heartbeat: whenCurrent((type: "ping" | "pong", latencyMs?: number) => {
          if (type === "ping") this.#tell("ping");
          else if (latencyMs !== undefined) this.#tell("pong", latencyMs);
        }),
        failed: whenCurrent((error: Error) => this.#failed(error)),
        closed: whenCurrent((reason: CloseReason, details?: Error | CloseDetails) => this.#closed(reason, details)),
      },
    );
    return engine;
  }

  #begin(done: Done | undefined): void {
    if (this.#state.at !== "closed") return;
    this.skipReconnect = false;
    this.#watcher?.(true);
    const engine = this.#createEngine();
    const { timeoutMs } = this.settings;
    const stopTimer =
      timeoutMs === false ? undefined : this.#platform.clock.after(timeoutMs, () => this.#timedOut(timeoutMs));
    this.#engine = engine;
    this.#state = { at: "opening", done, stopTimer };
    engine.open();
  }

  /**
   * Makes an attempt; options that have become wrong meanwhile let it fail like any other.
   * @returns false when there is a connection already.
   */
  #openAgain(done: Done): boolean {
    if (this.#state.at !== "closed") return false;
    try {
      this.#begin(done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
    return true;
  }

  #tell(event: keyof ManagerEvents, ...args: readonly unknown[]): void {
    this.#guard(() => this.dispatch(event, args));
    const isHeartbeat = (event === "ping" || event === "pong") && this.#engine.protocol === 3;
    if (isHeartbeat || this.#api.forwards(event)) this.#each((listener) => listener.forward(event, args));
  }

  /** What one of them throws does not keep it from the others. */
  #each(action: (listener: SocketListener) => void): void {
    for (const listener of [...this.#listeners.values()]) this.#guard(() => action(listener));
  }

  #guard(action: () => void): void {
    guardProgram(this.#platform.clock, action);
  }

  #opened(): void {
    if (this.#state.at !== "opening") return;
    const { done, stopTimer } = this.#state;
    stopTimer?.();
    const link = createLink(this.#engine, this.#platform, this.opts, (packet) => {
      // A handler of the packet before may have ended it.
      if (this.#link === link) this.#deliver(packet, link);
    });
    this.#state = { at: "open", link };
    this.#tell("open");
    this.#each((listener) => {
      if (this.#link === link) listener.opened(link);
    });
    if (done !== undefined) this.#guard(done);
  }

  #message(data: string | Uint8Array): void {
    const link = this.#link;
    try {
      link?.decoder.add(typeof data === "string" ? data : this.#platform.binary(data));
    } catch (error) {
      const code = link?.hasUnderstood === true ? "PARSE_ERROR" : "PARSER_MISMATCH";
      this.#end("parse error", error instanceof Error ? coded(error, code) : undefined);
      this.#reconnect();
    }
  }

  #deliver(packet: SocketPacket, link: Link): void {
    if (this.isHeard("packet")) {
      this.#tell("packet", packet);
      // It may be another one after that.
      if (this.#link !== link) return;
    }
    const { type, nsp } = packet;
    // The refusal of a main namespace that is joined unasked concerns everybody who still waits.
    if (type === PacketType.CONNECT_ERROR && nsp === "/" && link.dialect.joinsMainNamespaceByItself) {
      this.#each((listener) => listener.packet(packet, link));
    } else {
      this.#guard(() => this.#listeners.get(nsp)?.packet(packet, link));
    }
  }

  /** The engine failed: before it was open, or, with its end to follow, afterwards. */
  #failed(error: Error | string): void {
    const state = this.#state;
    if (state.at === "closed") return;
    if (state.at === "open") {
      this.#tellFailure(error, "error");
      return;
    }
    state.stopTimer?.();
    this.#state = { at: "closed" };
    this.#tellFailure(error, this.#api.failure);
    const { done } = state;
    if (done === undefined) this.#reconnect();
    else this.#guard(() => done(error));
  }

  /** Sockets hear of it once: as of the manager's own event, or as those that wait for a connection. */
  #tellFailure(error: Error | string, event: "error" | "connect_error"): void {
    if (!this.#api.forwards(event)) this.#each((listener) => listener.failed(error));
    this.#tell(event, error);
  }

  #timedOut(timeoutMs: number): void {
    const engine = this.#engine;
    const url = endpointOf(serverOf(this.uri, this.opts, this.#platform.page()), this.opts, "polling");
    const error = new TransportError("timeout", { url, code: "TIMEOUT", detail: timeoutMs });
    this.#platform.explain?.(error);
    this.#failed(this.#api.timedOut(error));
    engine.close();
    this.#tell("connect_timeout", timeoutMs);
  }

  #closed(reason: CloseReason, details: Error | CloseDetails | undefined): void {
    const state = this.#state;
    if (state.at === "opening") this.#failed(new Error(reason));
    if (state.at !== "open") return;
    const isUnheard = reason === "transport close" && !state.link.hasUnderstood;
    this.#end(reason, isUnheard ? closedUnheard(details) : details);
    this.#reconnect();
  }

  /** Ends the connection, or the attempt, and tells it. */
  #end(reason: string, details?: Error | CloseDetails): void {
    const state = this.#state;
    this.#state = { at: "closed" };
    if (state.at === "opening") {
      state.stopTimer?.();
      this.#engine.close();
    } else if (state.at === "open") {
      state.link.close();
    }
    if (details !== undefined) this.#platform.explain?.(details);
    this.#each((listener) => listener.closed(reason, details));
    this.#tell("close", reason, ...(details === undefined ? [] : [details]));
  }

  /** Starts to reconnect, unless somebody has closed it, or opened it again meanwhile. */
  #reconnect(): void {
    if (!this.settings.isEnabled || this.skipReconnect || this.#state.at !== "closed") return;
    this.#reconnector.lost();
  }
}
