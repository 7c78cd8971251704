// The adapter of a namespace that stands for many: what is broadcast there goes to the namespaces made on demand from it.
// Place: namespace of a pattern -> **children adapter** -> adapters of its children -> sockets of a room
// Rules: it has no rooms and sockets of its own; ids of acks are unique in the family, so that one may be asked everywhere.

import type { Adapter, AdapterSocket, BroadcastOptions, Room, SocketId } from "@bowline/adapter";
import type { SocketPacket } from "@bowline/protocol";

/** A namespace made on demand. */
export interface Child<S extends AdapterSocket> {
  readonly name: string;
  readonly adapter: Adapter<S>;
}

/** Broadcasts to the children of a namespace. */
export class ChildrenAdapter<S extends AdapterSocket> implements Adapter<S> {
  readonly rooms: ReadonlyMap<Room, ReadonlySet<SocketId>> = new Map();
  readonly sids: ReadonlyMap<SocketId, ReadonlySet<Room>> = new Map();
  readonly #children: ReadonlySet<Child<S>>;

  /** @param children live: who is made later is addressed as well. */
  constructor(children: ReadonlySet<Child<S>>) {
    this.#children = children;
  }

  broadcast(packet: SocketPacket, options: BroadcastOptions): void {
    for (const { name, adapter } of this.#children) adapter.broadcast({ ...packet, nsp: name }, options);
  }

  broadcastWithAck(
    packet: SocketPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (args: readonly unknown[]) => void,
  ): void {
    for (const { name, adapter } of this.#children) {
      adapter.broadcastWithAck({ ...packet, nsp: name }, options, receivers, reply);
    }
  }

  /** @throws TypeError (as a rejection) since namesakes in different children could not be told apart. */
  async sockets(): Promise<Set<SocketId>> {
    throw new TypeError(CANNOT_LIST);
  }

  /** @throws TypeError (as a rejection) as `sockets`. */
  async fetchSockets(): Promise<S[]> {
    throw new TypeError(CANNOT_LIST);
  }

  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const { adapter } of this.#children) adapter.addSockets(options, rooms);
  }

  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const { adapter } of this.#children) adapter.delSockets(options, rooms);
  }

  disconnectSockets(options: BroadcastOptions, close: boolean): void {
    for (const { adapter } of this.#children) adapter.disconnectSockets(options, close);
  }

  // Nobody joins a namespace that stands for others, so nothing of the following is ever asked of it.
  addAll(): void {}
  del(): void {}
  delAll(): void {}
  socketRooms(): undefined {}
  persistSession(): void {}
  restoreSession(): undefined {}
  close(): void {}
}

const CANNOT_LIST =
  "Cannot list the sockets of a namespace that stands for many: ask each of its children, or the namespaces by name";
