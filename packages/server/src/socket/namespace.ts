// A namespace: who is in it, who may join, and broadcasts to all or some of them.
// Place: session -> socket codec -> connection -> **namespace** -> socket
// Rules: a client that has gone meanwhile is never added; the socket is told before the program hears of it;
//        ack ids count per namespace, so that a broadcast has one id for everybody.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type {
  Adapter,
  AdapterFactory,
  AdapterNamespace,
  BroadcastFlags,
  Delivery,
  Room,
  SocketId,
} from "@bowline/adapter";
import type { SocketPacket } from "@bowline/protocol";
import {
  type AnswerOf,
  type Clock,
  type DefaultEventsMap,
  type EventNames,
  type EventParams,
  type EventsMap,
  PreparedPacket,
  type WithAnswers,
  type WithoutAck,
} from "@bowline/protocol/internal";
import { BroadcastOperator, type BroadcastSource, EVERYBODY } from "./broadcast-operator.ts";
import type { JoinRequest } from "./connection.ts";
import { SocketEmitter } from "./emitter.ts";
import { type Middleware, runMiddlewares, toRefusal } from "./middleware.ts";
import type { SocketPlatform } from "./runtime.ts";
import { Socket } from "./socket.ts";

/** Events that a namespace emits itself. */
export interface NamespaceReservedEvents<S> {
  connection(socket: S): void;
  connect(socket: S): void;
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
    Data = Record<string, unknown>,
  >
  extends SocketEmitter<ServerSide, NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, Data>>>
  implements
    AdapterNamespace<Socket<Listen, Emit, ServerSide, Data>>,
    BroadcastSource<Socket<Listen, Emit, ServerSide, Data>>
{
  readonly name: string;
  /** The connected sockets by their ids. */
  readonly sockets: Map<SocketId, Socket<Listen, Emit, ServerSide, Data>> = new Map();
  readonly adapter: Adapter<Socket<Listen, Emit, ServerSide, Data>>;
  readonly clock: Clock;
  readonly #platform: SocketPlatform;
  readonly #middlewares: Middleware<Socket<Listen, Emit, ServerSide, Data>>[] = [];
  #ackId = 0;

  /** Made by the server. @internal */
  constructor(name: string, platform: SocketPlatform, createAdapter: AdapterFactory) {
    super();
    this.name = name;
    this.clock = platform.clock;
    this.#platform = platform;
    this.adapter = createAdapter(this);
  }

  /**
   * Adds a middleware that every socket joining the namespace has to pass.
   *
   * Middlewares run in the order they were added. One that calls `next` with an error, throws or rejects refuses: the
   * client gets the error's message, and its `data` if it has any. What is emitted to the socket meanwhile is sent.
   * @param middleware gets the socket, and `next` to say that it is content, or why it refuses.
   * @returns the namespace.
   * @example
   * io.of("/desk").use((socket, next) => {
   *   if (socket.handshake.auth["token"] === "open sesame") next();
   *   else next(new Error("not authorized"));
   * });
   */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.#middlewares.push(middleware);
    return this;
  }

  /**
   * Sends an event to everybody in the namespace.
   *
   * It is for clients; listeners of the namespace itself hear nothing of it.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   * @example
   * io.of("/desk").emit("news", "the desk is open");
   */
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean {
    return this.#everybody.emit(event, ...args);
  }

  /** Sends the event `message` to everybody. */
  send(...args: unknown[]): this {
    this.#everybody.send(...args);
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
  emitWithAck<E extends EventNames<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return this.#everybody.emitWithAck(event, ...args);
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
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.to(rooms);
  }

  /**
   * As `to`.
   * @param rooms one room, or many.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.of("/desk").in("readers").disconnectSockets();
   */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.to(rooms);
  }

  /**
   * Addresses everybody but the members of rooms.
   * @param rooms one room, or many; the id of a socket is the name of its own room.
   * @returns an operator, to `emit` with or to go on with.
   * @example
   * io.of("/desk").except("guests").emit("news", "for members only");
   */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once: whose transport takes it when the turn ends. */
  get volatile(): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.volatile;
  }

  /** Addresses everybody on this process. */
  get local(): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.local;
  }

  /** Addresses everybody, telling whether transports may compress. */
  compress(compress: boolean): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.compress(compress);
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
  timeout(timeoutMs: number): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.timeout(timeoutMs);
  }

  /** The sockets of the namespace. */
  fetchSockets(): Promise<Socket<Listen, Emit, ServerSide, Data>[]> {
    return this.#everybody.fetchSockets();
  }

  /** Has everybody join rooms. */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.#everybody.socketsJoin(rooms);
  }

  /** Has everybody leave rooms. */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.#everybody.socketsLeave(rooms);
  }

  /** Sends everybody away. @param close whether their whole connections are to end. */
  disconnectSockets(close = false): void {
    this.#everybody.disconnectSockets(close);
  }

  /** The next ack id. @internal */
  nextAckId(): number {
    return this.#ackId++;
  }

  /** @internal */
  forgetReplies(id: number): void {
    for (const socket of this.sockets.values()) socket.forgetReply(id);
  }

  /** @internal */
  deliver(packet: SocketPacket, flags: BroadcastFlags): Delivery<Socket<Listen, Emit, ServerSide, Data>> {
    const prepared = new PreparedPacket(packet);
    return { to: (socket) => socket.deliver(prepared, flags) };
  }

  /** @internal */
  expectAck(
    socket: Socket<Listen, Emit, ServerSide, Data>,
    id: number,
    reply: (args: readonly unknown[]) => void,
  ): void {
    socket.expectReply(id, reply);
  }

  /** Judges a client that wants to join, and lets it in or refuses it. @internal */
  judge(request: JoinRequest): void {
    const { client } = request;
    const socket = new Socket(this, request, this.#platform);
    const decide = (refusal: Error | undefined) => {
      if (refusal === undefined && !client.gone) {
        this.#welcome(socket);
        return;
      }
      socket.refuse();
      if (refusal !== undefined && !client.gone) this.#refuse(client, refusal);
    };
    const report = (error: unknown) => this.#platform.reportUncaught(error);
    runMiddlewares(this.#middlewares, socket, decide, report);
  }

  /** Forgets a socket that has ended. @internal */
  remove(socket: Socket<Listen, Emit, ServerSide, Data>): void {
    this.sockets.delete(socket.id);
  }

  get #everybody(): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return new BroadcastOperator(this, EVERYBODY);
  }

  /** Tells a client why not; data that cannot be written costs the data and not the answer. */
  #refuse(client: JoinRequest["client"], refusal: Error): void {
    try {
      client.refuse(this.name, toRefusal(refusal));
    } catch (error) {
      this.#platform.reportUncaught(error);
      client.refuse(this.name, { message: refusal.message });
    }
  }

  #welcome(socket: Socket<Listen, Emit, ServerSide, Data>): void {
    this.sockets.set(socket.id, socket);
    try {
      socket.admit();
      this.dispatch("connect", [socket]);
      this.dispatch("connection", [socket]);
    } catch (error) {
      this.#platform.reportUncaught(error);
    }
    socket.client.joined(this.name);
  }
}
