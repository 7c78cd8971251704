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

import type { PacketDecoder, PacketEncoder, SocketPacket } from "@bowline/protocol";
import { type Cancel, type CloseReason, CONNECT_ERROR } from "@bowline/protocol/internal";
import { type ApiDialect, apiDialect } from "./api-dialect.ts";
import { type CloseDetails, closedUnheard, coded, TransportError } from "./connect-error.ts";
import { Engine } from "./engine.ts";
import type { EngineListener } from "./engine-events.ts";
import { guardProgram } from "./guard.ts";
import { Link } from "./link.ts";
import type { ManagerEvents, ManagerTell } from "./manager-events.ts";
import { type EngineMemory, revisionOfParser } from "./opening.ts";
import type { ClientOptions, LiveOptions, SocketOptions } from "./options.ts";
import { type Platform, withTimers } from "./platform.ts";
import { type Done, type ReconnectHost, Reconnector } from "./reconnect.ts";
import { Socket } from "./socket.ts";
import type { SocketListener, SocketPort } from "./socket-port.ts";
import { type Settings, Tunable } from "./tunable.ts";
import { endpointOf, serverOf, withAuth } from "./url.ts";

type ManagerState =
  | { readonly at: "closed" }
  | { readonly at: "opening"; readonly done: Done | undefined; readonly stopTimer: Cancel | undefined }
  | { readonly at: "open"; readonly link: Link };

/** The connection to one server. */
export class Manager extends Tunable {
  /** The options that it was made with, live. */
  readonly opts: LiveOptions;
  uri: string | undefined;
  readonly #platform: Platform;
  readonly #api: ApiDialect;
  readonly #memory: EngineMemory = { revision: undefined };
  /** Its sockets, by namespace. */
  readonly #members = new Map<string, SocketListener>();
  #engine: Engine | undefined;
  /** Hears of the engine that counts: one that was given up may still have something to say, but not here. */
  #ear: EngineListener | undefined;
  #state: ManagerState = { at: "closed" };
  #watcher: ((isInUse: boolean) => void) | undefined;

  /** What its sockets and its reconnection may ask of it; programs see nothing of that. */
  static readonly #Inside = class implements SocketPort, ReconnectHost {
    readonly #manager: Manager;

    constructor(manager: Manager) {
      this.#manager = manager;
    }

    get platform(): Platform {
      return this.#manager.#platform;
    }

    get api(): ApiDialect {
      return this.#manager.#api;
    }

    get link(): Link | undefined {
      return this.#manager.#link;
    }

    get settings(): Settings {
      return this.#manager.settings;
    }

    join(namespace: string, listener: SocketListener): void {
      this.#manager.#members.set(namespace, listener);
    }

    guard(action: () => void): void {
      this.#manager.#guard(action);
    }

    tell(...told: Parameters<ManagerTell>): void {
      this.#manager.#tell(...told);
    }

    reopen(done: Done): boolean {
      return this.#manager.#openAgain(done);
    }
  };

  /** What one engine says to it. */
  static readonly #Ear = class implements EngineListener {
    readonly #manager: Manager;

    constructor(manager: Manager) {
      this.#manager = manager;
    }

    get #counts(): boolean {
      return this.#manager.#ear === this;
    }

    opened(): void {
      if (this.#counts) this.#manager.#opened();
    }

    message(data: string | Uint8Array): void {
      if (this.#counts) this.#manager.#message(data);
    }

    heartbeat(type: "ping" | "pong", latencyMs?: number): void {
      if (!this.#counts) return;
      if (type === "ping") this.#manager.#tell("ping");
      else if (latencyMs !== undefined) this.#manager.#tell("pong", latencyMs);
    }

    failed(error: Error): void {
      if (this.#counts) this.#manager.#failed(error);
    }

    closed(reason: CloseReason, details?: Error | CloseDetails): void {
      if (this.#counts) this.#manager.#closed(reason, details);
    }
  };

  readonly #inside = new Manager.#Inside(this);
  protected readonly reconnector: Reconnector = new Reconnector(this.#inside);

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
    // At once, so that whoever names no server hears of it here.
    serverOf(this.uri, opts, platform.page());
    if (opts.autoConnect !== false) this.open();
  }

  get engine(): Engine {
    this.#engine ??= this.#createEngine();
    return this.#engine;
  }

  get readyState(): "opening" | "open" | "closed" {
    return this.#state.at;
  }

  /** Its sockets, by namespace. */
  get nsps(): Readonly<Record<string, Socket>> {
    return Object.fromEntries([...this.#members].map(([name, { socket }]) => [name, socket]));
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
    const socket = this.#members.get(name)?.socket ?? this.createSocket(name, options, this.#inside);
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
    this.#ear = new Manager.#Ear(this);
    return new Engine(
      {
        platform: this.#platform,
        server: opts.authInQuery === true ? withAuth(server, opts) : server,
        options: { ...opts, withCredentials: opts.withCredentials ?? this.#api.withCredentials },
        memory: this.#memory,
        first: opts.protocol === undefined ? this.#api.firstRevision : 4,
        implied: revisionOfParser(opts.parser),
      },
      this.#ear,
    );
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
    const isHeartbeat = (event === "ping" || event === "pong") && this.engine.protocol === 3;
    if (isHeartbeat || this.#api.forwards(event)) this.#each((listener) => listener.forward(event, args));
  }

  /** What one of them throws does not keep it from the others. */
  #each(action: (listener: SocketListener) => void): void {
    for (const listener of [...this.#members.values()]) this.#guard(() => action(listener));
  }

  #guard(action: () => void): void {
    guardProgram(this.#platform.clock, action);
  }

  #opened(): void {
    // Where it may take no time, the server may still be faster than the timer.
    if (this.#state.at !== "opening" || this.settings.timeoutMs === 0) return;
    const { done, stopTimer } = this.#state;
    stopTimer?.();
    const link = new Link(this.engine, this.#platform, this.opts, (packet, from) => {
      // A handler of the packet before may have ended it.
      if (this.#link === from) this.#deliver(packet, from);
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
    if (type === CONNECT_ERROR && nsp === "/" && link.dialect.joinsMainNamespaceByItself) {
      this.#each((listener) => listener.packet(packet, link));
    } else {
      this.#guard(() => this.#members.get(nsp)?.packet(packet, link));
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
    const { engine } = this;
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
      this.engine.close();
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
    this.reconnector.lost();
  }
}
