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
  join(rooms: Room | readonly Room[]): Promise<void> | void;
  leave(room: Room): Promise<void> | void;
  disconnect(close?: boolean): unknown;
}

/** A packet on its way to many sockets, encoded once for each kind of connection. */
export interface Delivery<S extends AdapterSocket> {
  /** Hands the packet to one socket. */
  to(socket: S): void;
}

/** What an adapter may ask of its namespace. */
export interface AdapterNamespace<S extends AdapterSocket = AdapterSocket> {
  readonly name: string;
  readonly sockets: ReadonlyMap<SocketId, S>;
  /** Prepares a packet for many sockets. */
  deliver(packet: SocketPacket, flags: BroadcastFlags): Delivery<S>;
  /** Notes that the socket will answer the packet with this id. */
  expectAck(socket: S, id: number, reply: (args: readonly unknown[]) => void): void;
}

/** Keeps the rooms of one namespace and carries its broadcasts. */
export interface Adapter<S extends AdapterSocket = AdapterSocket> {
  /** Members of each room, live. */
  readonly rooms: ReadonlyMap<Room, ReadonlySet<SocketId>>;
  /** Rooms of each socket, live. */
  readonly sids: ReadonlyMap<SocketId, ReadonlySet<Room>>;
  addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void;
  del(id: SocketId, room: Room): Promise<void> | void;
  delAll(id: SocketId): void;
  broadcast(packet: SocketPacket, options: BroadcastOptions): void;
  /**
   * Sends a packet that every receiver answers.
   * @param receivers told how many clients are asked.
   * @param reply told each answer.
   */
  broadcastWithAck(
    packet: SocketPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (args: readonly unknown[]) => void,
  ): void;
  sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>>;
  socketRooms(id: SocketId): ReadonlySet<Room> | undefined;
  fetchSockets(options: BroadcastOptions): Promise<S[]>;
  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  disconnectSockets(options: BroadcastOptions, close: boolean): void;
  close(): Promise<void> | void;
}

/** Makes the adapter of a namespace, whatever the types of its sockets. */
export type AdapterFactory = <S extends AdapterSocket>(namespace: AdapterNamespace<S>) => Adapter<S>;
