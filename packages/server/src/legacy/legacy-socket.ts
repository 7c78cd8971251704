// A socket as programs of 2.x know it: it collects rooms and flags for its next emit, and is read as an object.
// Place: made by dialect 2 -> session -> socket codec -> connection -> namespace -> **socket** -> the user's event handlers
// Rules: only dialect 2 makes it, and nothing of ours asks for what is only here; whom an emit is for is forgotten with it,
//        also with one that throws.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Room } from "@bowline/adapter";
import { PacketType } from "@bowline/protocol";
import type { DefaultData, DefaultEventsMap, EventNames, EventParams, EventsMap } from "@bowline/protocol/internal";
import type { AckMap } from "../socket/ack-map.ts";
import type { BroadcastOperator } from "../socket/broadcast-operator.ts";
import { toRooms } from "../socket/rooms.ts";
import { type RoomsCallback, Socket } from "../socket/socket.ts";
import { refuseAck } from "./broadcast-acks.ts";
import { createObjectView, setCollection, viewOnce } from "./object-view.ts";

/** The rooms of a socket: a set, and an object with each room's name as key and value. */
const showOwnRooms: (rooms: Set<Room>) => Set<Room> = viewOnce((rooms: Set<Room>) => setCollection(rooms));

/** Events whose emit calls the program's own listeners, and sends nothing. */
const LOCAL_EVENTS: ReadonlySet<unknown> = new Set([
  "error",
  "connect",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

/** A socket with the members and the manners of 2.x. */
export class LegacySocket<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends Socket<Listen, Emit, ServerSide, Data> {
  /** Rooms that the next emit goes to. */
  _rooms: Room[] = [];

  /** The rooms the socket is in: a set, and an object with each room's name as key and value. */
  override get rooms(): Set<Room> {
    return showOwnRooms(super.rooms);
  }

  /** The answers that are awaited: by ids, and as an object. */
  override get acks(): AckMap {
    const acks = super.acks;
    return createObjectView(acks, {
      keys: () => acks.keys(),
      has: (key) => acks.has(Number(key)),
      value: (key) => acks.get(Number(key)),
    });
  }

  /**
   * Sends an event to the client; or to everybody else, or the members of rooms, where that was said before.
   * @returns the socket.
   * @throws TypeError when a broadcast has an ack.
   */
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): boolean;
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): unknown {
    if (LOCAL_EVENTS.has(event)) this.dispatch(String(event), args);
    else if (this._rooms.length > 0 || Reflect.get(this.flags, "broadcast") === true) this.#broadcast(event, args);
    else super.emit(event, ...args);
    return this;
  }

  override get broadcast(): BroadcastOperator<Emit, Data> {
    Object.assign(this.flags, { broadcast: true });
    return asOperator(this);
  }

  override get local(): BroadcastOperator<Emit, Data> {
    Object.assign(this.flags, { local: true });
    return asOperator(this);
  }

  override to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    for (const room of toRooms(rooms)) if (!this._rooms.includes(room)) this._rooms.push(room);
    return asOperator(this);
  }

  override except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    const addressed = this.#takeRooms();
    const others = super.except(rooms);
    return addressed.length > 0 ? others.to(addressed) : others;
  }

  override join(rooms: Room | readonly Room[]): Promise<void> | void;
  override join(rooms: Room | readonly Room[], callback: RoomsCallback | undefined): this;
  override join(rooms: Room | readonly Room[], callback: RoomsCallback = ignore): unknown {
    return super.join(rooms, callback);
  }

  override leave(room: Room): Promise<void> | void;
  override leave(room: Room, callback: RoomsCallback | undefined): this;
  override leave(room: Room, callback: RoomsCallback = ignore): unknown {
    return super.leave(room, callback);
  }

  /** What a program emits was looked at before. @internal */
  protected override checkEvent(): void {}

  #broadcast(event: string | symbol, args: readonly unknown[]): void {
    const flags = this.takeFlags();
    const rooms = new Set(this.#takeRooms());
    refuseAck(event, args);
    const packet = { type: PacketType.EVENT, nsp: this.nsp.name, data: [event, ...args] };
    void this.nsp.adapter.broadcast(packet, { rooms, except: new Set([this.id]), flags });
  }

  #takeRooms(): readonly Room[] {
    const rooms = this._rooms;
    this._rooms = [];
    return rooms;
  }
}

function ignore(): void {}

/** A socket of 2.x addresses others by itself, where those of later generations have an operator. */
function asOperator<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>(
  socket: LegacySocket<Listen, Emit, ServerSide, Data>,
): BroadcastOperator<Emit, Data>;
function asOperator(socket: unknown): unknown {
  return socket;
}
