// The contract between a namespace and what keeps its rooms and carries its broadcasts.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: sets go in, sets come out; an empty set of rooms means everybody; method names are upstream's,
//        since programs call them and bring adapters of their own.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { SocketPacket } from "@bowline/protocol";

/** The id of a socket, which is also the name of its own room. */
export type SocketId = string;

/** The name of a room. */
export type Room = string;

/** How a broadcast is to be delivered. */
export interface BroadcastFlags {
  /** Drop it for clients whose transport is busy. */
  readonly volatile?: boolean;
  /** Whether the transport may compress it. @default true */
  readonly compress?: boolean;
  /** Only to clients of this process. */
  readonly local?: boolean;
  /** Milliseconds to wait for acks. */
  readonly timeout?: number;
}

/** Whom a broadcast is for. */
export interface BroadcastOptions {
  /** Members of any of these rooms; empty means everybody. */
  readonly rooms: ReadonlySet<Room>;
  /** But not the members of any of these. */
  readonly except?: ReadonlySet<Room>;
  readonly flags?: BroadcastFlags;
}

/** What an adapter may do with a socket of its namespace. */
export interface AdapterSocket {
  readonly id: SocketId;
  /** Joins rooms, by way of the adapter's `addAll`. */
  join(rooms: Room | readonly Room[]): Promise<void> | void;
  /** Leaves a room, by way of the adapter's `del`. */
  leave(room: Room): Promise<void> | void;
  /**
   * Sends the client away from the namespace.
   * @param close whether its whole connection is to end.
   */
  disconnect(close?: boolean): unknown;
}

/** A packet on its way to many sockets, encoded once for each kind of connection. */
export interface Delivery<S extends AdapterSocket> {
  /**
   * Hands the packet to one socket.
   * @throws whatever the parser throws for data that cannot be written, at the first socket and at each one after.
   */
  to(socket: S): void;
}

/** What an adapter may ask of its namespace. */
export interface AdapterNamespace<S extends AdapterSocket = AdapterSocket> {
  readonly name: string;
  /** The connected sockets of this process, live. */
  readonly sockets: ReadonlyMap<SocketId, S>;
  /**
   * Prepares a packet for many sockets.
   * @param flags whether it is volatile and may be compressed; the rest is the adapter's affair.
   * @returns what hands the packet to one socket after another.
   */
  deliver(packet: SocketPacket, flags: BroadcastFlags): Delivery<S>;
  /**
   * Notes that the socket will answer the packet with this id. Call it after the packet was handed over.
   * @param reply called at most once, with the arguments of the answer.
   */
  expectAck(socket: S, id: number, reply: (args: readonly unknown[]) => void): void;
}

/**
 * Keeps the rooms of one namespace and carries its broadcasts.
 *
 * A room exists while it has members. Each socket is in the room of its own id from the moment it has joined. What may
 * take time returns a promise; an adapter in one process need not.
 */
export interface Adapter<S extends AdapterSocket = AdapterSocket> {
  /** Members of each room, live. */
  readonly rooms: ReadonlyMap<Room, ReadonlySet<SocketId>>;
  /** Rooms of each socket, live. */
  readonly sids: ReadonlyMap<SocketId, ReadonlySet<Room>>;
  /** Adds a socket to rooms, and makes those that are missing. */
  addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void;
  /** Takes a socket out of a room; nothing happens when it is not in there. */
  del(id: SocketId, room: Room): Promise<void> | void;
  /** Takes a socket out of all its rooms, as it has gone. */
  delAll(id: SocketId): void;
  /**
   * Sends a packet to everybody addressed, and to each of them once.
   * @throws whatever the parser throws, for data that cannot be written.
   */
  broadcast(packet: SocketPacket, options: BroadcastOptions): void;
  /**
   * Sends a packet that every receiver answers. The caller keeps the time, and ignores what comes late.
   * @param packet has the id that the answers will have.
   * @param receivers told how many clients are asked; may be called once for each process, and the numbers are summed.
   * @param reply told the arguments of each answer.
   * @throws TypeError when the packet has no id.
   */
  broadcastWithAck(
    packet: SocketPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (args: readonly unknown[]) => void,
  ): void;
  /** The ids of the members of any of these rooms; of everybody when there are none. */
  sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>>;
  /** The rooms of one socket, live; undefined when the socket is unknown. */
  socketRooms(id: SocketId): ReadonlySet<Room> | undefined;
  /** The sockets addressed. */
  fetchSockets(options: BroadcastOptions): Promise<S[]>;
  /** Has the sockets addressed join rooms. */
  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  /** Has the sockets addressed leave rooms. */
  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  /**
   * Sends the clients addressed away.
   * @param close whether their whole connections are to end.
   */
  disconnectSockets(options: BroadcastOptions, close: boolean): void;
  /** The server has ended: forgets everything, and lets go of what it holds outside the process. */
  close(): Promise<void> | void;
}

/**
 * Makes the adapter of a namespace, whatever the types of its sockets.
 *
 * It is called once for each namespace, when that is made. Give it to a server as the option `adapter`.
 * @example
 * const createAdapter: import("@bowline/adapter").AdapterFactory = (namespace) => new MemoryAdapter(namespace);
 */
export type AdapterFactory = <S extends AdapterSocket>(namespace: AdapterNamespace<S>) => Adapter<S>;
