// The server's program interface: namespaces, and everything that concerns the main one for short.
// Place: engine server -> connection -> **server** -> namespace -> socket
// Rules: no platform in here; composition roots in runtime/ listen, attach and hand their surroundings in.
//        What `io` offers for broadcasts and listeners is what its main namespace offers.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import { type AdapterFactory, MemoryAdapter, type Room } from "@bowline/adapter";
import { type EngineDialect, eio3, eio4, type SocketDialect, sio4, sio5 } from "@bowline/protocol";
import {
  createVariants,
  type DefaultEventsMap,
  type EventNames,
  type EventParams,
  type EventsMap,
  type ListenerOf,
  type Variants,
} from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import { resolveOptions } from "../engine/options.ts";
import { EngineServer } from "../engine/server.ts";
import type { AnswerOf, WithAnswers, WithoutAck } from "./ack-types.ts";
import type { BroadcastOperator } from "./broadcast-operator.ts";
import { ClientConnection, type ConnectionHost } from "./connection.ts";
import type { Middleware } from "./middleware.ts";
import { Namespace, type NamespaceReservedEvents } from "./namespace.ts";
import { SERVER_DEFAULTS, type ServerOptions } from "./options.ts";
import type { SocketPlatform } from "./runtime.ts";
import type { Socket } from "./socket.ts";

/** How connections of one generation are read and written. */
interface Generation {
  readonly dialect: SocketDialect;
  readonly variants: Variants;
}

/** Puts the slash in front of a namespace's name, and refuses names that could not be sent. */
function namespaceName(name: string): string {
  if (name.includes(",")) {
    throw new TypeError(`Cannot make namespace "${name}": a comma ends the name on the wire; use another character`);
  }
  return name.startsWith("/") ? name : `/${name}`;
}

/**
 * A server without a platform; `Server` of a runtime is this with its surroundings.
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
  readonly #namespaces: Map<string, Namespace<Listen, Emit, ServerSide, Data>> = new Map();
  #options: ServerOptions;
  #engine: EngineServer | undefined;

  constructor(options: Partial<ServerOptions>, platform: SocketPlatform) {
    this.#options = resolveOptions(options, SERVER_DEFAULTS);
    this.#platform = platform;
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
   * @param name with or without the slash in front.
   * @param listener added for the namespace's `connection` event.
   * @throws TypeError when the name could not be sent.
   */
  of(
    name: string,
    listener?: (socket: Socket<Listen, Emit, ServerSide, Data>) => void,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    const fullName = namespaceName(name);
    let namespace = this.#namespaces.get(fullName);
    if (namespace === undefined) {
      const createAdapter: AdapterFactory = this.#options.adapter ?? ((owner) => new MemoryAdapter(owner));
      namespace = new Namespace(fullName, this.#platform, createAdapter);
      this.#namespaces.set(fullName, namespace);
    }
    if (listener !== undefined) namespace.on("connection", listener);
    return namespace;
  }

  /** Adds a listener to the main namespace. */
  on<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>>, ServerSide, E>,
  ): this {
    this.sockets.on(event, listener);
    return this;
  }

  /** Adds a listener to the main namespace that runs once. */
  once<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>>, ServerSide, E>,
  ): this {
    this.sockets.once(event, listener);
    return this;
  }

  /** Removes a listener from the main namespace. */
  off<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>>, ServerSide, E>,
  ): this {
    this.sockets.off(event, listener);
    return this;
  }

  /** Removes all listeners, of one event or of all, from the main namespace. */
  removeAllListeners(event?: string): this {
    this.sockets.removeAllListeners(event);
    return this;
  }

  /** Adds a middleware to the main namespace. */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.sockets.use(middleware);
    return this;
  }

  /** Sends an event to everybody in the main namespace. */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean {
    return this.sockets.emit(event, ...args);
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

  /** Sends an event to everybody in the main namespace and gathers the answers; wants `timeout()` before. */
  emitWithAck<E extends EventNames<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return this.sockets.emitWithAck(event, ...args);
  }

  /** Addresses the members of rooms. */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.to(rooms);
  }

  /** As `to`. */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.to(rooms);
  }

  /** Addresses everybody but the members of rooms. */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets.except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once. */
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

  /** Addresses everybody and waits `timeoutMs` milliseconds for the answers. */
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
   */
  protected startEngine(options: Partial<ServerOptions>): EngineServer {
    this.#options = resolveOptions(options, this.#options);
    const engine = new EngineServer(this.#options, this.#platform);
    this.#engine = engine;
    const host: ConnectionHost = {
      platform: this.#platform,
      connectTimeoutMs: this.#options.connectTimeout,
      admit: (request) => {
        const namespace = this.#namespaces.get(request.namespace);
        if (namespace === undefined) request.client.refuse(request.namespace, { message: "Invalid namespace" });
        else namespace.judge(request);
      },
    };
    const { parser } = this.#options;
    const generation = (dialect: SocketDialect, engineDialect: EngineDialect): Generation => {
      const { protocol, Encoder } = parser ?? sio5.parser;
      return { dialect, variants: createVariants(engineDialect, new Encoder(), protocol === 4 ? 4 : 5) };
    };
    const generations = { 3: generation(sio4, eio3), 4: generation(sio5, eio4) };
    engine.on("connection", (connection: Connection) => {
      const { dialect, variants } = generations[connection.protocol];
      const { Decoder } = parser ?? dialect.parser;
      new ClientConnection(connection, { dialect, variants, decoder: new Decoder() }, host).open();
    });
    return engine;
  }

  /** Ends all sockets and connections. */
  protected async stopEngine(): Promise<void> {
    for (const namespace of this.#namespaces.values()) {
      for (const socket of [...namespace.sockets.values()]) socket.end("server shutting down");
    }
    this.#engine?.close();
    await Promise.allSettled([...this.#namespaces.values()].map((namespace) => namespace.adapter.close()));
  }
}
