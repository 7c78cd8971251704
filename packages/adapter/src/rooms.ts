// Who is in which room of a namespace: what broadcasts walk over, and what programs look at.
// Place: connection / namespace -> adapter (**rooms**) -> sockets of a room
// Rules: everywhere the order is that of joining; members are kept with their sockets, so that a broadcast looks nobody up;
//        one member of a room, and one room of a member, are kept without a set, as nearly all are that do nothing; maps and
//        sets for programs are made when somebody looks, and go along from then on, both ways.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { AdapterNamespace, AdapterSocket, BroadcastOptions, Room, SocketId } from "./contract.ts";
import {
  hideAll,
  hideFrom,
  MembersView,
  RoomsView,
  type RoomWriter,
  SidsView,
  showIn,
  showMember,
} from "./room-views.ts";

/** A socket, or who will be one, in its rooms. */
interface Member {
  readonly id: SocketId;
  /** Undefined as long as the namespace does not know it: it may join rooms before. */
  socket: AdapterSocket | undefined;
  rooms: Room | Set<Room>;
  /** The last walk that has passed this member. */
  walk: number;
}

/** What is told of changes. */
export interface RoomEvents {
  emit(event: "create-room" | "delete-room", room: Room): unknown;
  emit(event: "join-room" | "leave-room", room: Room, id: SocketId): unknown;
}

/** Those in a room: one of them, or many; nobody for a moment only, while it is told that a room comes or goes. */
type Members = Member | Set<Member> | undefined;

const NO_ROOMS: ReadonlySet<Room> = new Set();
const NOBODY: readonly Member[] = [];

/** The number of the last walk: one more would no longer be kept in place. */
const MAX_WALKS = 2 ** 30 - 1;

/** Nobody is told of what programs write themselves. */
const UNHEARD: RoomEvents = { emit: () => undefined };

/** The rooms of one namespace. */
export class Rooms implements RoomWriter {
  readonly #namespace: Pick<AdapterNamespace, "members" | "sockets">;
  readonly #events: RoomEvents;
  readonly #members: Map<SocketId, Member> = new Map();
  readonly #rooms: Map<Room, Members> = new Map();
  #shownRooms: RoomsView | undefined;
  #shownSids: SidsView | undefined;
  #walks = 0;

  /** @param namespace where sockets are found. */
  constructor(namespace: Pick<AdapterNamespace, "members" | "sockets">, events: RoomEvents) {
    this.#namespace = namespace;
    this.#events = events;
  }

