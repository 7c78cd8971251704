// A client's socket: one namespace of one manager, for the program to talk to.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
//
//   idle --connect()--> waiting --CONNECT came--> connected --connection lost--> waiting
//   waiting, connected --refused, told to leave, disconnect()--> idle
//
// Rules: events wait while there is no connection and are sent, in order, before `connect` is told; ids of acks count on
//        over connections; modifiers hold for one emit.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Connecting"

import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AnyListener,
  AnyListeners,
  type DefaultEventsMap,
  type EventNames,
  type EventParams,
  type EventsMap,
} from "@bowline/protocol/internal";
import type { AllButLast, DecorateAcknowledgements, FirstArg, Last } from "./ack-types.ts";
import type { CloseDetails } from "./connect-error.ts";
import { listOf, type Modifiers, prepareEvent, refuseReserved, retyped } from "./emission.ts";
import { ClientEmitter } from "./emitter.ts";
import type { SocketManager } from "./manager-face.ts";
import type { Auth, SocketOptions } from "./options.ts";
import type { OutgoingPacket } from "./outbox.ts";
import { type PendingAck, PendingAcks } from "./pending-acks.ts";
import type { ConnectError, SocketEvents } from "./socket-events.ts";
import type { SocketPort } from "./socket-port.ts";
import { writeQuery } from "./url.ts";

type SocketState =
  | { readonly at: "idle" }
  | { readonly at: "waiting" }
  | { readonly at: "connected"; readonly id: string };

/** What makes sockets of the same manager. */
export interface SocketMaker {
  socket(namespace: string, options?: SocketOptions): Socket;
}

