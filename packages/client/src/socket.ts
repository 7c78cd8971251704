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
import { type DefaultEventsMap, type EventsMap, elementsOf, PendingAcks } from "@bowline/protocol/internal";
import { type CloseDetails, coded, wrongGeneration } from "./connect-error.ts";
import { type Modifiers, prepareEvent } from "./emission.ts";
import { EventSender } from "./event-sender.ts";
import type { FailureCode } from "./failure-code.ts";
import type { Manager } from "./manager.ts";
import type { Auth, SocketOptions } from "./options.ts";
import type { OutgoingPacket } from "./outbox.ts";
import { Recovery } from "./recovery.ts";
import type { ConnectError } from "./socket-events.ts";
import type { SocketPort } from "./socket-port.ts";
import { writeQuery } from "./url.ts";

type SocketState =
  | { readonly at: "idle" }
  | { readonly at: "waiting" }
  /** Caught up: what waited for the connection was told and sent, so that nothing can overtake it. */
  | { readonly at: "connected"; readonly id: string; readonly hasCaughtUp: boolean };

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
> extends EventSender<ListenEvents, EmitEvents> {
  /** The manager, whose connection this socket shares with others. */
  readonly io: Manager;
  /** The namespace. */
  readonly nsp: string;
  /** Credentials that the server gets at the next connection. */
  auth: Auth | undefined;
  /**
   * Whether the last `connect` brought the session back: the id and the rooms are those from before, and the events that
   * were missed meanwhile have been told. When it is false, the program has to fetch what it may have missed.
   */
  recovered = false;
  /** Events that came before the server's yes. */
  receiveBuffer: (readonly unknown[])[] = [];
  /** Packets that wait for a connection; empty it to drop them. */
  sendBuffer: OutgoingPacket[] = [];
  readonly #options: SocketOptions;
  readonly #port: SocketPort;
  readonly #acks: PendingAcks;
  readonly #recovery = new Recovery();
  #state: SocketState = { at: "idle" };
  #nextId = 0;

  /** Sockets are made by `io()` and by `manager.socket()`. */
  constructor(manager: Manager, namespace: string, options: SocketOptions, port: SocketPort) {
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

  /** Connects; does nothing when connected. @returns the socket. */
  connect(): this {
    if (this.#state.at === "connected") return this;
    if (this.#state.at === "idle") this.#state = { at: "waiting" };
    this.#port.join();
    // The event by which programs of 2.x know it.
    this.dispatch("connecting", []);
    return this;
  }

  /** As `connect`. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace, and does not come back by itself. @returns the socket. */
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

  protected override emitWith(
    { isVolatile = false, compress = true, timeoutMs = this.#options.ackTimeout }: Modifiers,
    event: readonly [name: string | symbol, ...args: unknown[]],
    isPromised: boolean,
  ): void {
    const [name] = event;
    if (this.#port.api.isLocal(name)) {
      this.dispatch(name, event.slice(1));
      return;
    }
    const { packet, expected } = prepareEvent(this.nsp, event, compress, () => this.#nextId++);
    this.#sendOrKeep(packet, isVolatile);
    // In this order: what cannot be encoded throws, and nobody waits for an answer to it.
    if (expected === undefined) return;
    const { id, ack } = expected;
    this.#acks.expect(id, {
      takesError: isPromised,
      timeoutMs,
      settle: (args) => {
        Reflect.apply(ack, this, args);
      },
      expired: () => {
        this.sendBuffer = this.sendBuffer.filter((waiting) => waiting.id !== id);
      },
    });
  }

  #sendOrKeep(packet: OutgoingPacket, isVolatile: boolean): void {
    const state = this.#state;
    const isOverdue = state.at === "connected" && this.#port.overdue;
    // Whatever waits for it leaves over the next connection, so this one must not come to life again.
    if (isOverdue) this.#port.giveUp();
    if (isVolatile && (state.at !== "connected" || !this.#port.writable)) return;
    if (state.at === "connected" && state.hasCaughtUp && !isOverdue) this.#transmit(packet);
    else this.sendBuffer.push(packet);
  }

  #transmit(packet: OutgoingPacket): void {
    this.tellSent(elementsOf(packet.data));
    this.#port.send(packet);
  }

  #sendPlain(packet: SocketPacket): void {
    this.#port.send({ ...packet, options: { compress: true } });
  }

  #opened(): void {
    const query = writeQuery(this.#options.query);
    if (typeof this.auth !== "function") {
      this.#port.connect(this.auth ?? {}, query, this.#recovery.claim);
      return;
    }
    const { connection } = this.#port;
    let isGiven = false;
    this.auth((auth) => {
      // It may take its time, and meanwhile the connection may be another one; servers end one that asks twice.
      if (isGiven || this.#state.at !== "waiting" || this.#port.connection !== connection) return;
      isGiven = true;
      this.#port.connect(auth, query, this.#recovery.claim);
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
        if (packet.id !== undefined) this.#acks.reply(packet.id, elementsOf(packet.data));
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
    const { sid, pid } = this.#port.dialect.readReply(packet, this.#port.sessionId);
    if (sid === undefined) {
      this.dispatch("connect_error", [this.#explained(new Error(wrongGeneration(4)), "REVISION_REFUSED")]);
      return;
    }
    this.recovered = this.#recovery.accepted(pid);
    const joined: SocketState = { at: "connected", id: sid, hasCaughtUp: false };
    this.#state = joined;
    // A handler may leave: what came is then not told any more, and what waits is for the next connection.
    for (const args of this.receiveBuffer.splice(0)) {
      if (this.#state === joined) this.#port.guard(() => this.tellReceived(args));
    }
    for (let packet = this.sendBuffer[0]; packet !== undefined && this.#state === joined; packet = this.sendBuffer[0]) {
      const next = packet;
      this.sendBuffer.shift();
      this.#port.guard(() => this.#transmit(next));
    }
    if (this.#state !== joined) return;
    this.#state = { at: "connected", id: sid, hasCaughtUp: true };
    this.dispatch("connect", []);
  }

  #receivedEvent(packet: SocketPacket): void {
    const { data, id } = packet;
    const event = elementsOf(data);
    this.#recovery.received(packet);
    const args = id === undefined ? event : [...event, this.#replyTo(id)];
    if (this.connected) this.tellReceived(args);
    else this.receiveBuffer.push(args);
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
    const { dialect, api } = this.#port;
    const { message, data } = dialect.readRefusal(packet);
    // Those of 2.x tell a connected client of a refused event the same way; it stays connected.
    const isFinal = !this.connected || !dialect.joinsMainNamespaceByItself;
    if (isFinal && api.asksAgain) {
      this.#port.refused();
    } else if (isFinal) {
      this.#leave();
      const isUnknown = message === "Invalid namespace";
      const error: ConnectError = this.#explained(
        new Error(message),
        isUnknown ? "NAMESPACE_UNKNOWN" : "NAMESPACE_REFUSED",
      );
      if (data !== undefined) error.data = data;
      this.#port.guard(() => this.dispatch("connect_error", [error]));
    }
    // The event by which programs of 2.x know it.
    this.dispatch("error", [data ?? message]);
  }

  #explained(error: Error, code: FailureCode): Error {
    this.#port.platform.explain?.(coded(error, code));
    return error;
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
    this.#port.guard(() => this.dispatch("disconnect", details === undefined ? [reason] : [reason, details]));
    const unsent = new Set(this.sendBuffer.map((packet) => packet.id));
    this.#acks.disconnected(
      (call) => this.#port.guard(call),
      (id) => unsent.has(id),
    );
  }
}
