// A manager: the connection to one server, shared by sockets, opened again when it is lost.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
//
//   closed --open()--> opening --engine open--> open --engine closed, close()--> closed
//                      opening --failed, timed out, close()--> closed
//
// Rules: listeners of the manager hear of everything before sockets do; the order of events at a reconnection is
//        upstream's; options are read when they are needed, so that changes count for the next connection.
// Source: docs/protocol/socket-5.md, "Reconnecting"

import type { SocketPacket } from "@bowline/protocol";
import type { Cancel, CloseReason } from "@bowline/protocol/internal";
import { type ApiDialect, apiDialect } from "./api-dialect.ts";
import { type CloseDetails, TransportError } from "./connect-error.ts";
import { Engine } from "./engine.ts";
import type { EngineListener } from "./engine-events.ts";
import { guardProgram } from "./guard.ts";
import { Link } from "./link.ts";
import type { ManagerEvents } from "./manager-events.ts";
import { Members } from "./members.ts";
import { type EngineMemory, revisionOfParser } from "./opening.ts";
import type { Auth, ClientOptions, LiveOptions, SocketOptions } from "./options.ts";
import { type Platform, withTimers } from "./platform.ts";
import { Reconnector } from "./reconnector.ts";
import { Socket } from "./socket.ts";
import { Tunable } from "./tunable.ts";
import { endpointOf, serverOf, writeQuery } from "./url.ts";

/** Hears how an attempt ended, in the words of the program's generation. */
type Done = (error?: Error | string) => void;

type ManagerState =
  | { readonly at: "closed" }
  | { readonly at: "opening"; readonly done: Done | undefined; readonly stopTimer: Cancel }
  | { readonly at: "open"; readonly link: Link };

/** Hears whether a manager is in use. */
export interface ManagerWatcher {
  /** It is about to open a connection. */
  opening(): void;
  /** It was closed, and will not open by itself. */
  ended(): void;
}

function resolveAuth(auth: Auth | undefined): Readonly<Record<string, unknown>> {
  if (typeof auth !== "function") return auth ?? {};
  let resolved: Readonly<Record<string, unknown>> = {};
  auth((given) => {
    resolved = given;
  });
  return resolved;
}

/** The connection to one server. */
export class Manager extends Tunable {
  /** The options that it was made with, live. */
  readonly opts: LiveOptions;
  uri: string | undefined;
  readonly #platform: Platform;
  readonly #api: ApiDialect;
  readonly #memory: EngineMemory = { revision: undefined };
  readonly #sockets = new Map<string, Socket>();
  readonly #members: Members;
  #engine: Engine;
  #state: ManagerState = { at: "closed" };
  readonly #reconnector: Reconnector;
  #watcher: ManagerWatcher | undefined;
  /** Somebody closed it, so that it must not open again by itself. */
  #isStopped = false;

