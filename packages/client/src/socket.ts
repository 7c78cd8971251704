// A client's socket: one namespace of one manager, for the program to talk to.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
//
//   idle --connect()--> waiting --CONNECT came--> connected --connection lost--> waiting
//   waiting, connected --refused, told to leave, disconnect()--> idle
//
// Rules: events wait while there is no connection and are sent, in order, before `connect` is told; ids of acks count on.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Connecting"

import type { SocketPacket } from "@bowline/protocol";
import type { AckCallback, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import {
  ACK,
  BINARY_ACK,
  BINARY_EVENT,
  CONNECT,
  CONNECT_ERROR,
  DISCONNECT,
  EVENT,
  elementsOf,
  FIRST_RETRIED_ID,
  PendingAcks,
  takeAck,
} from "@bowline/protocol/internal";
import { type CloseDetails, coded, wrongGeneration } from "./connect-error.ts";
import { BufferFullError, droppedFrom, type Modifiers } from "./emission.ts";
import { EventSender } from "./event-sender.ts";
import type { FailureCode } from "./failure-code.ts";
import type { Link } from "./link.ts";
import type { Manager } from "./manager.ts";
import { type Auth, DEFAULTS, type Query, type SocketOptions } from "./options.ts";
import type { OutgoingPacket } from "./outbox.ts";
import { Recovery } from "./recovery.ts";
import { createRetryQueue, type RetryQueue } from "./retry-queue.ts";
import type { ConnectError } from "./socket-events.ts";
import type { SocketListener, SocketPort } from "./socket-port.ts";
import { writeQuery } from "./url.ts";

type SocketState =
  | { readonly at: "idle" }
  /** `asked`: the connection over which it has asked for its namespace, or is about to. */
  | { readonly at: "waiting"; readonly asked: Link | undefined }
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
  /** Parameters that servers of 2.x get at the next connection to a namespace. */
  query: Query | undefined;
  /**
   * Whether the last `connect` brought the session back: id and rooms are those from before, missed events have been
   * told. When it is false, the program has to fetch what it may have missed.
   */
  recovered = false;
  /** Events that came before the server's yes. */
  receiveBuffer: (readonly unknown[])[] = [];
  /** Packets that wait for a connection; empty it to drop them. */
  sendBuffer: OutgoingPacket[] = [];
  readonly #options: SocketOptions;
  readonly #port: SocketPort;
  readonly #maxSendBuffer: number;
  /** The parameters of the connection when this socket was made. */
  readonly #managerQuery: Query | undefined;
  readonly #recovery = new Recovery();
  #acks: PendingAcks | undefined;
  /** Where the option `retries` is set. */
  readonly #queue: RetryQueue | undefined;
  #state: SocketState = { at: "idle" };
  #nextId = 0;

  /** What a socket hears from its manager; programs see nothing of that. */
  static readonly #Ear = class implements SocketListener {
    readonly socket: Socket;

    constructor(socket: Socket) {
      this.socket = socket;
    }

    opened(link: Link): void {
      this.socket.#ask(link);
    }

    failed(error: Error | string): void {
      if (this.socket.#state.at === "waiting") this.socket.#tell("connect_error", error);
    }

    closed(reason: string, details?: Error | CloseDetails): void {
      if (this.socket.#state.at === "idle") return;
      this.socket.#state = { at: "waiting", asked: undefined };
      this.socket.#disconnected(reason, details);
    }

    packet(packet: SocketPacket, link: Link): void {
      this.socket.#received(packet, link);
    }

    forward(event: string, args: readonly unknown[]): void {
      this.socket.#tell(event, ...args);
    }
  };

  /** Sockets are made by `io()` and by `manager.socket()`. */
  constructor(manager: Manager, namespace: string, options: SocketOptions, port: SocketPort) {
    super(port.platform.trace("socket.event"));
    this.io = manager;
    this.nsp = namespace;
    this.auth = options.auth;
    this.query = options.query;
    this.#managerQuery = manager.opts.query;
    this.#options = options;
    this.#port = port;
    this.#maxSendBuffer = options.maxSendBuffer ?? DEFAULTS.maxBuffer;
    this.#queue = createRetryQueue(options.retries, {
      canSend: () => this.#way !== undefined,
      createId: () => (this.#recovery.tellsRetried ? FIRST_RETRIED_ID + this.#nextId++ : undefined),
      attempt: ({ event, modifiers, id }, settle) => this.#send(event, settle, { ...modifiers, takesError: true }, id),
      answer: (ack, args) => this.#answer(ack, args),
      guard: (action) => port.guard(action),
    });
    port.join(namespace, new Socket.#Ear(this));
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

  /** The id of the next acknowledgement. */
  get ids(): number {
    return this.#nextId;
  }

  /** The acknowledgements that are awaited, by id. */
  get acks(): Readonly<Record<number, (...answer: unknown[]) => void>> {
    const acks = this.#acks;
    return Object.fromEntries((acks?.ids() ?? []).map((id) => [id, (...answer) => acks?.reply(id, answer)]));
  }

  /** Connects; does nothing when connected. @returns the socket. */
  override connect(): this {
    if (this.#state.at === "connected") return this;
    if (this.#state.at === "idle") this.#state = { at: "waiting", asked: undefined };
    if (!this.io.reconnecting) this.io.open();
    const link = this.#port.link;
    if (link !== undefined) this.#port.guard(() => this.#ask(link));
    // The event by which programs of 2.x know it.
    this.#tell("connecting");
    return this;
  }

  /** Leaves the namespace, and does not come back by itself. @returns the socket. */
  override disconnect(): this {
    const wasConnected = this.#state.at === "connected";
    if (wasConnected) this.#port.link?.send({ type: DISCONNECT, nsp: this.nsp });
    this.#leave();
    if (wasConnected) this.#disconnected("io client disconnect");
    return this;
  }

  protected override emitWith(modifiers: Modifiers, given: readonly [name: string | symbol, ...args: unknown[]]): void {
    if (this.#port.api.isLocal(given[0])) {
      this.dispatch(given[0], given.slice(1));
      return;
    }
    const { args: event, ack } = takeAck(given);
    const queue = this.#queue;
    if (queue === undefined || modifiers.volatile) this.#send(event, ack, modifiers);
    else if (queue.length < this.#maxSendBuffer) queue.add({ event, ack, modifiers });
    else this.#refuse(event, ack);
  }

  /** The connection over which an event sent now leaves; without one it has to wait for the next. */
  get #way(): Link | undefined {
    if (this.#state.at !== "connected" || !this.#state.hasCaughtUp) return undefined;
    const link = this.#port.link;
    if (!link?.engine.overdue) return link;
    // This connection must not come to life again.
    link.engine.giveUp();
    return undefined;
  }

  #send(
    data: readonly unknown[],
    ack: AckCallback | undefined,
    { compress = true, timeout = this.#options.ackTimeout, volatile, takesError = timeout !== undefined }: Modifiers,
    retriedId?: number,
  ): void {
    const id = ack && (retriedId ?? this.#nextId++);
    const plain = { type: EVENT, nsp: this.nsp, data, options: { compress } };
    const packet: OutgoingPacket = id === undefined ? plain : { ...plain, id };
    // One that is dropped may have an acknowledgement, which hears that there was no answer.
    if (!volatile || (this.connected && this.#port.link?.engine.writable)) {
      const link = this.#way;
      if (link !== undefined) this.#transmit(packet, link);
      else if (this.sendBuffer.length < this.#maxSendBuffer) this.sendBuffer.push(packet);
      else {
        this.#refuse(data, takesError ? ack : undefined);
        return;
      }
    }
    // In this order: what cannot be encoded throws, and nobody waits for an answer to it.
    if (id === undefined) return;
    this.#acks ??= new PendingAcks(this.#port.platform.clock);
    this.#acks.expect(id, {
      takesError,
      timeoutMs: timeout,
      settle: (args) => this.#answer(ack, args),
      expired: () => {
        this.sendBuffer = this.sendBuffer.filter((waiting) => waiting.id !== id);
      },
    });
  }

  #answer(ack: AckCallback | undefined, args: readonly unknown[]): void {
    if (ack !== undefined) Reflect.apply(ack, this, args);
  }

  /** There is no room for an event to be sent. */
  #refuse(event: readonly unknown[], ack: AckCallback | undefined): void {
    this.#tell("dropped", droppedFrom(event, "send"));
    if (ack !== undefined) this.#port.platform.clock.after(0, () => this.#answer(ack, [new BufferFullError()]));
  }

  #transmit(packet: OutgoingPacket, link: Link): void {
    this.tellSent(elementsOf(packet.data));
    link.send(packet);
  }

  /** Asks for the namespace, once per connection. */
  #ask(link: Link): void {
    if (this.#state.at !== "waiting" || this.#state.asked === link) return;
    const asking: SocketState = { at: "waiting", asked: link };
    this.#state = asking;
    // Parameters that the connection had as well stay in common when the program changes those of the connection.
    const isShared = this.query !== undefined && this.query === this.#managerQuery;
    const query = writeQuery(isShared ? this.io.opts.query : this.query);
    const give = (auth: Readonly<Record<string, unknown>>): void => {
      // It may come late, and twice; servers end a connection that asks twice.
      if (this.#state !== asking) return;
      this.#state = { ...asking };
      if (!link.connect(this.nsp, auth, query, this.#recovery.claim)) return;
      // The yes came before this socket was there. Not at once: the program has had no chance to listen.
      this.#port.platform.clock.after(0, () => {
        if (this.#port.link === link) this.#received({ type: CONNECT, nsp: this.nsp }, link);
      });
    };
    if (typeof this.auth === "function") this.auth(give);
    else give(this.auth ?? {});
  }

  #received(packet: SocketPacket, link: Link): void {
    if (this.#state.at === "idle") return;
    switch (packet.type) {
      case CONNECT:
        this.#accepted(packet, link);
        return;
      case EVENT:
      case BINARY_EVENT:
        this.onevent(this.#recovery.received(packet));
        return;
      case ACK:
      case BINARY_ACK:
        if (packet.id !== undefined) this.#acks?.reply(packet.id, elementsOf(packet.data));
        return;
      case DISCONNECT:
        this.#leave();
        this.#disconnected("io server disconnect");
        return;
      case CONNECT_ERROR:
        this.#refused(packet, link);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        packet.type satisfies never;
    }
  }

  #accepted(packet: SocketPacket, link: Link): void {
    // A second yes for the same connection means nothing.
    if (this.#state.at !== "waiting") return;
    const reply = link.dialect.readReply(packet, link.engine.id ?? "");
    const { sid } = reply;
    if (sid === undefined) {
      this.#fail(wrongGeneration(4), "REVISION_REFUSED");
      return;
    }
    this.recovered = this.#recovery.accepted(reply);
    const joined: SocketState = { at: "connected", id: sid, hasCaughtUp: false };
    this.#state = joined;
    // A handler may leave: what came is then not told any more, and what waits is for the next connection.
    for (const args of this.receiveBuffer.splice(0))
      if (this.#state === joined) this.#port.guard(() => this.tellReceived(args));
    while (this.#state === joined) {
      const waiting = this.sendBuffer.shift();
      if (waiting === undefined) break;
      this.#port.guard(() => this.#transmit(waiting, link));
    }
    if (this.#state !== joined) return;
    this.#state = { ...joined, hasCaughtUp: true };
    this.#port.guard(() => this.#queue?.drain(true));
    this.#tell("connect");
  }

  /** Takes an event; plugins put a function of their own in its place. */
  onevent({ data, id }: SocketPacket): void {
    const event = elementsOf(data);
    const args = id === undefined ? event : [...event, this.ack(id)];
    if (this.connected) this.tellReceived(args);
    else if (this.receiveBuffer.length < (this.#options.maxReceiveBuffer ?? DEFAULTS.maxBuffer))
      this.receiveBuffer.push(args);
    else this.#tell("dropped", droppedFrom(event, "receive"));
  }

  /** Gives the function that answers an event. @param id the id of its packet. */
  ack(id: number): (...args: unknown[]) => void {
    // The server of another connection would take it for the answer to something else.
    const link = this.#port.link;
    let isAnswered = false;
    return (...data) => {
      if (isAnswered) return;
      isAnswered = true;
      if (this.#port.link === link) link?.send({ type: ACK, nsp: this.nsp, id, data });
    };
  }

  #refused(packet: SocketPacket, { dialect }: Link): void {
    // The refusal of the main namespace concerns those that wait, not those that are connected to others.
    if (this.connected && packet.nsp !== this.nsp) return;
    const { message, data } = dialect.readRefusal(packet);
    if (this.#port.api.asksAgain) {
      if (this.#state.at === "waiting") this.#state = { at: "waiting", asked: undefined };
    } else if (!this.connected || !dialect.joinsMainNamespaceByItself) {
      // Servers of 2.x tell a connected client of a refused event the same way; it stays connected.
      this.#leave();
      this.#fail(message, message === "Invalid namespace" ? "NAMESPACE_UNKNOWN" : "NAMESPACE_REFUSED", data);
    }
    // The event by which programs of 2.x know it.
    this.#tell("error", data ?? message);
  }

  #fail(message: string, code: FailureCode, data?: unknown): void {
    const error: ConnectError = coded(Object.assign(new Error(message), data !== undefined && { data }), code);
    this.#port.platform.explain?.(error);
    this.#tell("connect_error", error);
  }

  /** Tells an event of its own; what a listener throws keeps nothing from happening that follows. */
  #tell(event: string, ...args: readonly unknown[]): void {
    this.#port.guard(() => this.dispatch(event, args));
  }

  #leave(): void {
    if (this.#state.at === "idle") return;
    this.#state = { at: "idle" };
    if (!Object.values(this.io.nsps).some((socket) => socket.active)) this.io.close();
  }

  #disconnected(reason: string, details?: Error | CloseDetails): void {
    this.#tell("disconnect", reason, ...(details === undefined ? [] : [details]));
    const unsent = new Set(this.sendBuffer.map((packet) => packet.id));
    this.#acks?.disconnected(
      (call) => this.#port.guard(call),
      (id) => unsent.has(id),
    );
  }
}
