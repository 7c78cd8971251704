// What a server offers for its main namespace: listeners, middlewares and broadcasts, by the names that the namespace has.
// Place: the user's code -> server (**main namespace's face**) -> namespace `/`
// Rules: nothing happens here but in the namespace; it is asked anew each time, since programs put another in its place.
// Source: docs/protocol/socket-5.md, "Connecting"

import type { Room, SocketId } from "@bowline/adapter";
import type {
  AnswerOf,
  DefaultData,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  ListenerOf,
  WithAnswers,
  WithoutAck,
} from "@bowline/protocol/internal";
import type { BroadcastOperator, ClientsCallback } from "./broadcast-operator.ts";
import { passAsEmitter, type SocketEmitter } from "./emitter.ts";
import type { Middleware } from "./middleware.ts";
import type { Namespace, NamespaceReservedEvents } from "./namespace.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { Socket } from "./socket.ts";

/** Events of the main namespace. */
type ReservedEvents<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>, Namespace<Listen, Emit, ServerSide, Data>>;

/**
 * What a server offers for its main namespace, `/`.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 */
export abstract class MainNamespaceFace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> {
  /** The main namespace, `/`. */
  abstract sockets: Namespace<Listen, Emit, ServerSide, Data>;

  /** What such methods give, where it is not for the namespace to say: the server, or the namespace as in 2.x. @internal */
  protected abstract chained(): this;

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

