// The adapter for one process: rooms are sets in memory.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: a room exists while it has members; a socket in several of the addressed rooms gets a broadcast once;
//        receivers are settled before the first delivery, so that handlers may join and leave meanwhile.

import type { SocketPacket } from "@bowline/protocol";
import type {
  Adapter,
  AdapterNamespace,
  AdapterSocket,
  BroadcastOptions,
  Delivery,
  Room,
  Session,
  SessionToPersist,
  SocketId,
} from "./adapter.ts";
import type { SessionStore } from "./session-store.ts";

const NO_ROOMS: ReadonlySet<Room> = new Set();

/**
 * Keeps rooms in memory and delivers to the sockets of this process.
 *
 * Servers use it when they are given no other. Nothing here waits: rooms are joined and left, and packets are handed
 * over, before a method returns.
 * @typeParam S what the sockets of the namespace are.
 * @example
 * import { Server } from "@bowline/server";
 * const io = new Server({ adapter: (namespace) => new MemoryAdapter(namespace) });
 */
export class MemoryAdapter<S extends AdapterSocket> implements Adapter<S> {
  readonly rooms: Map<Room, Set<SocketId>> = new Map();
  readonly sids: Map<SocketId, Set<Room>> = new Map();
  readonly marksEvents: boolean;
  readonly #namespace: AdapterNamespace<S>;
  readonly #sessions: SessionStore | undefined;

  /**
   * @param namespace whose rooms these are; its sockets are looked up at each broadcast.
   * @param sessions keeps lost sessions and what they miss; without it nothing is kept.
   */
  constructor(namespace: AdapterNamespace<S>, sessions?: SessionStore) {
    this.#namespace = namespace;
    this.#sessions = sessions;
    this.marksEvents = sessions !== undefined;
  }

  addAll(id: SocketId, rooms: ReadonlySet<Room>): void {
    this.#sessions?.joined(id, rooms);
    let own = this.sids.get(id);
    if (own === undefined) {
      own = new Set();
      this.sids.set(id, own);
    }
    for (const room of rooms) {
      own.add(room);
      const members = this.rooms.get(room);
      if (members === undefined) this.rooms.set(room, new Set([id]));
      else members.add(id);
    }
  }

  del(id: SocketId, room: Room): void {
    this.#sessions?.left(id, room);
    this.sids.get(id)?.delete(room);
    this.#leave(id, room);
  }

  delAll(id: SocketId): void {
    for (const room of this.sids.get(id) ?? NO_ROOMS) this.#leave(id, room);
    this.sids.delete(id);
    this.#sessions?.gone(id);
  }

  broadcast(packet: SocketPacket, options: BroadcastOptions): void {
    const delivery = this.#prepare(packet, options);
    for (const socket of this.#receivers(options)) delivery.to(socket);
  }

  broadcastWithAck(
    packet: SocketPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (args: readonly unknown[]) => void,
  ): void {
    const { id } = packet;
    if (id === undefined) throw new TypeError("Cannot broadcast with an ack: the packet has no ack id");
    const delivery = this.#namespace.deliver(packet, options.flags ?? {});
    const addressed = this.#receivers(options);
    receivers(addressed.length);
    for (const socket of addressed) {
      // In this order: what cannot be encoded throws before anybody waits for an answer to it.
      delivery.to(socket);
      this.#namespace.expectAck(socket, id, reply);
    }
  }

  async sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>> {
    return new Set(this.#receivers({ rooms }).map((socket) => socket.id));
  }

  socketRooms(id: SocketId): ReadonlySet<Room> | undefined {
    return this.sids.get(id);
  }

  async fetchSockets(options: BroadcastOptions): Promise<S[]> {
    return this.#receivers(options);
  }

  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const socket of this.#receivers(options)) void socket.join(rooms);
  }

  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const socket of this.#receivers(options)) for (const room of rooms) void socket.leave(room);
  }

  disconnectSockets(options: BroadcastOptions, close: boolean): void {
    for (const socket of this.#receivers(options)) socket.disconnect(close);
  }

  persistSession(session: SessionToPersist): void {
    this.#sessions?.persist(session);
  }

  restoreSession(pid: string, offset: string): Session | undefined {
    return this.#sessions?.restore(pid, offset);
  }

  close(): void {
    this.rooms.clear();
    this.sids.clear();
    this.#sessions?.close();
  }

  /** Prepares an event for its receivers, and for those who will ask for it later. */
  #prepare(packet: SocketPacket, options: BroadcastOptions): Delivery<S> {
    const flags = options.flags ?? {};
    const sessions = this.#sessions;
    if (sessions === undefined) return this.#namespace.deliver(packet, flags);
    // A volatile event is not kept. It has an offset none the less: clients take any text at the end for one.
    if (flags.volatile === true) return this.#namespace.deliver(packet, flags, sessions.lastOffset);
    const delivery = this.#namespace.deliver(packet, flags, sessions.nextOffset);
    sessions.append(delivery.toLog(), options);
    return delivery;
  }

  #leave(id: SocketId, room: Room): void {
    const members = this.rooms.get(room);
    if (members?.delete(id) && members.size === 0) this.rooms.delete(room);
  }

  #receivers(options: BroadcastOptions): S[] {
    const { sockets } = this.#namespace;
    const except = this.#members(options.except ?? NO_ROOMS);
    const addressed = options.rooms.size === 0 ? this.sids.keys() : this.#members(options.rooms);
    const receivers: S[] = [];
    for (const id of addressed) {
      const socket = except.has(id) ? undefined : sockets.get(id);
      if (socket !== undefined) receivers.push(socket);
    }
    return receivers;
  }

  #members(rooms: ReadonlySet<Room>): ReadonlySet<SocketId> {
    if (rooms.size === 1) {
      for (const room of rooms) return this.rooms.get(room) ?? NO_ROOMS;
    }
    const members = new Set<SocketId>();
    for (const room of rooms) for (const id of this.rooms.get(room) ?? NO_ROOMS) members.add(id);
    return members;
  }
}
