// The server's program interface: namespaces, and everything that concerns the main one for short.
// Place: engine server -> connection -> **server** -> namespace -> socket
// Rules: no platform in here; composition roots in runtime/ listen, attach and hand their surroundings in.
//        What `io` offers for broadcasts and listeners is what its main namespace offers.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type { Room } from "@bowline/adapter";
import type {
  AnswerOf,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ListenerOf,
  WithAnswers,
  WithoutAck,
} from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import { resolveOptions } from "../engine/options.ts";
import { EngineServer } from "../engine/server.ts";
import { chooseAdapter } from "./adapter-choice.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import { ChildrenAdapter } from "./children-adapter.ts";
import { ClientConnection, type ConnectionHost } from "./connection.ts";
import { DynamicNamespaces, type NamespaceMatcher } from "./dynamic-namespaces.ts";
import type { Middleware } from "./middleware.ts";
import { Namespace, type NamespaceReservedEvents } from "./namespace.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { recoveryOptions, SERVER_DEFAULTS, type ServerOptions, unknownOptions } from "./options.ts";
import { chooseProfile, type Profile } from "./profile.ts";
import type { SocketPlatform } from "./runtime.ts";
import type { Socket } from "./socket.ts";
import { Wires } from "./wires.ts";

/** Events of the main namespace. */
type ReservedEvents<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>, Namespace<Listen, Emit, ServerSide, Data>>;

/**
 * A server without a platform; `Server` of a runtime is this with its surroundings.
 *
 * What it offers for broadcasts and listeners is what its main namespace, `/`, offers.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 */
