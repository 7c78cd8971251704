// The server: its namespaces, its settings, and the engine below.
// Place: engine server -> connection -> **server** -> namespace -> socket
// Rules: no platform in here; composition roots in runtime/ listen, attach and hand their surroundings in, with what only
//        programs of 2.x know.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type { Adapter, AdapterConstructor } from "@bowline/adapter";
import type { Cluster } from "@bowline/adapter/cluster";
import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { Connection } from "../engine/connection.ts";
import type { EngineSettings } from "../engine/options.ts";
import type { RefusalRecord } from "../engine/refusal-counts.ts";
import { EngineServer } from "../engine/server.ts";
import { adapterSurroundings, chooseAdapter, createAdapter } from "./adapter-choice.ts";
import { type ApiDialect, type ChooseDialect, chooseOrdinaryDialect } from "./api-dialect.ts";
import { ChildrenAdapter } from "./children-adapter.ts";
import { ClientLimits, type Unfinished } from "./client-limits.ts";
import { ClusterNodes } from "./cluster-nodes.ts";
import { ClientConnection, type ConnectionHost } from "./connection.ts";
import { Drain, type DrainOptions, type DrainReport, NOBODY_THERE } from "./drain.ts";
import { DynamicNamespaces, type NamespaceMatcher, NO_NAMESPACE } from "./dynamic-namespaces.ts";
import { asConnection, type BoundEngine, ForeignConnection, type ForeignSocket } from "./foreign-connection.ts";
import { HandlerErrors } from "./handler-errors.ts";
import { Inbox } from "./inbox.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { applyOrigins, recoveryOptions, type ServerOptions } from "./options.ts";
import type { SocketPlatform } from "./runtime.ts";
import { SettingsFace } from "./settings-face.ts";
import { SharedEncoder } from "./shared-encoder.ts";
import type { Socket } from "./socket.ts";
import { ServerTrace } from "./trace-points.ts";
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
> extends SettingsFace<Listen, Emit, ServerSide, Data> {
  sockets: Namespace<Listen, Emit, ServerSide, Data>;
  readonly #platform: SocketPlatform;
  readonly #trace: ServerTrace;
  readonly #limits: ClientLimits;
  readonly #namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>>;
  readonly #chooseDialect: ChooseDialect;
  #dialect: ApiDialect;
  #adapter: AdapterConstructor;
  readonly #cluster: Cluster | undefined;
  readonly #nodes: ClusterNodes | undefined;
  #engine: BoundEngine | undefined;
  #wires: Wires | undefined;
  #drained: Promise<DrainReport> | undefined;
  /** What turns packets into frames, for adapters that do that themselves. */
  readonly encoder: SharedEncoder = new SharedEncoder(() => this.#wiresInForce());
  readonly #connectionHost: ConnectionHost;
  readonly #createAdapter = (namespace: Namespace<Listen, Emit, ServerSide, Data>): Adapter =>
    createAdapter(this.#adapter, namespace, this.#dialect);

  /** @param chooseDialect what programs of each generation find. */
  constructor(
    options: Partial<ServerOptions>,
    platform: SocketPlatform,
    chooseDialect: ChooseDialect = chooseOrdinaryDialect,
  ) {
    super(options, platform);
    this.#platform = platform;
    this.#trace = new ServerTrace(platform.trace);
    this.#limits = new ClientLimits(platform.clock, () => this.opts);
    this.#chooseDialect = chooseDialect;
    this.#dialect = chooseDialect(this.opts.compat);
    this.#adapter = chooseAdapter(this.opts);
    this.#cluster = this.opts.cluster;
    this.#nodes = this.#cluster === undefined ? undefined : new ClusterNodes(this.#cluster);
    this.#connectionHost = this.#createConnectionHost();
    this.#namespaces = this.#createNamespaces();
    this.sockets = this.of("/");
  }

  /** The engine; undefined until the server is attached. */
  get engine(): EngineServer {
    return this.#startedEngine();
  }

  /** As `engine`, which programs of 2.x know by this name. */
  get eio(): EngineServer {
    return this.engine;
  }

  /**
   * How often each refusal has come about since the server was made, by the codes of docs/errors.md: requests, namespaces,
   * and connections that were ended. For metrics; a code that has not come about is not there.
   */
  get refusals(): RefusalRecord {
    const engine = this.#engine instanceof EngineServer ? this.#engine : undefined;
    return this.#trace.refusals.with(engine?.refusals);
  }

  /** What is begun and not ended: messages whose attachments are due, with their bytes, and clients that have joined nothing. */
  get unfinished(): Unfinished {
    const { unfinished, pending } = this.#limits;
    return { messages: unfinished.size, bytes: unfinished.bytes, connections: pending };
  }

  /** The namespaces by their names. */
  get nsps(): Map<string, Namespace<Listen, Emit, ServerSide, Data>> {
    return this.#dialect.showMap(this.#namespaces.byName);
  }

  /** As `nsps`, by the name that it has since 3.0. */
  get _nsps(): Map<string, Namespace<Listen, Emit, ServerSide, Data>> {
    return this.nsps;
  }

  /** The namespaces that stand for many, by their patterns. */
  get parentNsps(): Map<RegExp | NamespaceMatcher, Namespace<Listen, Emit, ServerSide, Data>> {
    return this.#namespaces.parents();
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
    for (const namespace of this.#namespaces.all()) namespace.replaceAdapter(this.#createAdapter(namespace));
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
    const isPattern = typeof name === "function" || name instanceof RegExp;
    const namespace = isPattern ? this.#namespaces.matching(name) : this.#namespaces.named(String(name));
    if (listener !== undefined) namespace.on("connect", listener);
    return namespace;
  }

  /**
   * Serves the clients of an engine, also of one that is not ours, such as the engine for Bun.
   * @param engine emits `connection` with each of its connections.
   * @returns the server.
   */
  bind(engine: BoundEngine): this {
    this.#engine = engine;
    engine.on("connection", (connection) => void this.onconnection(connection));
    return this;
  }

  /**
   * Serves one connection of an engine.
   * @returns the server.
   */
  onconnection(connection: ForeignSocket): this {
    const link = connection instanceof Connection ? connection : new ForeignConnection(connection);
    const wire = this.#wiresInForce().of(link.protocol, link !== connection);
    new ClientConnection(asConnection(connection), link, wire, this.#connectionHost).open();
    return this;
  }

  /**
   * Makes the engine that a runtime then feeds with requests.
   * @param options win over those given to the constructor.
   */
  protected startEngine(options: Partial<ServerOptions>): EngineServer {
    this.takeOptions(options);
    this.#dialect = this.#chooseDialect(this.opts.compat);
    const engine = this.createEngine(applyOrigins(this.opts));
    this.#limits.apply();
    engine.admission.limitBy(() => this.#limits.refusal());
    this.#wires = undefined;
    this.#drained = undefined;
    if (this.#nodes !== undefined) engine.joinNodes(this.#nodes.link());
    this.bind(engine);
    return engine;
  }

  /** Makes the engine in the runtime's own form. */
  protected createEngine(options: ServerOptions): EngineServer {
    return new EngineServer(options, this.#platform);
  }

  /**
   * Empties the server before it ends, as in a rolling deployment.
   *
   * New sessions are refused with status 503; those that there are go on, until each has been sent to another server: spread
   * over `jitterMs`, and once no acknowledgement is due, neither to the client nor from it. Their connections end, not their
   * sockets, so that clients of every generation come back by themselves; here their sockets end with `server shutting
   * down`. The server listens until it is closed.
   * @param options how long it may take, and over which time clients are spread.
   * @returns what became of those who were there; asked again, the same promise.
   * @throws RangeError when a number is not one that can work.
   * @throws TypeError when the engine was bound, and is not ours.
   * @example
   * process.once("SIGTERM", async () => {
   *   const { moved, forced } = await io.drain({ timeoutMs: 20_000, jitterMs: 10_000 });
   *   console.log(`${moved} moved, ${forced} cut off`);
   *   await io.close();
   * });
   */
  drain(options: Partial<DrainOptions> = {}): Promise<DrainReport> {
    if (this.#engine === undefined) return Promise.resolve(NOBODY_THERE);
    this.#drained ??= new Drain(this.#engine, this.#platform, options).run();
    return this.#drained;
  }

  /** Ends all sockets and connections. */
  protected async stopEngine(): Promise<void> {
    const namespaces = this.#namespaces.all();
    this.#namespaces.close();
    for (const namespace of namespaces) {
      for (const socket of [...namespace.sockets.values()]) socket.end("server shutting down");
    }
    this.#engine?.close?.();
    await Promise.allSettled(namespaces.map(async (namespace) => namespace.adapter.close?.()));
  }

  /** Waits for the clients that have yet to fetch their goodbye, some of them by way of other nodes; then leaves those. */
  protected async goodbyesSaid(): Promise<void> {
    if (this.#engine instanceof EngineServer) await this.#engine.goodbyesSaid();
    await this.#cluster?.close();
  }

  /** @internal */
  protected override get settable(): EngineSettings | undefined {
    return this.#engine instanceof EngineServer ? this.#engine.opts : undefined;
  }

  /** @internal */
  protected override chained(): this;
  /** @internal */
  protected override chained(): unknown {
    switch (this.#dialect.chains) {
      case "server":
        return this;
      case "main namespace":
        return this.sockets;
      /* v8 ignore next 2 -- @preserve */
      default:
        return this.#dialect.chains satisfies never;
    }
  }

  #wiresInForce(): Wires {
    this.#wires ??= new Wires(this.opts, this.#dialect.profile);
    return this.#wires;
  }

  #createConnectionHost(): ConnectionHost {
    const options = () => this.opts;
    return {
      server: this,
      platform: this.#platform,
      get connectTimeoutMs() {
        return options().connectTimeout;
      },
      get maxNamespaces() {
        return options().maxNamespaces;
      },
      limits: this.#limits,
      trace: this.#trace,
      showMap: (map) => this.#dialect.showMap(map),
      packetOf: (frames) => this.encoder.packetOf(frames),
      admit: (request) => {
        this.#namespaces.find(request, (found) => {
          if (typeof found !== "string") found.judge(request);
          else request.client.refuse(request.namespace, NO_NAMESPACE[found], found);
        });
      },
    };
  }

  /** Its type tells what programs find once the server is attached, which nearly all of them do at once. */
  #startedEngine(): EngineServer;
  #startedEngine(): unknown {
    return this.#engine;
  }

  #createNamespaces(): DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> {
    const platform = this.#platform;
    const options = () => this.opts;
    const recovery = recoveryOptions(this.opts.connectionStateRecovery);
    const handlers = new HandlerErrors(this.opts.handlerErrors, platform, (report) =>
      this.sockets.tell("handler_error", report),
    );
    const surroundings = adapterSurroundings(this.opts, recovery, platform, () => this.#dialect);
    this.#cluster?.begin(surroundings);
    const namespaces: DynamicNamespaces<Namespace<Listen, Emit, ServerSide, Data>> = new DynamicNamespaces({
      create: (name, parent) => this.#dialect.createNamespace(name, host, this.#createAdapter, parent),
      createParent: (name) => {
        const create = (namespace: Namespace<Listen, Emit, ServerSide, Data>) => new ChildrenAdapter(namespace);
        return this.#dialect.createNamespace(name, host, create);
      },
      created: (namespace) => {
        if (namespace.name !== "/") this.sockets.tell("new_namespace", namespace);
      },
      handlers,
      get maxNamespaces() {
        return options().maxChildNamespaces;
      },
    });
    const dialect = () => this.#dialect;
    const host: NamespaceHost<Listen, Emit, ServerSide, Data> = {
      server: this,
      platform,
      handlers,
      inbox: new Inbox({ platform, handlers }),
      trace: this.#trace,
      get dialect() {
        return dialect();
      },
      recovery,
      surroundings,
      measure: (prepared) => this.#wires?.measure(prepared) ?? 0,
      emptied: (name) => {
        // As long as somebody may come back, what is kept for them is kept.
        const ms = recovery?.maxDisconnectionDuration ?? 0;
        namespaces.emptied(name, ms, !this.opts.cleanupEmptyChildNamespaces, platform.clock);
      },
    };
    return namespaces;
  }
}
