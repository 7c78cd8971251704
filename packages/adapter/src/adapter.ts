// The contract between a namespace and what keeps its rooms and carries its broadcasts.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: sets go in, sets come out; an empty set of rooms means everybody; method names are upstream's,
//        since programs call them and bring adapters of their own.
// Source: docs/protocol/socket-5.md, "Events and acks" and "Recovery"

import type { SocketPacket } from "@bowline/protocol";
import type { SessionStore } from "./session-store.ts";

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
  /**
   * Encodes the packet, so that it stays as it is whatever the program does to its data, and gives what a log keeps.
   * @throws whatever the parser throws for data that cannot be written.
   */
  toLog(): LoggedPacket;
}

/** What the log of a namespace keeps of an event. */
export interface LoggedPacket {
  /** The event's name, its arguments and its offset. A recovered socket is handed this very list. */
  readonly data: readonly unknown[];
  /** How much it takes up once it is encoded. */
  readonly byteLength: number;
}

/** What is kept of a socket whose connection was lost, under the private id that its client knows. */
export interface SessionToPersist {
  readonly sid: SocketId;
  readonly pid: string;
  readonly rooms: readonly Room[];
  /** The socket's `data`. */
  readonly data: unknown;
}

/** A session that is brought back. */
export interface Session extends SessionToPersist {
  /**
   * The events that the socket has missed: their data with the offset at the end, in order. It may be worked out when it
   * is read, which happens once and in the moment in which the socket joins its rooms again.
   * @throws RangeError when events between the offset and now are no longer known by then.
   */
  readonly missedPackets: readonly (readonly unknown[])[];
}

/** What an adapter may ask of its namespace. */
export interface AdapterNamespace<S extends AdapterSocket = AdapterSocket> {
  readonly name: string;
  /** The connected sockets of this process, live. */
  readonly sockets: ReadonlyMap<SocketId, S>;
  /**
   * Prepares a packet for many sockets.
   * @param flags whether it is volatile and may be compressed; the rest is the adapter's affair.
   * @param offset where the event stands in the log of the namespace; sent to those who can make use of it.
   * @returns what hands the packet to one socket after another.
   */
  deliver(packet: SocketPacket, flags: BroadcastFlags, offset?: string): Delivery<S>;
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
  /**
   * Whether every event without an acknowledgement leaves with an offset. Clients of ours are told so, and keep the last
   * argument from listeners; those of others show it.
   * @default false
   */
  readonly marksEvents?: boolean;
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
  /** Keeps the session of a socket whose connection was lost; told before the socket leaves its rooms. */
  persistSession(session: SessionToPersist): Promise<void> | void;
  /**
   * Takes a session out, for the socket that goes on with it. Who cannot make use of it puts it back.
   * @param pid the private id that the client knows.
   * @param offset the offset of the last event that the client got; empty when it has got none.
   * @returns nothing when the session is unknown or too old, or events behind the offset are no longer known.
   */
  restoreSession(pid: string, offset: string): Promise<Session | null | undefined> | Session | null | undefined;
  /** The server has ended: forgets everything, and lets go of what it holds outside the process. */
  close(): Promise<void> | void;
}

/**
 * Makes the adapter of a namespace, whatever the types of its sockets.
 *
 * It is called once for each namespace, when that is made. Give it to a server as the option `adapter`. The second
 * argument is there when the server keeps lost sessions (`connectionStateRecovery`): memory for them, for adapters
 * that have no better place.
 * @example
 * const createAdapter: import("@bowline/adapter").AdapterFactory = (namespace, sessions) =>
 *   new MemoryAdapter(namespace, sessions);
 */
export type AdapterFactory = <S extends AdapterSocket>(
  namespace: AdapterNamespace<S>,
  sessions?: SessionStore,
) => Adapter<S>;
