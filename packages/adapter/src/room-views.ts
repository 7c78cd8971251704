// Rooms as maps of sets, as programs read them, and as adapters of others write to them.
// Place: adapter (**room views**) <- the user's code
// Rules: a view is what it shows: who reads it needs nothing else, and who writes to it changes the rooms themselves, of which
//        nobody is told then, as maps tell nobody.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { Room, SocketId } from "./contract.ts";

/** What stands behind the views. */
export interface RoomWriter {
  /** Makes a room that has nobody yet. */
  open(room: Room): void;
  /** Has everybody leave a room. */
  shut(room: Room): void;
  enter(room: Room, id: SocketId): void;
  quit(room: Room, id: SocketId): void;
  /** Takes a set as the rooms of a socket, and has it enter them. */
  come(id: SocketId, rooms: Set<Room>): void;
  go(id: SocketId): void;
}

/** The members of one room. */
export class MembersView extends Set<SocketId> {
  readonly #room: Room;
  readonly #writer: RoomWriter;

  constructor(room: Room, writer: RoomWriter) {
    super();
    this.#room = room;
    this.#writer = writer;
  }

  override add(id: SocketId): this {
    this.#writer.enter(this.#room, id);
    return this;
  }

  override delete(id: SocketId): boolean {
    const isThere = this.has(id);
    if (isThere) this.#writer.quit(this.#room, id);
    return isThere;
  }

  override clear(): void {
    for (const id of [...this]) this.delete(id);
  }
}

/** The members of each room. */
export class RoomsView extends Map<Room, Set<SocketId>> {
  readonly #writer: RoomWriter;

  constructor(writer: RoomWriter) {
    super();
    this.#writer = writer;
  }

  override set(room: Room, ids: Iterable<SocketId>): this {
    const members = [...ids];
    this.#writer.shut(room);
    this.#writer.open(room);
    for (const id of members) this.#writer.enter(room, id);
    return this;
  }

  override delete(room: Room): boolean {
    const isThere = this.has(room);
    if (isThere) this.#writer.shut(room);
    return isThere;
  }

  override clear(): void {
    for (const room of [...this.keys()]) this.delete(room);
  }
}

/** The rooms of each socket. */
export class SidsView extends Map<SocketId, Set<Room>> {
  readonly #writer: RoomWriter;

  constructor(writer: RoomWriter) {
    super();
    this.#writer = writer;
  }

  override set(id: SocketId, rooms: Set<Room>): this {
    this.#writer.come(id, rooms);
    return this;
  }

  override delete(id: SocketId): boolean {
    const isThere = this.has(id);
    if (isThere) this.#writer.go(id);
    return isThere;
  }

  override clear(): void {
    for (const id of [...this.keys()]) this.delete(id);
  }
}

// They pass for what they show: test frameworks compare the constructors of collections, and consoles print their names.
Object.defineProperty(MembersView.prototype, "constructor", { value: Set });
Object.defineProperty(RoomsView.prototype, "constructor", { value: Map });
Object.defineProperty(SidsView.prototype, "constructor", { value: Map });

// Around what the views make of being written to. Methods of their own they have none: in dialect 2 a room's name is looked
// up behind the names of methods.

/** Shows a value in a view. */
export function showIn<Key, Value>(view: Map<Key, Value> | undefined, key: Key, value: Value): void {
  if (view !== undefined) Reflect.apply(Map.prototype.set, view, [key, value]);
}

/** Shows it no more. */
export function hideFrom<Key>(view: Map<Key, unknown> | Set<Key> | undefined, key: Key): void {
  if (view instanceof Map) Reflect.apply(Map.prototype.delete, view, [key]);
  else if (view !== undefined) Reflect.apply(Set.prototype.delete, view, [key]);
}

/** Shows a member in a view of members. */
export function showMember(view: Set<SocketId> | undefined, id: SocketId): void {
  if (view !== undefined) Reflect.apply(Set.prototype.add, view, [id]);
}

/** Shows nothing any more. */
export function hideAll(view: Map<string, unknown> | undefined): void {
  if (view !== undefined) Reflect.apply(Map.prototype.clear, view, []);
}
