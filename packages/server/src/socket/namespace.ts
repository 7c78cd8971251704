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
import type { Refusal, SocketPacket } from "@bowline/protocol";
import {
  type Clock,
  type DefaultEventsMap,
  type EventNames,
  type EventParams,
  type EventsMap,
  PreparedPacket,
} from "@bowline/protocol/internal";
import type { AnswerOf, WithAnswers, WithoutAck } from "./ack-types.ts";
import { BroadcastOperator, type BroadcastSource, EVERYBODY } from "./broadcast-operator.ts";
import type { JoinRequest } from "./connection.ts";
import { SocketEmitter } from "./emitter.ts";
import { type Middleware, runMiddlewares } from "./middleware.ts";
import type { SocketPlatform } from "./runtime.ts";
import { Socket } from "./socket.ts";

/** Events that a namespace emits itself. */
export interface NamespaceReservedEvents<S> {
  connection(socket: S): void;
  connect(socket: S): void;
}

/** Reads what a middleware's error tells the client: its message, and `data` if it has any. */
function toRefusal(error: Error): Refusal {
  const data: unknown = Reflect.get(error, "data");
  return data === undefined ? { message: error.message } : { message: error.message, data };
}

/**
 * A namespace of the server.
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

  /** Adds a middleware that every joining socket has to pass. */
  use(middleware: Middleware<Socket<Listen, Emit, ServerSide, Data>>): this {
    this.#middlewares.push(middleware);
    return this;
  }

  /**
   * Sends an event to everybody in the namespace.
   * @returns true.
   * @throws TypeError when the name belongs to the library.
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

  /** Sends an event to everybody and gathers the answers; wants `timeout()` before. */
  emitWithAck<E extends EventNames<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return this.#everybody.emitWithAck(event, ...args);
  }

  /** Addresses the members of rooms. */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.to(rooms);
  }

  /** As `to`. */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.to(rooms);
  }

  /** Addresses everybody but the members of rooms. */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Socket<Listen, Emit, ServerSide, Data>> {
    return this.#everybody.except(rooms);
  }

  /** Addresses everybody whom a packet reaches at once. */
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

  /** Addresses everybody and waits `timeoutMs` milliseconds for the answers. */
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
    runMiddlewares(this.#middlewares, socket, (refusal) => {
      if (client.gone) {
        socket.refuse();
      } else if (refusal === undefined) {
        this.#welcome(socket);
      } else {
        socket.refuse();
        this.#refuse(client, refusal);
      }
    });
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
    socket.admit();
    try {
      this.dispatch("connect", [socket]);
      this.dispatch("connection", [socket]);
    } catch (error) {
      this.#platform.reportUncaught(error);
    }
  }
}
