// What a socket offers to plugins, adapters and instrumentation, and to those who hear every event: `onAny` and its family.
// Place: session -> socket codec -> connection -> namespace -> **socket** -> the user's event handlers
// Rules: names are upstream's, and what is needed besides stands with the namespace, since programs put their own names on
//        sockets; events that the library emits itself are not heard by listeners of every event.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, type Refusal, type SocketFrame, type SocketPacket } from "@bowline/protocol";
import type { AnyListener, EventsMap, PendingAcks } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import { AckMap } from "./ack-map.ts";
import type { ClientConnection } from "./connection.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { SocketEmitter } from "./emitter.ts";
import { aboutSocket } from "./handler-errors.ts";
import { type IncomingEvent, SocketHooks } from "./hooks.ts";
import type { InboxOwner } from "./inbox.ts";
import type { Middleware } from "./middleware.ts";
import type { Namespace } from "./namespace.ts";
import { type PacketOptions, type PacketToSend, sendPacket, tellOutgoing } from "./outbox.ts";
import type { Hold } from "./recovery.ts";
import type { SocketReservedEvents } from "./reserved-events.ts";
import type { SocketServer } from "./server.ts";

/** An emitter with what stands around the events of a socket. */
export abstract class SocketFace<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>
  extends SocketEmitter<Listen, SocketReservedEvents>
  implements InboxOwner
{
  abstract readonly id: string;
  abstract readonly nsp: Namespace<Listen, Emit, ServerSide, Data>;
  /** The client with all its sockets. */
  abstract readonly client: ClientConnection;
  abstract readonly connected: boolean;
  /** @internal */
  abstract readonly hold: Hold | undefined;
  /** @internal */
  abstract reportError(error: Error): void;
  /** @internal */
  abstract end(reason: DisconnectReason, description?: unknown): void;
  // Most sockets never need these; each is made when it is first asked for.
  /** What the program has put before and behind its events. @internal */
  trafficHooks: SocketHooks | undefined;
  /** The answers that the client owes us. @internal */
  awaitedAcks: PendingAcks | undefined;
  /** How many answers the program owes the client. @internal */
  owedAcks = 0;

  /** The connection below: its id, transport, protocol revision and request. */
  get conn(): Connection {
    return this.client.conn;
  }

  /** The platform's request that opened the connection. */
  get request(): NativeRequest {
    return this.conn.request;
  }

  /** The server that it belongs to. */
  get server(): SocketServer<Listen, Emit, ServerSide, Data> {
    return this.nsp.server;
  }

  /** What keeps the rooms of the namespace. */
  get adapter(): Namespace<Listen, Emit, ServerSide, Data>["adapter"] {
    return this.nsp.adapter;
  }

  /** Itself: every event is JSON, as elder programs ask for. */
  get json(): this {
    return this;
  }

  /** Leaves all rooms, its own as well. */
  leaveAll(): void {
    this.adapter.delAll(this.id);
  }

  /**
   * Tells clients of 2.x of an error, which they report as `error`; those since 3.0 would leave, and are not told.
   * @param error a text, or data.
   */
  error(error: unknown): void {
    const packet = this.client.dialect.eventRefused(
      this.nsp.name,
      typeof error === "string" ? { message: error } : { message: "", data: error },
    );
    if (packet !== undefined) this.packet(packet);
    else
      this.nsp.host.platform.warn(
        "BOWLINE_NO_ERROR_PACKET",
        "socket.error() has no effect: clients since 3.0 take an error for a refusal; emit an event",
      );
  }

  /**
   * Sends a packet as it is, for adapters and plugins.
   * @param packet a packet of this namespace; or what the parser made of one, where the options say so.
   */
  packet(packet: PacketToSend | readonly SocketFrame[], options: PacketOptions = {}): void {
    sendPacket(this.client, this.nsp.name, packet, options);
  }

  /** Tells the listeners of outgoing events: adapters of upstream's kind call it before they send. */
  notifyOutgoingListeners(packet: SocketPacket): void {
    if (this.trafficHooks !== undefined) tellOutgoing(this.trafficHooks.outgoing, this, packet, this.nsp.host.handlers);
  }

  /** Takes an event from the client: middlewares, then listeners. Plugins put their own in its place, and call this one. */
  onevent(packet: SocketPacket): void {
    this.nsp.host.inbox.receiveEvent(this, packet);
  }

  /** Makes the function that answers an event, once. @param id the event's ack id. */
  ack(id: number): (...args: unknown[]) => void {
    return this.nsp.host.inbox.createAck(this, id);
  }

  /** Notes that the client will answer a broadcast. @internal */
  expectReply(id: number, reply: (args: readonly unknown[]) => void): void {
    this.nsp.host.inbox.expectReply(this, id, reply);
  }

  /** An answer to a broadcast would come too late. @internal */
  forgetReply(id: number): void {
    this.awaitedAcks?.forget(id);
  }

  /** Acknowledgements that are due, either way. @internal */
  get unfinished(): number {
    return (this.awaitedAcks?.size ?? 0) + this.owedAcks;
  }

  /** The answers that are awaited. */
  get acks(): AckMap {
    return new AckMap(this.nsp.host.inbox.awaitedOf(this));
  }

  /** Adds a middleware that every incoming event has to pass. */
  use(middleware: Middleware<IncomingEvent>): this {
    this.#hooked.middlewares.push(middleware);
    return this;
  }

  /** The middlewares of incoming events. */
  get fns(): readonly Middleware<IncomingEvent>[] {
    return this.trafficHooks?.middlewares ?? [];
  }

  /** Hears every incoming event. */
  onAny(listener: AnyListener): this {
    this.#hooked.incoming.append(listener);
    return this;
  }

  /** Hears every incoming event, before the others that do. */
  prependAny(listener: AnyListener): this {
    this.#hooked.incoming.prepend(listener);
    return this;
  }

  /** Removes one listener of every event, or all. */
  offAny(listener?: AnyListener): this {
    this.#hooked.incoming.remove(listener);
    return this;
  }

  listenersAny(): AnyListener[] {
    return this.trafficHooks?.incoming.list() ?? [];
  }

  /** Hears every outgoing event. */
  onAnyOutgoing(listener: AnyListener): this {
    this.#hooked.outgoing.append(listener);
    return this;
  }

  /** Hears every outgoing event, before the others that do. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.#hooked.outgoing.prepend(listener);
    return this;
  }

  /** Removes one listener of every outgoing event, or all. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.#hooked.outgoing.remove(listener);
    return this;
  }

  listenersAnyOutgoing(): AnyListener[] {
    return this.trafficHooks?.outgoing.list() ?? [];
  }

  /** Calls the listeners of an event. @internal */
  callListeners(incoming: IncomingEvent): void {
    const { handlers } = this.nsp.host;
    // Every event comes by here: what only reports need is made for them alone.
    if (!handlers.isReporting) this.dispatchIncoming(incoming);
    else {
      const [event, ...args] = incoming;
      this.dispatchGuarded(event, args, handlers, () => aboutSocket("event", this, event));
    }
  }

  /** Answers an event of the client. @internal */
  sendAck(id: number, args: readonly unknown[]): void {
    this.client.write({ type: PacketType.ACK, nsp: this.nsp.name, data: args, id });
  }

  /** Tells the client that an event was refused, where its generation expects that. @internal */
  sendRefusal(told: Refusal): void {
    const packet = this.client.dialect.eventRefused(this.nsp.name, told);
    // Middlewares answer from promises too, where an error of the encoder would have nobody to catch it.
    if (packet === undefined) return;
    this.nsp.host.handlers.run(
      () => this.client.write(packet),
      () => aboutSocket("event", this),
    );
  }

  get #hooked(): SocketHooks {
    this.trafficHooks ??= new SocketHooks();
    return this.trafficHooks;
  }
}
