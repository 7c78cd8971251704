// A namespace as programs of 2.x know it: it collects rooms and flags for its next emit, and its sockets are read as objects.
// Place: made by dialect 2 -> session -> socket codec -> connection -> **namespace** -> socket
// Rules: only dialect 2 makes it, and nothing of ours asks for what is only here; whom an emit is for is forgotten with it,
//        also with one that throws.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Adapter, BroadcastFlags, Room, SocketId } from "@bowline/adapter";
import { PacketType } from "@bowline/protocol";
import type {
  DefaultData,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  WithAnswers,
} from "@bowline/protocol/internal";
import type { NamespaceParts } from "../socket/api-dialect.ts";
import { BroadcastOperator } from "../socket/broadcast-operator.ts";
import type { JoinRequest } from "../socket/connection.ts";
import type { Middleware } from "../socket/middleware.ts";
import { Namespace } from "../socket/namespace.ts";
import { toRooms } from "../socket/rooms.ts";
import type { Socket } from "../socket/socket.ts";
import { takeCallbacks } from "./adapter-callbacks.ts";
import { refuseAck } from "./broadcast-acks.ts";
import { mapView } from "./object-view.ts";

/** Events whose emit calls the program's own listeners, and sends nothing. */
const LOCAL_EVENTS: ReadonlySet<unknown> = new Set(["connect", "connection", "newListener"]);

/** A namespace with the members and the manners of 2.x. */
export class LegacyNamespace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends Namespace<Listen, Emit, ServerSide, Data> {
  /** Rooms that the next emit goes to. */
  rooms: Room[] = [];
  /** How it travels. */
  flags: BroadcastFlags = {};

  /** Made by dialect 2. @internal */
  constructor(...parts: NamespaceParts<Listen, Emit, ServerSide, Data>) {
    super(...parts);
    this.#dressAdapter();
  }

  /** Puts another adapter in the place of this one. @internal */
  override replaceAdapter(adapter: Adapter): void {
    super.replaceAdapter(adapter);
    this.#dressAdapter();
  }

  /** The connected sockets: a map, and an object with their ids as keys. */
  override get sockets(): Map<SocketId, Socket<Listen, Emit, ServerSide, Data>> {
    return mapView(super.sockets);
  }

  /** As `sockets`. */
  get connected(): Map<SocketId, Socket<Listen, Emit, ServerSide, Data>> {
    return this.sockets;
  }

  /**
   * Sends an event to everybody in the namespace, or to the members of rooms where that was said before.
   * @returns the namespace.
   * @throws TypeError when there is an ack.
   */
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean;
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): unknown {
    if (LOCAL_EVENTS.has(event) || this.tellsOfListeners(event)) {
      this.dispatch(String(event), args);
      return this;
    }
    const target = this.#takeTarget();
    refuseAck(event, args);
    void this.adapter.broadcast({ type: PacketType.EVENT, nsp: this.name, data: [event, ...args] }, target);
    return this;
  }

  override to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    for (const room of toRooms(rooms)) if (!this.rooms.includes(room)) this.rooms.push(room);
    return asOperator(this);
  }

  override in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.to(rooms);
  }

  override get volatile(): BroadcastOperator<Emit, Data> {
    return this.#flag({ volatile: true });
  }

  override get local(): BroadcastOperator<Emit, Data> {
    return this.#flag({ local: true });
  }

  override compress(compress: boolean): BroadcastOperator<Emit, Data> {
    return this.#flag({ compress });
  }

  override binary(binary: boolean): BroadcastOperator<Emit, Data> {
    Object.assign(this.flags, { binary });
    return asOperator(this);
  }

  /** The middlewares of the namespace. */
  get fns(): readonly Middleware<Socket<Listen, Emit, ServerSide, Data>>[] {
    return this.middlewares;
  }

  /**
   * In 2.x everybody is in the main namespace before any other, so that programs guard all of them by its middlewares.
   * Clients since 3.0 need not join it, and pass them here.
   * @internal
   */
  protected override guardsOf(
    client: JoinRequest["client"],
  ): readonly Middleware<Socket<Listen, Emit, ServerSide, Data>>[] {
    const main = this.server.of("/");
    const hasPassed = client.dialect.joinsMainNamespaceByItself || client.hasJoined("/");
    return hasPassed || main === this ? [] : main.middlewares;
  }

  /** Whom the namespace addresses: those who were named before, or everybody. */
  protected override createOperator(): BroadcastOperator<Emit, Data> {
    return new BroadcastOperator(this, this.#takeTarget());
  }

  #dressAdapter(): void {
    takeCallbacks(this.adapter, (error) => this.surroundings.reportUncaught(error));
  }

  #flag(change: BroadcastFlags): BroadcastOperator<Emit, Data> {
    Object.assign(this.flags, change);
    return asOperator(this);
  }

  #takeTarget(): { rooms: Set<Room>; except: Set<Room>; flags: BroadcastFlags } {
    const target = { rooms: new Set(this.rooms), except: new Set<Room>(), flags: this.flags };
    this.rooms = [];
    this.flags = {};
    return target;
  }
}

/** A namespace of 2.x addresses rooms by itself, where those of later generations have an operator. */
function asOperator<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>(
  namespace: LegacyNamespace<Listen, Emit, ServerSide, Data>,
): BroadcastOperator<Emit, Data>;
function asOperator(namespace: unknown): unknown {
  return namespace;
}
