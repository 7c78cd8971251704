// The adapter of a namespace that stands for many: what is broadcast there goes to the namespaces made on demand from it.
// Place: namespace of a pattern -> **children adapter** -> adapters of its children -> sockets of a room
// Rules: it has no rooms and sockets of its own; each child counts and asks its own clients.

import {
  Adapter,
  type AdapterContract,
  type AdapterNamespace,
  type BroadcastOptions,
  type BroadcastPacket,
  type Room,
  type SocketDetails,
  type SocketId,
} from "@bowline/adapter";

/** A namespace made on demand. */
interface Child {
  readonly name: string;
  readonly adapter: AdapterContract;
}

/** A namespace that stands for many. */
interface Parent extends AdapterNamespace {
  /** Live: who is made later is addressed as well. */
  readonly children: ReadonlySet<Child>;
}

const CANNOT_LIST =
  "Cannot list the sockets of a namespace that stands for many: fetchSockets() is not supported on parent namespaces; ask each of its children, or the namespaces by name";

/** Broadcasts to the children of a namespace. */
export class ChildrenAdapter extends Adapter {
  readonly #parent: Parent;

  constructor(parent: Parent) {
    super(parent);
    this.#parent = parent;
  }

  override broadcast(packet: BroadcastPacket, options: BroadcastOptions): void {
    for (const { name, adapter } of this.#parent.children) void adapter.broadcast({ ...packet, nsp: name }, options);
  }

  override broadcastWithAck(
    packet: BroadcastPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (...args: unknown[]) => void,
  ): void {
    for (const { name, adapter } of this.#parent.children) {
      adapter.broadcastWithAck({ ...packet, nsp: name }, options, receivers, reply);
    }
  }

  /** How many times it is told how many clients are asked: by each server for each child. */
  override async serverCount(): Promise<number> {
    const counts = await Promise.all([...this.#parent.children].map(({ adapter }) => adapter.serverCount?.() ?? 1));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** @throws TypeError (as a rejection) since namesakes in different children could not be told apart. */
  override async sockets(): Promise<Set<SocketId>> {
    throw new TypeError(CANNOT_LIST);
  }

  /** @throws TypeError (as a rejection) as `sockets`. */
  override async fetchSockets(): Promise<SocketDetails[]> {
    throw new TypeError(CANNOT_LIST);
  }

  override addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const { adapter } of this.#parent.children) adapter.addSockets(options, rooms);
  }

  override delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const { adapter } of this.#parent.children) adapter.delSockets(options, rooms);
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    for (const { adapter } of this.#parent.children) adapter.disconnectSockets(options, close);
  }
}
