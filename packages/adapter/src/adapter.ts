// The adapter for one process, which is also the base of all others: rooms are kept in memory.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: a room exists while it has members; a socket in several of the addressed rooms gets a broadcast once;
//        receivers are settled before the first delivery, so that handlers may join and leave meanwhile.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { PacketEncoder, SocketPacket } from "@bowline/protocol";
import { type Cancel, NodeEmitter } from "@bowline/protocol/internal";
import type { AdapterEvents, AnyEvents } from "./adapter-events.ts";
import type {
  AdapterContract,
  AdapterNamespace,
  BroadcastFlags,
  BroadcastOptions,
  BroadcastPacket,
  Delivery,
  Room,
  Session,
  SessionToPersist,
  SocketDetails,
  SocketId,
} from "./contract.ts";
import { Rooms } from "./rooms.ts";

const NO_FLAGS: BroadcastFlags = {};

/** The function at the end of what is sent to other servers, where there is one. */
export type ServerSideAck = (error: Error | null, answers: readonly unknown[]) => void;

function isFunction(value: unknown): value is ServerSideAck {
  return typeof value === "function";
}

/** Takes the function for the answers off the arguments of a server-side event. */
export function takeServerSideAck(args: readonly unknown[]): {
  readonly args: readonly unknown[];
  readonly ack: ServerSideAck | undefined;
} {
  const last = args.at(-1);
  return isFunction(last) ? { args: args.slice(0, -1), ack: last } : { args, ack: undefined };
}

/**
 * Keeps rooms in memory and delivers to the sockets of this process.
 *
 * Servers use it when they are given no other, and others extend it. Nothing here waits: rooms are joined and left, and
 * packets are handed over, before a method returns. It emits `create-room`, `delete-room`, `join-room` and `leave-room`.
 * @example
 * import { Adapter } from "@bowline/adapter";
 * import { Server } from "@bowline/server";
 *
 * class LoudAdapter extends Adapter {
 *   override delAll(id: string): void {
 *     console.log(`${id} has gone`);
 *     super.delAll(id);
 *   }
 * }
 * const io = new Server({ adapter: LoudAdapter });
 */
export class Adapter extends NodeEmitter<AnyEvents, AnyEvents, AdapterEvents> implements AdapterContract {
  /** The namespace whose rooms these are. */
  readonly nsp: AdapterNamespace;
  readonly #rooms: Rooms;
  #hasWarned = false;

  /** @param nsp the namespace; a socket is looked up there when it joins rooms, and until it is found. */
  constructor(nsp: AdapterNamespace) {
    super();
    this.nsp = nsp;
    this.#rooms = new Rooms(nsp, this);
  }

  /** Members of each room, live; to be read. It is made when it is asked for the first time, and kept from then on. */
  get rooms(): Map<Room, Set<SocketId>> {
    const { byRoom } = this.#rooms;
    return this.nsp.surroundings.showRooms?.(byRoom) ?? byRoom;
  }

  /** Rooms of each socket, as `rooms`. */
  get sids(): Map<SocketId, Set<Room>> {
    const { bySocket } = this.#rooms;
    return this.nsp.surroundings.showSids?.(bySocket) ?? bySocket;
  }

  /** What turns packets into frames. */
  get encoder(): Pick<PacketEncoder, "encode"> {
    return this.nsp.server.encoder;
  }

  init(): Promise<void> | void {}

  close(): Promise<void> | void {
    this.#rooms.clear();
  }

  async serverCount(): Promise<number> {
    return 1;
  }

  addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void {
    this.#rooms.join(id, rooms);
  }

  del(id: SocketId, room: Room): Promise<void> | void {
    this.#rooms.leave(id, room);
  }

  delAll(id: SocketId): void {
    this.#rooms.leaveAll(id);
  }

  broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void {
    this.handOut(this.prepare(packet, options.flags), options);
  }

  broadcastWithAck(
    packet: BroadcastPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (...args: unknown[]) => void,
  ): void {
    const id = this.nsp.nextAckId();
    const delivery = this.prepare({ ...packet, id }, options.flags);
    const addressed = this.#rooms.addressed(options);
    let stopTimer: Cancel | undefined;
    let left = addressed.length;
    const answered = (args: readonly unknown[]): void => {
      left--;
      if (left === 0) stopTimer?.();
      reply(...args);
    };
    for (const socket of addressed) {
      // In this order: what cannot be encoded throws before anybody waits for an answer to it.
      delivery.to(socket);
      this.nsp.expectAck(socket, id, answered);
    }
    const timeout = options.flags?.timeout;
    if (timeout !== undefined && left > 0) {
      stopTimer = this.nsp.surroundings.clock.coarse(timeout, () => this.nsp.forgetReplies(id));
    }
    receivers(addressed.length);
  }

  async sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>> {
    return new Set(this.#rooms.addressed({ rooms }).map((socket) => socket.id));
  }

  socketRooms(id: SocketId): Set<Room> | undefined {
    return this.#rooms.of(id);
  }

  async fetchSockets(options: BroadcastOptions): Promise<SocketDetails[]> {
    return this.#rooms.addressed(options);
  }

  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const socket of this.#rooms.addressed(options)) void socket.join(rooms);
  }

  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    for (const socket of this.#rooms.addressed(options)) for (const room of rooms) void socket.leave(room);
  }

  disconnectSockets(options: BroadcastOptions, close: boolean): void {
    for (const socket of this.#rooms.addressed(options)) socket.disconnect(close);
  }

  /**
   * Sends an event to the other servers. There are none here: a warning says so once, and an ack gets no answers.
   * @param args its name and its arguments; a function at the end gets an error or null and the list of the answers.
   */
  serverSideEmit(args: readonly unknown[]): unknown {
    if (!this.#hasWarned) {
      const text = "serverSideEmit() reaches nobody: the adapter knows no other servers; use one for several servers";
      this.nsp.surroundings.warn("BOWLINE_NO_OTHER_SERVERS", text);
      this.#hasWarned = true;
    }
    takeServerSideAck(args).ack?.(null, []);
    return undefined;
  }

  persistSession(_session: SessionToPersist): Promise<void> | void {}

  restoreSession(_pid: string, _offset: string): Promise<Session | null | undefined> | Session | null | undefined {
    return null;
  }

  /** Encodes a packet for the sockets of this process. @param offset where it stands in the log of the namespace. */
  protected prepare(packet: BroadcastPacket, flags: BroadcastFlags = NO_FLAGS, offset?: string): Delivery {
    return this.nsp.deliver(this.#addressed(packet), flags, offset);
  }

  /** Hands a packet to the sockets of this process that are addressed. */
  protected handOut(delivery: Delivery, options: BroadcastOptions): void {
    for (const socket of this.#rooms.addressed(options)) delivery.to(socket);
  }

  #addressed(packet: BroadcastPacket): SocketPacket {
    const { name } = this.nsp;
    return isAddressedTo(name, packet) ? packet : { ...packet, nsp: name };
  }
}

function isAddressedTo(name: string, packet: BroadcastPacket): packet is SocketPacket {
  return packet.nsp === name;
}