  /**
   * Makes a manager, which connects at once unless `autoConnect` is false.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server and there is no page.
   */
  constructor(surroundings: Platform, uri?: string | ClientOptions, options?: ClientOptions) {
    const opts = (typeof uri === "object" ? uri : options) ?? {};
    super(opts);
    const platform = withTimers(surroundings, opts);
    this.#platform = platform;
    this.uri = typeof uri === "string" ? uri : undefined;
    this.opts = opts;
    platform.checkOptions?.(opts);
    this.#api = apiDialect(opts);
    this.#reconnector = new Reconnector(platform, this.settings, {
      tell: (event: keyof ManagerEvents, ...args: unknown[]) => this.#announce(event, args),
      open: (done) => {
        if (this.#state.at !== "closed") return false;
        this.#openAgain(done);
        return true;
      },
    });
    this.#members = new Members({
      platform,
      api: this.#api,
      link: () => this.#link,
      engine: () => this.#engine,
      authInQuery: () => this.opts.authInQuery === true,
      open: () => {
        if (!this.reconnecting) this.open();
      },
      close: () => this.close(),
      guard: (action) => this.#guard(action),
    });
    this.#engine = this.#createEngine();
    if (this.opts.autoConnect !== false) this.open();
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

  /**
   * Connects; does nothing when it is connected or about to be.
   * @param done called once with the result; with it, a failure does not start reconnecting.
   * @returns the manager.
   * @throws Error when the URL was changed to one that names no server.
   */
  open(done?: (error?: Error) => void): this {
    if (done === undefined) return this.#begin(undefined);
    return this.#begin((error) => done(error === undefined ? undefined : this.#api.openError(error)));
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
    const socket = this.#sockets.get(name) ?? this.#createSocket(name, options);
    if (this.opts.autoConnect !== false && !socket.active) socket.connect();
    return socket;
  }

  /** Whether it has a socket for a namespace. */
  hasSocket(namespace: string): boolean {
    return this.#sockets.has(namespace);
  }

  /** Has somebody told whether it is in use, once. @internal */
  watch(watcher: ManagerWatcher): void {
    this.#watcher = watcher;
  }

  /** Closes the connection of all sockets, and does not open it again by itself. */
  close(): void {
    const isIdle = this.#state.at === "closed" && !this.reconnecting;
    this.#isStopped = true;
    this.#reconnector.stop();
    this.#watcher?.ended();
    if (!isIdle) this.#end("forced close");
  }

  /** As `close`. */
  disconnect(): void {
    this.close();
  }

  protected override stopReconnecting(): void {
    this.#isStopped = true;
    this.#reconnector.stop();
  }

  #begin(done: Done | undefined): this {
    if (this.#state.at !== "closed") return this;
    this.#isStopped = false;
    this.#watcher?.opening();
    const engine = this.#createEngine();
    const { timeoutMs } = this.settings;
    const stopTimer =
      timeoutMs === false ? () => {} : this.#platform.clock.after(timeoutMs, () => this.#timedOut(engine, timeoutMs));
    this.#engine = engine;
    this.#state = { at: "opening", done, stopTimer };
    engine.open();
    return this;
  }

  #tell<Event extends keyof ManagerEvents>(event: Event, ...args: Parameters<ManagerEvents[Event]>): void {
    this.#announce(event, args);
  }

  #announce(event: keyof ManagerEvents, args: readonly unknown[]): void {
    this.#guard(() => this.dispatch(event, args));
    const isHeartbeat = (event === "ping" || event === "pong") && this.#engine.protocol === 3;
    if (isHeartbeat || this.#api.forwarded.has(event)) this.#members.forward(event, args);
  }

  #createEngine(): Engine {
    const { opts } = this;
    const server = serverOf(this.uri, opts, this.#platform.page());
    const query = [server.query || writeQuery(opts.query)];
    if (opts.authInQuery === true) query.push(writeQuery(resolveAuth(opts.auth)));
    const listener: EngineListener = {
      opened: () => this.#opened(engine),
      message: (data) => this.#message(engine, data),
      heartbeat: (type, latencyMs) => {
        if (type === "ping") this.#tell("ping");
        else if (latencyMs !== undefined) this.#tell("pong", latencyMs);
      },
      failed: (error) => this.#failed(engine, error),
      closed: (reason, details) => this.#closed(engine, reason, details),
    };
    const engine: Engine = new Engine(
      {
        platform: this.#platform,
        server: { ...server, query: query.filter((part) => part !== "").join("&") },
        options: { ...opts, withCredentials: opts.withCredentials ?? this.#api.withCredentials },
        memory: this.#memory,
        first: opts.protocol === undefined ? this.#api.firstRevision : 4,
        implied: revisionOfParser(opts.parser),
      },
      listener,
    );
    return engine;
  }

  #createSocket(namespace: string, options: SocketOptions): Socket {
    const socket = new Socket(this, namespace, options, this.#members.createPort(namespace));
    this.#sockets.set(namespace, socket);
    return socket;
  }

  get #link(): Link | undefined {
    return this.#state.at === "open" ? this.#state.link : undefined;
  }

  #opened(engine: Engine): void {
    if (this.#state.at !== "opening" || this.#engine !== engine) return;
    const { done, stopTimer } = this.#state;
    stopTimer();
    const link = new Link(engine, this.#platform, this.opts);
    this.#state = { at: "open", link };
    this.#tell("open");
    this.#members.opened(link);
    if (done !== undefined) this.#guard(done);
  }

  #message(engine: Engine, data: string | Uint8Array): void {
    const link = this.#link;
    if (link === undefined || this.#engine !== engine) return;
    let packets: readonly SocketPacket[];
    try {
      packets = link.decode(data);
    } catch (error) {
      this.#end("parse error", error instanceof Error ? error : undefined);
      this.#reconnect();
      return;
    }
    for (const packet of packets) {
      if (this.#link !== link) return;
      this.#tell("packet", packet);
      this.#members.deliver(packet);
    }
  }

  #guard(action: () => void): void {
    guardProgram(this.#platform.clock, action);
  }

  /** The engine failed: before it was open, or, with its end to follow, afterwards. */
  #failed(engine: Engine, error: Error | string): void {
    if (this.#engine !== engine || this.#state.at === "closed") return;
    const state = this.#state;
    if (state.at === "opening") {
      state.stopTimer();
      this.#state = { at: "closed" };
    }
    this.#tellFailure(error, state.at === "open" ? "error" : this.#api.failure);
    if (state.at !== "opening") return;
    const { done } = state;
    if (done === undefined) this.#reconnect();
    else this.#guard(() => done(error));
  }

  /** Sockets hear of it once: as of the manager's own event, or as those that wait for a connection. */
  #tellFailure(error: Error | string, event: "error" | "connect_error"): void {
    this.#announce(event, [error]);
    if (!this.#api.forwarded.has(event)) this.#members.failed(error);
  }

  /** The connection ends before one side understood the other: those that wait hear what the reason may be. */
  get #endpoint(): string {
    return endpointOf(serverOf(this.uri, this.opts, this.#platform.page()), this.opts, "polling");
  }

  #timedOut(engine: Engine, timeoutMs: number): void {
    const error = new TransportError("timeout", { url: this.#endpoint, code: "TIMEOUT", detail: timeoutMs });
    this.#platform.explain?.(error);
    this.#failed(engine, this.#api.timedOut(error));
    engine.close();
    this.#tell("connect_timeout", timeoutMs);
  }

  #closed(engine: Engine, reason: CloseReason, details: Error | CloseDetails | undefined): void {
    if (this.#engine !== engine) return;
    if (this.#state.at === "opening") {
      this.#failed(engine, new Error(reason));
      return;
    }
    const link = this.#link;
    if (link === undefined) return;
    this.#end(reason, link.explainEnd(reason, details));
    this.#reconnect();
  }

  /** Ends the connection, or the attempt, and tells it. */
  #end(reason: string, details?: Error | CloseDetails): void {
    const state = this.#state;
    const engine = this.#engine;
    this.#state = { at: "closed" };
    if (state.at === "opening") {
      state.stopTimer();
      engine.close();
    } else if (state.at === "open") {
      state.link.outbox.whenSettled(() => engine.close());
      state.link.destroy();
    }
    if (details !== undefined) this.#platform.explain?.(details);
    if (details === undefined) this.#tell("close", reason);
    else this.#tell("close", reason, details);
    this.#members.closed(reason, details);
  }

  /** Makes an attempt; options that have become wrong meanwhile let it fail like any other. */
  #openAgain(done: Done): void {
    try {
      this.#begin(done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Starts to reconnect, unless somebody has closed it, or opened it again meanwhile. */
  #reconnect(): void {
    if (!this.settings.isEnabled || this.#isStopped || this.#state.at !== "closed") return;
    this.#reconnector.lost();
  }
}