  /** As `on`. */
  addListener<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.addListener(event, listener);
  }

  /** As `off`. */
  removeListener<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.removeListener(event, listener);
  }

  /** Adds a listener to the main namespace, before the others. @returns the main namespace. */
  prependListener<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.prependListener(event, listener);
  }

  /** Adds a listener that runs once to the main namespace, before the others. @returns the main namespace. */
  prependOnceListener<E extends keyof NamespaceReservedEvents<never> | EventNames<ServerSide>>(
    event: E,
    listener: ListenerOf<ReservedEvents<Listen, Emit, ServerSide, Data>, ServerSide, E>,
  ): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.prependOnceListener(event, listener);
  }

  /** Removes all listeners, of one event or of all, from the main namespace. @returns the main namespace. */
  removeAllListeners(...event: [event?: string | symbol]): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.removeAllListeners(...event);
  }

  /** From how many listeners of one event on the main namespace warns of a leak. @returns the main namespace. */
  setMaxListeners(count: number): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.setMaxListeners(count);
  }

  /** How many listeners of one event the main namespace may have without a warning. */
  getMaxListeners(): number {
    return this.sockets.getMaxListeners();
  }

  /** The listeners of an event of the main namespace. */
  listeners(event: string | symbol): ReturnType<SocketEmitter["listeners"]> {
    return this.sockets.listeners(event);
  }

  /** The listeners of an event of the main namespace, with what Node wraps those in that run once. */
  rawListeners(event: string | symbol): ReturnType<SocketEmitter["rawListeners"]> {
    return this.sockets.rawListeners(event);
  }

  /** How many listeners an event of the main namespace has. */
  listenerCount(event: string | symbol): number {
    return this.sockets.listenerCount(event);
  }

  /** The events that the main namespace has listeners for. */
  eventNames(): (string | symbol)[] {
    return this.sockets.eventNames();
  }

  /**
   * Adds a middleware that every socket joining the main namespace has to pass.
   *
   * Middlewares run in the order they were added. One that calls `next` with an error refuses: the client gets the error's
   * message, and its `data` if it has any. One that throws, or whose promise is rejected, refuses as well: the client gets
   * "Internal server error", the program the event `handler_error`. What is emitted to the socket meanwhile is sent.
   * @param middleware gets the socket, and `next` to say that it is content, or why it refuses.
   * @returns the server; with `compat: 2` the main namespace.
   * @example
   * io.use((socket, next) => {
   *   if (socket.handshake.auth["token"] === "open sesame") next();
   *   else next(new Error("not authorized"));
   * });
   */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.sockets.use(middleware);
    return this.chained();
  }

  /**
   * Sends an event to everybody in the main namespace.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true; with `compat: 2` the main namespace.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   * @example
   * io.emit("news", "the doors are open");
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean;
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): unknown {
    return this.sockets.emit(event, ...args);
  }

  /** Sends the event `message` to everybody in the main namespace. */
  send(...args: unknown[]): this {
    this.sockets.send(...args);
    return this.chained();
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
  emitWithAck<E extends EventNamesWithAck<Emit>>(
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
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.sockets.to(rooms);
  }

  /**
   * As `to`.
   * @param rooms one room, or many.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.in("readers").disconnectSockets();
   */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.sockets.to(rooms);
  }

  /**
   * Addresses everybody but the members of rooms.
   * @param rooms one room, or many; the id of a socket is the name of its own room.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.except("guests").emit("news", "for members only");
   */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.sockets.except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once: whose transport takes it when the turn ends. */
  get volatile(): BroadcastOperator<Emit, Data> {
    return this.sockets.volatile;
  }

  /** Addresses everybody on this process. */
  get local(): BroadcastOperator<Emit, Data> {
    return this.sockets.local;
  }

  /** Addresses everybody, telling whether transports may compress. */
  compress(compress: boolean): BroadcastOperator<Emit, Data> {
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
  timeout(timeoutMs: number): BroadcastOperator<Emit, Data> {
    return this.sockets.timeout(timeoutMs);
  }

  /** The main namespace: every event is JSON, as elder programs ask for. */
  get json(): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.json;
  }

  /** Tells whether the event has bytes. They are looked for in any case, so that none is sent as text by mistake. */
  binary(hasBinary: boolean): BroadcastOperator<Emit, Data> {
    return this.sockets.binary(hasBinary);
  }

  /**
   * Finds the ids of the sockets in the main namespace.
   * @param callback gets the error or null, and the ids.
   * @returns the main namespace.
   */
  clients(callback: ClientsCallback): Namespace<Listen, Emit, ServerSide, Data> {
    return this.sockets.clients(callback);
  }

  /** The sockets of the main namespace. */
  fetchSockets(): Promise<RemoteSocket<Emit, Data>[]> {
    return this.sockets.fetchSockets();
  }

  /** How many sockets the main namespace has, on all servers. */
  count(): Promise<number> {
    return this.sockets.count();
  }

  /** Whether anybody is in the main namespace, on any server. */
  exists(): Promise<boolean> {
    return this.sockets.exists();
  }

  /** The ids of everybody in the main namespace, on all servers. @deprecated `fetchSockets` tells more. */
  allSockets(): Promise<Set<SocketId>> {
    return this.sockets.allSockets();
  }

  /**
   * Sends an event to the other servers of the cluster, where the listeners of their `io` get it.
   *
   * It wants an adapter that knows the other servers.
   * @param event any name but `connect`, `connection` and `new_namespace`.
   * @param args what listeners get; a function at the end gets an error or null and the answers of the servers.
   * @returns true.
   * @throws TypeError when the name belongs to the library.
   * @example
   * io.on("reload", (what) => console.log(`reloading ${what}`));
   * io.serverSideEmit("reload", "settings");
   */
  serverSideEmit<E extends EventNames<ServerSide>>(
    event: E,
    ...args: EventParams<WithAnswers<ServerSide>, E>
  ): boolean {
    return this.sockets.serverSideEmit(event, ...args);
  }

  /**
   * Sends an event to the other servers and gathers their answers.
   * @param event any name but `connect`, `connection` and `new_namespace`.
   * @param args what listeners get, without the ack.
   * @returns the first argument of each answer.
   * @throws TypeError (as a rejection) when the name belongs to the library.
   * @throws Error (as a rejection) when not all servers answered in time; those that came are its `responses`.
   */
  serverSideEmitWithAck<E extends EventNamesWithAck<ServerSide>>(
    event: E,
    ...args: WithoutAck<EventParams<ServerSide, E>>
  ): Promise<AnswerOf<EventParams<ServerSide, E>>[]> {
    return this.sockets.serverSideEmitWithAck(event, ...args);
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
}

// Programs and frameworks ask `io instanceof EventEmitter`; it keeps no listeners of its own.
passAsEmitter(MainNamespaceFace.prototype);
