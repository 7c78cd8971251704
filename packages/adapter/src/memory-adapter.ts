// The adapter for one process: rooms are sets in memory.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: a room exists while it has members; a socket in several of the addressed rooms gets a broadcast once;
//        receivers are settled before the first delivery, so that handlers may join and leave meanwhile.

import type { SocketPacket } from "@bowline/protocol";
import type { Adapter, AdapterNamespace, AdapterSocket, BroadcastOptions, Room, SocketId } from "./adapter.ts";

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
  readonly #namespace: AdapterNamespace<S>;

  /** @param namespace whose rooms these are; its sockets are looked up at each broadcast. */
  constructor(namespace: AdapterNamespace<S>) {
    this.#namespace = namespace;
  }

  addAll(id: SocketId, rooms: ReadonlySet<Room>): void {
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
    this.sids.get(id)?.delete(room);
    this.#leave(id, room);
  }

  delAll(id: SocketId): void {
    for (const room of this.sids.get(id) ?? NO_ROOMS) this.#leave(id, room);
    this.sids.delete(id);
  }

  broadcast(packet: SocketPacket, options: BroadcastOptions): void {
    const delivery = this.#namespace.deliver(packet, options.flags ?? {});
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

  close(): void {
    this.rooms.clear();
    this.sids.clear();
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
