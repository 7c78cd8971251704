// A namespace: who is in it, who may join, and broadcasts to all or some of them.
// Place: session -> socket codec -> connection -> **namespace** -> socket
// Rules: the socket is told before the program hears of it.
// Source: docs/protocol/socket-5.md, "Connecting"

import type { Adapter, Room, SocketId } from "@bowline/adapter";
import type {
  AnswerOf,
  Clock,
  DefaultData,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  WithAnswers,
  WithoutAck,
} from "@bowline/protocol/internal";
import { AdapterFace } from "./adapter-face.ts";
import { BroadcastOperator, type BroadcastSource, type ClientsCallback, EVERYBODY } from "./broadcast-operator.ts";
import type { JoinRequest } from "./connection.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import type { HandlerAbout, HandlerErrorReport } from "./handler-errors.ts";
import type { Middleware } from "./middleware.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { Reception } from "./reception.ts";
import { Recovery } from "./recovery.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { Socket } from "./socket.ts";

/** Events that a namespace emits itself. */
export interface NamespaceReservedEvents<S, N = unknown> {
  /** A client has joined. */
  connection(socket: S): void;
  /** As `connection`, and told before it. */
  connect(socket: S): void;
  /** Only in the main namespace: another one was made, by the program or on demand. */
  new_namespace(namespace: N): void;
  /**
   * Only in the main namespace: a handler of any namespace failed. With the option `handlerErrors: "report"` this is told of
   * all of them; without it, of those alone by which somebody was refused, such as middlewares.
   */
  handler_error(report: HandlerErrorReport<S>): void;
}

/**
 * A namespace of the server.
 *
 * It is an event emitter of Node for the events of the server itself, such as `connection`; `emit` sends to clients.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 */
