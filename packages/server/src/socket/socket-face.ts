// What a socket offers to plugins, adapters and instrumentation, and to those who hear every event: `onAny` and its family.
// Place: session -> socket codec -> connection -> namespace -> **socket** -> the user's event handlers
// Rules: names are upstream's; events that the library emits itself are not heard by listeners of every event.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { SocketFrame, SocketPacket } from "@bowline/protocol";
import type { AnyListener, EventsMap } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { AckMap } from "./ack-map.ts";
import type { ClientConnection } from "./connection.ts";
import { SocketEmitter } from "./emitter.ts";
import type { Inbox, IncomingEvent } from "./inbox.ts";
import type { Middleware } from "./middleware.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import type { Outbox, PacketOptions, PacketToSend } from "./outbox.ts";
import type { SocketReservedEvents } from "./reserved-events.ts";
import type { SocketServer } from "./server.ts";

/** An emitter with what stands around the events of a socket. */
export abstract class SocketFace<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> extends SocketEmitter<Listen, SocketReservedEvents> {
  abstract readonly id: string;
  abstract readonly nsp: Namespace<Listen, Emit, ServerSide, Data>;
  /** The client with all its sockets. */
  abstract readonly client: ClientConnection;
  /** @internal */
  protected abstract readonly host: NamespaceHost<Listen, Emit, ServerSide, Data>;
  /** What takes the packets of the client. @internal */
  protected abstract readonly inbox: Inbox;
  /** What sends to the client. @internal */
  protected abstract readonly outbox: Outbox;

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
      this.host.platform.warn(
        "BOWLINE_NO_ERROR_PACKET",
        "socket.error() has no effect: clients since 3.0 take an error for a refusal; emit an event",
      );
  }

  /**
   * Sends a packet as it is, for adapters and plugins.
   * @param packet a packet of this namespace; or what the parser made of one, where the options say so.
   */
  packet(packet: PacketToSend | readonly SocketFrame[], options: PacketOptions = {}): void {
    this.outbox.packet(packet, options);
  }

  /** Tells the listeners of outgoing events: adapters of upstream's kind call it before they send. */
  notifyOutgoingListeners(packet: SocketPacket): void {
    this.outbox.notify(packet);
  }

  /** Takes an event from the client: middlewares, then listeners. Plugins put their own in its place, and call this one. */
  onevent(packet: SocketPacket): void {
    this.inbox.receiveEvent(packet);
  }

  /** Makes the function that answers an event, once. @param id the event's ack id. */
  ack(id: number): (...args: unknown[]) => void {
    return this.inbox.createAck(id);
  }

  /** Notes that the client will answer a broadcast. @internal */
  expectReply(id: number, reply: (args: readonly unknown[]) => void): void {
    this.inbox.expectReply(id, reply);
  }

  /** An answer to a broadcast would come too late. @internal */
  forgetReply(id: number): void {
    this.inbox.forgetReply(id);
  }

  /** Acknowledgements that are due, either way. @internal */
  get unfinished(): number {
    return this.inbox.unfinished;
  }

  /** The answers that are awaited. */
  get acks(): AckMap {
    return this.inbox.acks;
  }

  /** Adds a middleware that every incoming event has to pass. */
  use(middleware: Middleware<IncomingEvent>): this {
    this.inbox.use(middleware);
    return this;
  }

  /** The middlewares of incoming events. */
  get fns(): readonly Middleware<IncomingEvent>[] {
    return this.inbox.middlewares;
  }

  /** Hears every incoming event. */
  onAny(listener: AnyListener): this {
    this.inbox.anyListeners.append(listener);
    return this;
  }

  /** Hears every incoming event, before the others that do. */
  prependAny(listener: AnyListener): this {
    this.inbox.anyListeners.prepend(listener);
    return this;
  }

  /** Removes one listener of every event, or all. */
  offAny(listener?: AnyListener): this {
    this.inbox.anyListeners.remove(listener);
    return this;
  }

  listenersAny(): AnyListener[] {
    return this.inbox.anyListeners.list();
  }

  /** Hears every outgoing event. */
  onAnyOutgoing(listener: AnyListener): this {
    this.outbox.anyListeners.append(listener);
    return this;
  }

  /** Hears every outgoing event, before the others that do. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.outbox.anyListeners.prepend(listener);
    return this;
  }

  /** Removes one listener of every outgoing event, or all. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.outbox.anyListeners.remove(listener);
    return this;
  }

  listenersAnyOutgoing(): AnyListener[] {
    return this.outbox.anyListeners.list();
  }
}