/**
 * A socket: one namespace of a server.
 *
 * @example
 * import { io } from "@bowline/client";
 *
 * const socket = io("http://localhost:3000", { autoConnect: false });
 * socket.on("news", (text) => console.log(text));
 * socket.emit("hello", { name: "Ada" }, (answer) => console.log(answer));
 */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends ClientEmitter<ListenEvents, EmitEvents, SocketEvents> {
  /** The manager, whose connection this socket shares with others. */
  readonly io: SocketManager & SocketMaker;
  /** The namespace. */
  readonly nsp: string;
  /** Credentials that the server gets at the next connection. */
  auth: Auth | undefined;
  /** Events that came before the server's yes. */
  receiveBuffer: (readonly unknown[])[] = [];
  /** Packets that wait for a connection; empty it to drop them. */
  sendBuffer: OutgoingPacket[] = [];
  readonly #options: SocketOptions;
  readonly #port: SocketPort;
  readonly #acks: PendingAcks;
  readonly #heard = new AnyListeners();
  readonly #sent = new AnyListeners();
  #state: SocketState = { at: "idle" };
  #modifiers: Modifiers = {};
  #nextId = 0;

  /** Sockets are made by `io()` and by `manager.socket()`. */
  constructor(manager: SocketManager & SocketMaker, namespace: string, options: SocketOptions, port: SocketPort) {
    super();
    this.io = manager;
    this.nsp = namespace;
    this.auth = options.auth;
    this.#options = options;
    this.#port = port;
    this.#acks = new PendingAcks(port.platform.clock);
    port.listen({
      opened: () => this.#opened(),
      failed: (error) => {
        if (this.#state.at === "waiting") this.dispatch("connect_error", [error]);
      },
      closed: (reason, details) => this.#closed(reason, details),
      packet: (packet) => this.#received(packet),
      forward: (event, args) => this.dispatch(event, args),
    });
  }

  /** The id that the server gave this socket; undefined while it is not connected. */
  get id(): string | undefined {
    return this.#state.at === "connected" ? this.#state.id : undefined;
  }

  /** Whether the server has said yes. */
  get connected(): boolean {
    return this.#state.at === "connected";
  }

  /** The opposite of `connected`. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Whether the socket takes part in the next connection by itself. */
  get active(): boolean {
    return this.#state.at !== "idle";
  }

  /** The next event is dropped unless it can leave at once. */
  get volatile(): this {
    return this.#modify({ isVolatile: true });
  }

  /** The next event is sent with or without compression. */
  compress(compress: boolean): this {
    return this.#modify({ compress });
  }

  /**
   * The acknowledgement of the next event gets an error first, or null.
   * @param timeoutMs longest time to wait for it, in milliseconds.
   */
  timeout(timeoutMs: number): Socket<ListenEvents, DecorateAcknowledgements<EmitEvents>> {
    return retyped(this.#modify({ timeoutMs }));
  }

  /** Connects; does nothing when connected. */
  connect(): this {
    if (this.#state.at === "connected") return this;
    if (this.#state.at === "idle") this.#state = { at: "waiting" };
    this.#port.join();
    return this;
  }

  /** As `connect`. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace, and does not come back by itself. */
  disconnect(): this {
    const wasConnected = this.#state.at === "connected";
    if (wasConnected) this.#sendPlain({ type: PacketType.DISCONNECT, nsp: this.nsp });
    this.#leave();
    if (wasConnected) this.#disconnected("io client disconnect");
    return this;
  }

  /** As `disconnect`. */
  close(): this {
    return this.disconnect();
  }

  /**
   * Sends an event.
   * @param args its arguments; a function at the end is called with the server's answer.
   * @returns the socket.
   * @throws Error when the name is reserved, such as `connect`.
   * @throws TypeError when the arguments have no JSON, as a BigInt has not.
   */
  override emit<E extends EventNames<EmitEvents>>(event: E, ...args: EventParams<EmitEvents, E>): this {
    refuseReserved(event);
    this.#emit([event, ...args]);
    return this;
  }

  /** Sends a `message` event. */
  send(...args: unknown[]): this {
    this.#emit(["message", ...args]);
    return this;
  }

  /**
   * Sends an event and waits for the answer.
   * @returns what the server answers first.
   * @throws Error when no answer came in time, or the connection was lost.
   */
  emitWithAck<E extends EventNames<EmitEvents>>(
    event: E,
    ...args: AllButLast<EventParams<EmitEvents, E>>
  ): Promise<FirstArg<Last<EventParams<EmitEvents, E>>>> {
    refuseReserved(event);
    return new Promise((resolve, reject) => {
      const settle = (error: unknown, answer: FirstArg<Last<EventParams<EmitEvents, E>>>): void => {
        if (error === null) resolve(answer);
        else reject(error);
      };
      this.#emit([event, ...args, settle], true);
    });
  }

  /** Adds a listener for all events. */
  onAny(listener: AnyListener): this {
    this.#heard.append(listener);
    return this;
  }

  /** Adds a listener for all events, before the others. */
  prependAny(listener: AnyListener): this {
    this.#heard.prepend(listener);
    return this;
  }

  /** Removes a listener for all events, or all of them. */
  offAny(listener?: AnyListener): this {
    this.#heard.remove(listener);
    return this;
  }

  /** The listeners for all events. */
  listenersAny(): AnyListener[] {
    return this.#heard.list();
  }

  /** Adds a listener for all events that are sent, when they are sent. */
  onAnyOutgoing(listener: AnyListener): this {
    this.#sent.append(listener);
    return this;
  }

  /** Adds a listener for all events that are sent, before the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.#sent.prepend(listener);
    return this;
  }

  /** Removes a listener for all events that are sent, or all of them. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.#sent.remove(listener);
    return this;
  }

  /** The listeners for all events that are sent. */
  listenersAnyOutgoing(): AnyListener[] {
    return this.#sent.list();
  }

  #modify(modifiers: Modifiers): this {
    Object.assign(this.#modifiers, modifiers);
    return this;
  }

  /** @param isPromised whether the acknowledgement takes an error first, whatever the modifiers say. */
  #emit(data: readonly unknown[], isPromised: boolean = false): void {
    const { isVolatile = false, compress = true, timeoutMs = this.#options.ackTimeout } = this.#modifiers;
    this.#modifiers = {};
    const { packet, ack } = prepareEvent(this.nsp, data, compress, () => this.#nextId++);
    if (packet.id !== undefined && ack !== undefined) {
      const pending: PendingAck = {
        errorFirst: isPromised || timeoutMs !== undefined,
        settle: (...args) => Reflect.apply(ack, this, args),
      };
      this.#acks.expect(packet.id, pending, timeoutMs, () => {
        this.sendBuffer = this.sendBuffer.filter(({ id }) => id !== packet.id);
      });
    }
    const isReady = this.connected && !this.#port.overdue;
    if (isReady && !(isVolatile && !this.#port.writable)) this.#transmit(packet);
    else if (!isVolatile) this.sendBuffer.push(packet);
  }

  #transmit(packet: OutgoingPacket): void {
    if (!this.#sent.isEmpty) {
      const [event, ...args] = listOf(packet.data);
      this.#sent.call(String(event), args);
    }
    this.#port.send(packet);
  }

  #sendPlain(packet: SocketPacket): void {
    this.#port.send({ ...packet, options: { compress: true } });
  }

  #opened(): void {
    const query = writeQuery(this.#options.query);
    if (typeof this.auth !== "function") {
      this.#port.connect(this.auth ?? {}, query);
      return;
    }
    const { connection } = this.#port;
    this.auth((auth) => {
      // It may take its time, and meanwhile the connection may be another one.
      if (this.#state.at === "waiting" && this.#port.connection === connection) this.#port.connect(auth, query);
    });
  }

  #received(packet: SocketPacket): void {
    if (this.#state.at === "idle") return;
    switch (packet.type) {
      case PacketType.CONNECT:
        this.#accepted(packet);
        return;
      case PacketType.EVENT:
      case PacketType.BINARY_EVENT:
        this.#receivedEvent(packet);
        return;
      case PacketType.ACK:
      case PacketType.BINARY_ACK:
        if (packet.id !== undefined) this.#acks.reply(packet.id, listOf(packet.data));
        return;
      case PacketType.DISCONNECT:
        this.#leave();
        this.#disconnected("io server disconnect");
        return;
      case PacketType.CONNECT_ERROR:
        this.#refused(packet);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        packet.type satisfies never;
    }
  }

  #accepted(packet: SocketPacket): void {
    // A second yes for the same connection means nothing.
    if (this.#state.at !== "waiting") return;
    const { sid } = this.#port.dialect.readReply(packet, this.#port.sessionId);
    if (sid === undefined) {
      const text = "It seems you are trying to reach a Socket.IO server in v2.x, which was not recognised as one";
      this.dispatch("connect_error", [new Error(`${text}; set the option "protocol" to 3`)]);
      return;
    }
    this.#state = { at: "connected", id: sid };
    const received = this.receiveBuffer;
    this.receiveBuffer = [];
    for (const args of received) this.#port.guard(() => this.#tell(args));
    const waiting = this.sendBuffer;
    this.sendBuffer = [];
    for (const event of waiting) this.#port.guard(() => this.#transmit(event));
    this.dispatch("connect", []);
  }

  #receivedEvent({ data, id }: SocketPacket): void {
    const event = listOf(data);
    const args = id === undefined ? event : [...event, this.#replyTo(id)];
    if (this.connected) this.#tell(args);
    else this.receiveBuffer.push(args);
  }

  #tell(data: readonly unknown[]): void {
    const [event, ...args] = data;
    if (!this.#heard.isEmpty) this.#heard.call(String(event), args);
    this.dispatch(event, args);
  }

  #replyTo(id: number): (...args: unknown[]) => void {
    const { connection } = this.#port;
    let isAnswered = false;
    return (...data) => {
      if (isAnswered) return;
      isAnswered = true;
      // The server of another connection would take it for the answer to something else.
      if (this.#port.connection !== connection) return;
      this.#sendPlain({ type: PacketType.ACK, nsp: this.nsp, id, data });
    };
  }

  #refused(packet: SocketPacket): void {
    // The refusal of the main namespace concerns those that wait, not those that are connected to others.
    if (this.connected && packet.nsp !== this.nsp) return;
    const { message, data } = this.#port.dialect.readRefusal(packet);
    // Those of 2.x tell a connected client of a refused event the same way; it stays connected.
    if (!this.connected || !this.#port.dialect.joinsMainNamespaceByItself) {
      this.#leave();
      const error: ConnectError = new Error(message);
      if (data !== undefined) error.data = data;
      this.dispatch("connect_error", [error]);
    }
    // The event by which programs of 2.x know it.
    this.dispatch("error", [data ?? message]);
  }

  #leave(): void {
    if (this.#state.at === "idle") return;
    this.#state = { at: "idle" };
    this.#port.leave();
  }

  #closed(reason: string, details: Error | CloseDetails | undefined): void {
    if (this.#state.at === "idle") return;
    this.#state = { at: "waiting" };
    this.#disconnected(reason, details);
  }

  #disconnected(reason: string, details?: Error | CloseDetails): void {
    this.dispatch("disconnect", details === undefined ? [reason] : [reason, details]);
    const unsent = new Set(this.sendBuffer.map((packet) => packet.id));
    this.#acks.disconnected((id) => unsent.has(id));
  }
}