export class Namespace<
    Listen extends EventsMap = DefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = DefaultEventsMap,
    Data = DefaultData,
  >
  extends AdapterFace<
    Listen,
    Emit,
    ServerSide,
    Data,
    NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>, Namespace<Listen, Emit, ServerSide, Data>>
  >
  implements BroadcastSource<Emit, Data>
{
  adapter: Adapter;
  readonly clock: Clock;
  /** The namespaces made on demand from this one, which is of a pattern then; empty for all others. */
  readonly children: Set<Namespace<Listen, Emit, ServerSide, Data>> = new Set();
  /** Keeps lost sessions, where the server does. @internal */
  readonly recovery: Recovery | undefined;
  readonly #sockets: Map<SocketId, Socket<Listen, Emit, ServerSide, Data>> = new Map();
  readonly #reception: Reception<Socket<Listen, Emit, ServerSide, Data>>;

  /**
   * Made by the server.
   * @param parent whose middlewares and listeners it starts with.
   * @internal
   */
  constructor(
    name: string,
    host: NamespaceHost<Listen, Emit, ServerSide, Data>,
    createAdapter: (namespace: Namespace<Listen, Emit, ServerSide, Data>) => Adapter,
    parent?: Namespace<Listen, Emit, ServerSide, Data>,
  ) {
    super(name, host);
    this.clock = host.platform.clock;
    this.adapter = createAdapter(this);
    const adapterFailed = (error: unknown) => host.handlers.contained({ error, handler: "adapter", namespace: name });
    this.recovery =
      host.recovery === undefined ? undefined : new Recovery(this, host.recovery, host.platform, adapterFailed);
    this.#reception = new Reception(
      {
        name,
        recovery: this.recovery,
        createSocket: (newcomer) => host.dialect.createSocket(this, newcomer, host),
        welcome: (socket, missed, isUntold) => this.#welcome(socket, missed, isUntold),
        guards: (client) => this.guardsOf(client),
        idle: () => this.#checkEmpty(),
      },
      host.handlers,
    );
    this.startAdapter();
    if (parent === undefined) return;
    parent.children.add(this);
    this.#reception.adopt(parent.#reception);
    this.adoptListeners(parent, ["connect", "connection"]);
  }

  /** The connected sockets by their ids. */
  get sockets(): Map<SocketId, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#sockets;
  }

  /** As `sockets`, whatever form programs find those in. @internal */
  get members(): ReadonlyMap<SocketId, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#sockets;
  }

  /** Whether nobody is here or on the way in. @internal */
  get isEmpty(): boolean {
    return this.#sockets.size === 0 && !this.#reception.isBusy;
  }

  /**
   * Adds a middleware that every socket joining the namespace has to pass.
   *
   * Middlewares run in the order they were added. One that calls `next` with an error refuses: the client gets the error's
   * message, and its `data` if it has any. One that throws, or whose promise is rejected, refuses as well: the client gets
   * "Internal server error", the program the event `handler_error`. What is emitted to the socket meanwhile is sent.
   * @param middleware gets the socket, and `next` to say that it is content, or why it refuses.
   * @returns the namespace.
   * @example
   * io.of("/desk").use((socket, next) => {
   *   if (socket.handshake.auth["token"] === "open sesame") next();
   *   else next(new Error("not authorized"));
   * });
   */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.#reception.use(middleware);
    return this;
  }

  /**
   * Sends an event to everybody in the namespace.
   *
   * It is for clients; listeners of the namespace itself hear nothing of it.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true; with `compat: 2` the namespace.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   * @example
   * io.of("/desk").emit("news", "the desk is open");
   */
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean {
    if (this.tellsOfListeners(event)) return this.dispatch(event, args);
    return this.createOperator().emit(event, ...args);
  }

  /** Sends the event `message` to everybody. */
  send(...args: unknown[]): this {
    Reflect.apply(this.emit, this, ["message", ...args]);
    return this;
  }

  /** Sends the event `message` to everybody. */
  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /**
   * Sends an event to everybody in the namespace and gathers the answers.
   *
   * Here no time limit is set, so it is refused: begin with `timeout()`, whose operator has this method too.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get, without the ack.
   * @returns the first argument of each answer, in the order they came.
   * @throws TypeError (as a rejection) when there is no timeout, or the name belongs to the library.
   * @throws BroadcastTimeoutError (as a rejection) when not everybody answered in time; it holds the answers that came.
   * @example
   * const moods = await io.of("/desk").timeout(1000).emitWithAck("how are you");
   * console.log(`${moods.length} answers`);
   */
  emitWithAck<E extends EventNamesWithAck<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return this.createOperator().emitWithAck(event, ...args);
  }

  /**
   * Addresses the members of rooms.
   *
   * Who is in several of them gets a broadcast once. The operator may be kept and used again.
   * @param rooms one room, or many; a number names the same room as its digits.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.of("/desk").to("readers").to(["writers", "guests"]).emit("news", "the doors are open");
   */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.createOperator().to(rooms);
  }

  /**
   * As `to`.
   * @param rooms one room, or many.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.of("/desk").in("readers").disconnectSockets();
   */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.createOperator().to(rooms);
  }

  /**
   * Addresses everybody but the members of rooms.
   * @param rooms one room, or many; the id of a socket is the name of its own room.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.of("/desk").except("guests").emit("news", "for members only");
   */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.createOperator().except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once: whose transport takes it when the turn ends. */
  get volatile(): BroadcastOperator<Emit, Data> {
    return this.createOperator().volatile;
  }

  /** Addresses everybody on this process. */
  get local(): BroadcastOperator<Emit, Data> {
    return this.createOperator().local;
  }

  /** Addresses everybody, telling whether transports may compress. */
  compress(compress: boolean): BroadcastOperator<Emit, Data> {
    return this.createOperator().compress(compress);
  }

  /**
   * Addresses everybody and limits the time for the answers.
   * @param timeoutMs milliseconds to wait, from the emit on.
   * @returns an operator whose `emit` takes an ack.
   * @example
   * io.of("/desk").timeout(1000).emit("how are you", (error, answers) => {
   *   console.log(error === null ? "all of them" : "not all in time", answers);
   * });
   */
  timeout(timeoutMs: number): BroadcastOperator<Emit, Data> {
    return this.createOperator().timeout(timeoutMs);
  }

  /** Itself: every event is JSON, as elder programs ask for. */
  get json(): this {
    return this;
  }

  /** Tells whether the event has bytes. They are looked for in any case, so that none is sent as text by mistake. */
  binary(hasBinary: boolean): BroadcastOperator<Emit, Data> {
    return this.createOperator().binary(hasBinary);
  }

  /**
   * Finds the ids of the sockets in the namespace.
   * @param callback gets the error or null, and the ids.
   * @returns the namespace.
   */
  clients(callback: ClientsCallback): this {
    this.createOperator().clients(callback);
    return this;
  }

  /** The sockets of the namespace. */
  fetchSockets(): Promise<RemoteSocket<Emit, Data>[]> {
    return this.createOperator().fetchSockets();
  }

  /** How many sockets the namespace has, on all servers. */
  count(): Promise<number> {
    return this.createOperator().count();
  }

  /** Whether anybody is in the namespace, on any server. */
  exists(): Promise<boolean> {
    return this.createOperator().exists();
  }

  /** The ids of everybody, on all servers. @deprecated `fetchSockets` tells more. */
  allSockets(): Promise<Set<SocketId>> {
    return this.createOperator().allSockets();
  }

  /** Has everybody join rooms. */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.createOperator().socketsJoin(rooms);
  }

  /** Has everybody leave rooms. */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.createOperator().socketsLeave(rooms);
  }

  /** Sends everybody away. @param close whether their whole connections are to end. */
  disconnectSockets(close = false): void {
    this.createOperator().disconnectSockets(close);
  }

  /** Judges a client that wants to join, and lets it in or refuses it. @internal */
  judge(request: JoinRequest): void {
    this.#reception.judge(request);
  }

  /** Forgets a socket that has ended. @internal */
  remove(socket: Socket<Listen, Emit, ServerSide, Data>, reason: DisconnectReason): void {
    if (socket.hold !== undefined) this.recovery?.ended(socket.hold, reason, socket);
    this.host.handlers.runAdapter(this.name, () => this.adapter.delAll(socket.id));
    this.#sockets.delete(socket.id);
    this.#checkEmpty();
  }

  /** Calls the listeners of an event of the namespace's own. @internal */
  tell(event: "new_namespace" | "handler_error", about: unknown): boolean {
    return this.dispatch(event, [about]);
  }

  /** The middlewares of the namespace. @internal */
  get middlewares(): readonly Middleware<Socket<Listen, Emit, ServerSide, Data>>[] {
    return this.#reception.middlewares;
  }

  /** Middlewares that a client has to pass before those of this namespace. */
  protected guardsOf(_client: JoinRequest["client"]): readonly Middleware<Socket<Listen, Emit, ServerSide, Data>>[] {
    return [];
  }

  /** Whom the namespace addresses where nobody is named. */
  protected createOperator(): BroadcastOperator<Emit, Data> {
    return new BroadcastOperator(this, EVERYBODY);
  }

  #checkEmpty(): void {
    if (this.isEmpty) this.host.emptied(this.name);
  }

  #welcome(
    socket: Socket<Listen, Emit, ServerSide, Data>,
    missed: readonly (readonly unknown[])[],
    isUntold: boolean,
  ): void {
    this.#sockets.set(socket.id, socket);
    const { handlers } = this.host;
    const about = (): HandlerAbout => ({ handler: "connection", namespace: this.name, socket });
    handlers.run(() => {
      socket.admit(
        missed.map((data) => this.preparedAgain(data)),
        isUntold,
      );
      this.dispatchGuarded("connect", [socket], handlers, about);
      this.dispatchGuarded("connection", [socket], handlers, about);
    }, about);
    socket.client.joined(this.name);
    if (socket.hold !== undefined) this.recovery?.touched(socket);
  }
}