  /** The ids of the members of each room, live; who writes there has them come and go. */
  get byRoom(): Map<Room, Set<SocketId>> {
    if (this.#shownRooms === undefined) {
      this.#shownRooms = new RoomsView(this);
      for (const [room, members] of this.#rooms) {
        this.#show(room);
        for (const { id } of listOf(members)) showMember(this.#shownRooms.get(room), id);
      }
    }
    return this.#shownRooms;
  }

  /** The rooms of each member, live; as `byRoom`. */
  get bySocket(): Map<SocketId, Set<Room>> {
    if (this.#shownSids === undefined) {
      this.#shownSids = new SidsView(this);
      for (const [id, member] of this.#members) showIn(this.#shownSids, id, setOf(member));
    }
    return this.#shownSids;
  }

  /** The rooms of one member, live; undefined for a stranger. */
  of(id: SocketId): Set<Room> | undefined {
    const member = this.#members.get(id);
    return member === undefined ? undefined : setOf(member);
  }

  /** Has somebody join rooms; the first time also without any. */
  join(id: SocketId, rooms: ReadonlySet<Room>): void {
    this.#join(id, rooms, this.#events);
  }

  /** Has somebody leave a room; nothing happens when it is not in there. */
  leave(id: SocketId, room: Room): void {
    this.#leave(id, room, this.#events);
  }

  /** Has somebody leave for good. */
  leaveAll(id: SocketId): void {
    this.#leaveAll(id, this.#events);
  }

  /** Nobody is in any room any more; nothing is told of it. */
  clear(): void {
    this.#rooms.clear();
    this.#members.clear();
    hideAll(this.#shownRooms);
    hideAll(this.#shownSids);
  }

  open(room: Room): void {
    if (this.#rooms.has(room)) return;
    this.#rooms.set(room, undefined);
    this.#show(room);
  }

  shut(room: Room): void {
    for (const { id } of [...listOf(this.#rooms.get(room))]) this.#leave(id, room, UNHEARD);
    this.#rooms.delete(room);
    hideFrom(this.#shownRooms, room);
  }

  enter(room: Room, id: SocketId): void {
    this.#join(id, new Set([room]), UNHEARD);
  }

  quit(room: Room, id: SocketId): void {
    this.#leave(id, room, UNHEARD);
  }

  come(id: SocketId, rooms: Set<Room>): void {
    const names = [...rooms];
    this.#leaveAll(id, UNHEARD);
    const member: Member = { id, socket: undefined, rooms, walk: 0 };
    this.#members.set(id, member);
    showIn(this.#shownSids, id, rooms);
    this.#join(id, new Set(names), UNHEARD);
  }

  go(id: SocketId): void {
    this.#leaveAll(id, UNHEARD);
  }

  /** The sockets that are addressed, each once, as they are now. */
  addressed({ rooms, except = NO_ROOMS }: Pick<BroadcastOptions, "rooms" | "except">): AdapterSocket[] {
    const walk = this.#nextWalk();
    const found: AdapterSocket[] = [];
    // Who is left out counts as passed.
    for (const room of except) {
      for (const member of listOf(this.#rooms.get(room))) member.walk = walk;
    }
    if (rooms.size === 0) this.#collect(this.#members.values(), walk, found);
    for (const room of rooms) this.#collect(listOf(this.#rooms.get(room)), walk, found);
    return found;
  }

  #collect(members: Iterable<Member>, walk: number, found: AdapterSocket[]): void {
    for (const member of members) {
      if (member.walk === walk) continue;
      member.walk = walk;
      const socket = member.socket ?? this.#find(member.id);
      if (socket !== undefined) found.push(socket);
    }
  }

  #nextWalk(): number {
    if (this.#walks === MAX_WALKS) {
      for (const member of this.#members.values()) member.walk = 0;
      this.#walks = 0;
    }
    this.#walks++;
    return this.#walks;
  }

  #find(id: SocketId): AdapterSocket | undefined {
    return (this.#namespace.members ?? this.#namespace.sockets).get(id);
  }

  #add(id: SocketId, rooms: ReadonlySet<Room>): Member {
    const [only] = rooms;
    const member: Member = {
      id,
      socket: undefined,
      rooms: rooms.size === 1 && only !== undefined ? only : new Set(),
      walk: 0,
    };
    this.#members.set(id, member);
    if (this.#shownSids !== undefined) showIn(this.#shownSids, id, setOf(member));
    return member;
  }

  #show(room: Room): void {
    if (this.#shownRooms !== undefined) showIn(this.#shownRooms, room, new MembersView(room, this));
  }

  #join(id: SocketId, rooms: ReadonlySet<Room>, events: RoomEvents): void {
    const member = this.#members.get(id) ?? this.#add(id, rooms);
    member.socket ??= this.#find(id);
    for (const room of rooms) {
      if (member.rooms !== room) setOf(member).add(room);
      this.#enter(member, room, events);
    }
  }

  #leave(id: SocketId, room: Room, events: RoomEvents): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    setOf(member).delete(room);
    this.#quit(member, room, events);
  }

  #leaveAll(id: SocketId, events: RoomEvents): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    if (!(member.rooms instanceof Set)) this.#quit(member, member.rooms, events);
    // Also where a listener has had it join another room meanwhile.
    if (member.rooms instanceof Set) for (const room of member.rooms) this.#quit(member, room, events);
    this.#members.delete(id);
    hideFrom(this.#shownSids, id);
  }

  #enter(member: Member, room: Room, events: RoomEvents): void {
    if (!this.#rooms.has(room)) {
      this.open(room);
      events.emit("create-room", room);
    }
    const members = this.#rooms.get(room);
    if (members === member) return;
    if (members instanceof Set) {
      if (members.has(member)) return;
      members.add(member);
    } else {
      this.#rooms.set(room, members === undefined ? member : new Set([members, member]));
    }
    showMember(this.#shownRooms?.get(room), member.id);
    events.emit("join-room", room, member.id);
  }

  #quit(member: Member, room: Room, events: RoomEvents): void {
    const members = this.#rooms.get(room);
    if (members === member) this.#rooms.set(room, undefined);
    else if (!(members instanceof Set) || !members.delete(member)) return;
    hideFrom(this.#shownRooms?.get(room), member.id);
    events.emit("leave-room", room, member.id);
    // A listener may have had somebody join it.
    if (!isEmpty(this.#rooms.get(room)) || !this.#rooms.delete(room)) return;
    hideFrom(this.#shownRooms, room);
    events.emit("delete-room", room);
  }
}

function isEmpty(members: Members): boolean {
  return members instanceof Set ? members.size === 0 : members === undefined;
}

function listOf(members: Members): Iterable<Member> {
  if (members instanceof Set) return members;
  return members === undefined ? NOBODY : [members];
}

/** The rooms of a member as a set, which they are from then on. */
function setOf(member: Member): Set<Room> {
  if (!(member.rooms instanceof Set)) member.rooms = new Set([member.rooms]);
  return member.rooms;
}
