// The server: its namespaces, its settings, and the engine below.
// Place: engine server -> connection -> **server** -> namespace -> socket
// Rules: no platform in here; composition roots in runtime/ listen, attach and hand their surroundings in, with what only
//        programs of 2.x know.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type { AdapterConstructor } from "@bowline/adapter";
import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import { resolveOptions } from "../engine/options.ts";
import { EngineServer } from "../engine/server.ts";
import { adapterSurroundings, chooseAdapter, createAdapter } from "./adapter-choice.ts";
import { type ApiDialect, type ChooseDialect, chooseOrdinaryDialect } from "./api-dialect.ts";
import { ChildrenAdapter } from "./children-adapter.ts";
import { ClientConnection, type ConnectionHost } from "./connection.ts";
import { DynamicNamespaces, type NamespaceMatcher } from "./dynamic-namespaces.ts";
import { MainNamespaceFace } from "./main-namespace-face.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { recoveryOptions, SERVER_DEFAULTS, type ServerOptions, unknownOptions } from "./options.ts";
import type { SocketPlatform } from "./runtime.ts";
import { SharedEncoder } from "./shared-encoder.ts";
import type { Socket } from "./socket.ts";
import { Wires } from "./wires.ts";

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
  Data = DefaultData,
> extends MainNamespaceFace<Listen, Emit, ServerSide, Data> {
  sockets: Namespace<Listen, Emit, ServerSide, Data>;
  readonly #platform: SocketPlatform;
  readonly #namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>>;
  readonly #chooseDialect: ChooseDialect;
  #dialect: ApiDialect;
  #adapter: AdapterConstructor;
  #options: ServerOptions;
  #engine: EngineServer | undefined;
  #wires: Wires | undefined;
  /** What turns packets into frames, for adapters that do that themselves. */
  readonly encoder: SharedEncoder = new SharedEncoder(() => {
    this.#wires ??= new Wires(this.#options, this.#dialect.profile);
    return this.#wires;
  });

  /** @param chooseDialect what programs of each generation find. */
  constructor(
    options: Partial<ServerOptions>,
    platform: SocketPlatform,
    chooseDialect: ChooseDialect = chooseOrdinaryDialect,
  ) {
    super();
    const resolved = resolveOptions(options, SERVER_DEFAULTS);
    const recovery = recoveryOptions(resolved.connectionStateRecovery);
    // Completed, since adapters read there how long they have to keep sessions.
    this.#options = recovery === undefined ? resolved : { ...resolved, connectionStateRecovery: recovery };
    this.#platform = platform;
    this.#chooseDialect = chooseDialect;
    this.#dialect = chooseDialect(this.#options.compat);
    this.#warnOfUnknown(options);
    this.#adapter = chooseAdapter(this.#options, recovery);
    this.#namespaces = this.#createNamespaces();
    this.sockets = this.of("/");
  }

  /** The options in force. */
  get opts(): ServerOptions {
    return this.#options;
  }

  /** The engine; undefined until the server is attached. */
  get engine(): EngineServer {
    return this.#startedEngine();
  }

  /** The path that requests start with. */
  path(): string {
    return this.#options.path;
  }

  /** What makes the adapter of each namespace. */
  adapter(): AdapterConstructor;
  /**
   * Changes what makes adapters: each namespace that there is gets a new one, with the rooms of the one before.
   * @param maker a class, or a function.
   * @returns the server.
   */
  adapter(maker: AdapterConstructor): this;
  adapter(maker?: AdapterConstructor): AdapterConstructor | this {
    if (maker === undefined) return this.#adapter;
    this.#adapter = maker;
    for (const namespace of this.#namespaces.all()) namespace.replaceAdapter(createAdapter(maker, namespace));
    return this;
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

  /**
   * Makes the engine that a runtime then feeds with requests.
   * @param options win over those given to the constructor.
   */
  protected startEngine(options: Partial<ServerOptions>): EngineServer {
    this.#options = resolveOptions(options, this.#options);
    this.#dialect = this.#chooseDialect(this.#options.compat);
    this.#warnOfUnknown(options);
    const engine = new EngineServer(this.#options, this.#platform);
    this.#engine = engine;
    const host: ConnectionHost = {
      platform: this.#platform,
      connectTimeoutMs: this.#options.connectTimeout,
      packetOf: (frames) => this.encoder.packetOf(frames),
      admit: (request) => {
        this.#namespaces.find(request, (namespace) => {
          if (namespace === undefined) request.client.refuse(request.namespace, { message: "Invalid namespace" });
          else namespace.judge(request);
        });
      },
    };
    const wires = new Wires(this.#options, this.#dialect.profile);
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
    await Promise.allSettled(namespaces.map(async (namespace) => namespace.adapter.close?.()));
  }

  /** Its type tells what programs find once the server is attached, which nearly all of them do at once. */
  #startedEngine(): EngineServer;
  #startedEngine(): unknown {
    return this.#engine;
  }

  #createNamespaces(): DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> {
    const platform = this.#platform;
    const recovery = recoveryOptions(this.#options.connectionStateRecovery);
    const surroundings = adapterSurroundings(this.#options, recovery, platform);
    const namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> = new DynamicNamespaces({
      create: (name, parent) =>
        this.#dialect.createNamespace(name, host, (namespace) => createAdapter(this.#adapter, namespace), parent),
      createParent: (name) => {
        const parent: Namespace<Listen, Emit, ServerSide, Data> = this.#dialect.createNamespace(
          name,
          host,
          (namespace) => new ChildrenAdapter(namespace),
        );
        return parent;
      },
      created: (namespace) => {
        if (namespace.name !== "/") this.sockets.tell("new_namespace", namespace);
      },
      reportUncaught: (error) => platform.reportUncaught(error),
    });
    const dialect = () => this.#dialect;
    const host: NamespaceHost<Listen, Emit, ServerSide, Data> = {
      server: this,
      platform,
      get dialect() {
        return dialect();
      },
      recovery,
      surroundings,
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