export class SocketServer<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = Record<string, unknown>,
> {
  /** The main namespace, `/`. */
  readonly sockets: Namespace<Listen, Emit, ServerSide, Data>;
  readonly #platform: SocketPlatform;
  readonly #namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>>;
  #profile: Profile;
  #options: ServerOptions;
  #engine: EngineServer | undefined;
  #wires: Wires | undefined;

  constructor(options: Partial<ServerOptions>, platform: SocketPlatform) {
    this.#options = resolveOptions(options, SERVER_DEFAULTS);
    this.#platform = platform;
    this.#profile = chooseProfile(this.#options.compat);
    this.#warnOfUnknown(options);
    this.#namespaces = this.#createNamespaces();
    this.sockets = this.of("/");
  }

  /** The options in force. */
  get opts(): ServerOptions {
    return this.#options;
  }

  /** The engine, once the server is attached. */
  get engine(): EngineServer | undefined {
    return this.#engine;
  }

  /** The path that requests start with. */
  path(): string {
    return this.#options.path;
  }

  /**
   * The namespace of a name, made if there is none.
   *
   * Clients may join a namespace once it has been made, and are refused before with "Invalid namespace".
   *
   * A regular expression or a function stands for all namespaces that it matches. Each of them is made when the first
   * client asks for it, with the middlewares and the listeners of `connection` that the result has by then; what is
   * emitted to the result goes to all of them. Anchor the expression (`^`, `$`), or it matches more than it seems to.
   * @param name with or without the slash in front; or what decides which names are welcome.
   * @param listener added for the namespace's `connection` event.
   * @returns the same object for the same name.
   * @throws TypeError when the name has a comma, which ends it on the wire, or the expression has the flag g or y.
   * @example
   * io.of("/desk").on("connection", (socket) => {
   *   socket.emit("welcome", socket.id);
   * });
   * io.of(/^\/game-\d+$/).on("connection", (socket) => {
   *   socket.nsp.emit("joined", socket.id);
   * });
   */
  of(
    name: string | RegExp | NamespaceMatcher,
    listener?: (socket: Socket<Listen, Emit, ServerSide, Data>) => void,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    const namespace = typeof name === "string" ? this.#namespaces.named(name) : this.#namespaces.matching(name);
    if (listener !== undefined) namespace.on("connection", listener);
    return namespace;
  }

  /** Adds a listener to the main namespace. @returns the main namespace. */
  on<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.on(event, listener);
  }

  /** Adds a listener to the main namespace that runs once. @returns the main namespace. */
  once<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.once(event, listener);
  }

  /** Removes a listener from the main namespace. @returns the main namespace. */
  off<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.off(event, listener);
  }

  /** Removes all listeners, of one event or of all, from the main namespace. @returns the main namespace. */
  removeAllListeners(event?: string): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.removeAllListeners(event);
  }

  /**
   * Adds a middleware that every socket joining the main namespace has to pass.
   *
   * Middlewares run in the order they were added. One that calls `next` with an error, throws or rejects refuses: the
   * client gets the error's message, and its `data` if it has any. What is emitted to the socket meanwhile is sent.
   * @param middleware gets the socket, and `next` to say that it is content, or why it refuses.
   * @returns the server.
   * @example
   * io.use((socket, next) => {
   *   if (socket.handshake.auth["token"] === "open sesame") next();
   *   else next(new Error("not authorized"));
   * });
   */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.sockets.use(middleware);
    return this;
  }

  /**
   * Sends an event to everybody in the main namespace.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true; with `compat: 2` the server.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   * @example
   * io.emit("news", "the doors are open");
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean;
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): unknown {
    this.sockets.emit(event, ...args);
    return this.#profile.emitted(this);
  }

  /** Sends the event `message` to everybody in the main namespace. */
  send(...args: unknown[]): this {
    this.sockets.send(...args);
    return this;
  }

  /** Sends the event `message` to everybody in the main namespace. */
  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /**
   * Sends an event to everybody in the main namespace and gathers the answers.
   *
   * Here no time limit is set, so it is refused: begin with `timeout()`, whose operator has this method too.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get, without the ack.
   * @returns the first argument of each answer, in the order they came.
   * @throws TypeError (as a rejection) when there is no timeout, or the name belongs to the library.
   * @throws BroadcastTimeoutError (as a rejection) when not everybody answered in time; it holds the answers that came.
   * @example
   * const moods = await io.timeout(1000).emitWithAck("how are you");
   * console.log(`${moods.length} answers`);
   */
  emitWithAck<E extends EventNames<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return this.sockets.emitWithAck(event, ...args);
  }

  /**
   * Addresses the members of rooms.
   *
   * Who is in several of them gets a broadcast once. The operator may be kept and used again.
   * @param rooms one room, or many; a number names the same room as its digits.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.to("readers").to(["writers", "guests"]).emit("news", "the doors are open");
   */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.to(rooms);
  }

  /**
   * As `to`.
   * @param rooms one room, or many.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.in("readers").disconnectSockets();
   */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.to(rooms);
  }

  /**
   * Addresses everybody but the members of rooms.
   * @param rooms one room, or many; the id of a socket is the name of its own room.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.except("guests").emit("news", "for members only");
   */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once: whose transport takes it when the turn ends. */
  get volatile(): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.volatile;
  }

  /** Addresses everybody on this process. */
  get local(): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.local;
  }

  /** Addresses everybody, telling whether transports may compress. */
  compress(compress: boolean): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.compress(compress);
  }

  /**
   * Addresses everybody and limits the time for the answers.
   * @param timeoutMs milliseconds to wait, from the emit on.
   * @returns an operator whose `emit` takes an ack.
   * @example
   * io.timeout(1000).emit("how are you", (error, answers) => {
   *   console.log(error === null ? "all of them" : "not all in time", answers);
   * });
   */
  timeout(timeoutMs: number): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.timeout(timeoutMs);
  }

  /** The sockets of the main namespace. */
  fetchSockets(): Promise<Socket<Listen, Emit, ServerSide, Data>[]> {
    return this.sockets.fetchSockets();
  }

  /** Has everybody in the main namespace join rooms. */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.sockets.socketsJoin(rooms);
  }

  /** Has everybody in the main namespace leave rooms. */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.sockets.socketsLeave(rooms);
  }

  /** Sends everybody in the main namespace away. @param close whether their whole connections are to end. */
  disconnectSockets(close = false): void {
    this.sockets.disconnectSockets(close);
  }

  /**
   * Makes the engine that a runtime then feeds with requests.
   * @param options win over those given to the constructor.
   * @param create makes the engine in the runtime's own form.
   */
  protected startEngine(options: Partial<ServerOptions>): EngineServer;
  protected startEngine<Engine extends EngineServer>(
    options: Partial<ServerOptions>,
    create: (options: ServerOptions) => Engine,
  ): Engine;
  protected startEngine(
    options: Partial<ServerOptions>,
    create: (options: ServerOptions) => EngineServer = (resolved) => new EngineServer(resolved, this.#platform),
  ): EngineServer {
    this.#options = resolveOptions(options, this.#options);
    this.#profile = chooseProfile(this.#options.compat);
    this.#warnOfUnknown(options);
    const engine = create(this.#options);
    this.#engine = engine;
    const host: ConnectionHost = {
      platform: this.#platform,
      connectTimeoutMs: this.#options.connectTimeout,
      admit: (request) => {
        this.#namespaces.find(request, (namespace) => {
          if (namespace === undefined) request.client.refuse(request.namespace, { message: "Invalid namespace" });
          else namespace.judge(request);
        });
      },
    };
    const wires = new Wires(this.#options, this.#profile);
    this.#wires = wires;
    engine.on("connection", (connection: Connection) => {
      new ClientConnection(connection, wires.create(connection.protocol), host).open();
    });
    return engine;
  }

  /** Ends all sockets and connections. */
  protected async stopEngine(): Promise<void> {
    const namespaces = this.#namespaces.all();
    this.#namespaces.close();
    for (const namespace of namespaces) {
      for (const socket of [...namespace.sockets.values()]) socket.end("server shutting down");
    }
    this.#engine?.close();
    await Promise.allSettled(namespaces.map((namespace) => namespace.adapter.close()));
  }

  #createNamespaces(): DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> {
    const platform = this.#platform;
    const recovery = recoveryOptions(this.#options.connectionStateRecovery);
    const createAdapter = chooseAdapter(this.#options, recovery, platform);
    const namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> = new DynamicNamespaces({
      create: (name, parent) => new Namespace(name, host, createAdapter, parent),
      createParent: (name) => {
        const parent: Namespace<Listen, Emit, ServerSide, Data> = new Namespace(
          name,
          host,
          ({ children }) => new ChildrenAdapter(children),
        );
        return parent;
      },
      created: (namespace) => {
        if (namespace.name !== "/") this.sockets.tell("new_namespace", namespace);
      },
      reportUncaught: (error) => platform.reportUncaught(error),
    });
    const profile = () => this.#profile;
    const host: NamespaceHost = {
      platform,
      get profile() {
        return profile();
      },
      recovery,
      measure: (prepared) => this.#wires?.measure(prepared) ?? 0,
      emptied: (name) => {
        if (!this.#options.cleanupEmptyChildNamespaces) return;
        // As long as somebody may come back, what is kept for them is kept.
        namespaces.dropIfEmptyFor(recovery?.maxDisconnectionDuration ?? 0, name, platform.clock);
      },
    };
    return namespaces;
  }

  #warnOfUnknown(options: Partial<ServerOptions>): void {
    for (const name of unknownOptions(options)) {
      const text = `Option "${name}" has no effect: this version of the server does not know it`;
      this.#platform.warn("BOWLINE_UNKNOWN_OPTION", text);
    }
  }
}
