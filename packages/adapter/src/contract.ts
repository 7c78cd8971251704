// The contract between a namespace and what keeps its rooms and carries its broadcasts.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: sets go in, sets come out; an empty set of rooms means everybody; method names are upstream's,
//        since programs call them and bring adapters of their own.
// Source: docs/protocol/socket-5.md, "Events and acks" and "Recovery"

import type { PacketEncoder, SocketPacket } from "@bowline/protocol";
import type { Clock, Random, Trace } from "@bowline/protocol/internal";

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
  /** Whether one client is addressed, whose answer stands for itself and not in a list. */
  readonly expectSingleResponse?: boolean;
  /** Said by elder programs of packets with or without bytes; it has no effect. */
  readonly binary?: boolean;
}

/** Whom a broadcast is for. */
export interface BroadcastOptions {
  /** Members of any of these rooms; empty means everybody. */
  readonly rooms: ReadonlySet<Room>;
  /** But not the members of any of these. */
  readonly except?: ReadonlySet<Room>;
  readonly flags?: BroadcastFlags;
}

/** What a packet says besides its namespace, which is that of the adapter. */
export type BroadcastPacket = Omit<SocketPacket, "nsp"> & Partial<Pick<SocketPacket, "nsp">>;

/** What is known of a socket, on whatever server it is. */
export interface SocketDetails {
  readonly id: SocketId;
  readonly handshake: unknown;
  readonly rooms: ReadonlySet<Room> | readonly Room[];
  readonly data: unknown;
}

/** What an adapter may do with a socket of its namespace. */
export interface AdapterSocket extends SocketDetails {
  readonly rooms: ReadonlySet<Room>;
  /** Joins rooms, by way of the adapter's `addAll`. */
  join(rooms: Room | readonly Room[]): unknown;
  /** Leaves a room, by way of the adapter's `del`. */
  leave(room: Room): unknown;
  /**
   * Sends the client away from the namespace.
   * @param close whether its whole connection is to end.
   */
  disconnect(close?: boolean): unknown;
  /** Ends the client's connection as if it had been lost, so that it comes back by itself. */
  lose?(): void;
}

/** A packet on its way to many sockets, encoded once for each kind of connection. */
export interface Delivery {
  /**
   * Hands the packet to one socket.
   * @throws whatever the parser throws for data that cannot be written, at the first socket and at each one after.
   */
  to(socket: AdapterSocket): void;
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
  /**
   * All that was sent to the socket before this time has come to its client, since that has answered a later ping: events that
   * are older need not be there any more. By the clock of the server; absent where nothing is known.
   */
  readonly receivedUntilMs?: number;
}

/** A session whose socket is about to join, or has joined. */
export interface LiveSession {
  readonly sid: SocketId;
  readonly pid: string;
  /** What the program keeps with the socket; undefined as long as it has not asked for `data`. */
  readData(): unknown;
  /** As `receivedUntilMs` of a session that is persisted, by now; 0 where nothing is known. */
  readReceivedUntilMs?(): number;
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

/** How lost sessions and what they miss are kept. */
export interface SessionKeeping {
  /** How long a lost session is kept, in milliseconds. */
  readonly maxDisconnectionDurationMs: number;
  /**
   * How long an event is kept, in milliseconds: longer than a session, since a connection may be dead for a while before
   * that is noticed.
   */
  readonly retentionMs: number;
  /** What the events of a namespace may take up in all, in bytes. */
  readonly maxLogBytes: number;
}

/** What the server hands to adapters, which touch no platform themselves. */
export interface AdapterSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Where tools may listen; nobody does where it is absent. */
  readonly trace?: Trace;
  /** How lost sessions are kept; undefined where they are not. */
  readonly sessions: SessionKeeping | undefined;
  /** Gives rooms the form that the program reads; without it they are shown as they are. */
  showRooms?(rooms: Map<Room, Set<SocketId>>): Map<Room, Set<SocketId>>;
  /** As `showRooms`, for the rooms of each socket. */
  showSids?(sids: Map<SocketId, Set<Room>>): Map<SocketId, Set<Room>>;
  /** Gives bytes the class that programs of the platform know; without it they stay as they are. */
  toNativeBytes?(bytes: Uint8Array): Uint8Array;
  /** The one outlet for warnings. */
  warn(code: string, text: string): void;
  /** Brings an error that nobody can catch to where the platform reports such errors. */
  reportUncaught(error: unknown): void;
}

/** What an adapter may ask of its namespace. */
export interface AdapterNamespace {
  readonly name: string;
  /** The connected sockets of this process, live. */
  readonly sockets: ReadonlyMap<SocketId, AdapterSocket>;
  /** The same map as it is, where programs find `sockets` in another form: broadcasts look each receiver up in it. */
  readonly members?: ReadonlyMap<SocketId, AdapterSocket>;
  /** The server, as far as adapters have always made use of it. */
  readonly server: {
    readonly encoder: Pick<PacketEncoder, "encode">;
  };
  readonly surroundings: AdapterSurroundings;
  /**
   * Prepares a packet for many sockets.
   * @param flags whether it is volatile and may be compressed; the rest is the adapter's affair.
   * @param offset where the event stands in the log of the namespace; sent to those who can make use of it.
   * @returns what hands the packet to one socket after another.
   */
  deliver(packet: SocketPacket, flags: BroadcastFlags, offset?: string): Delivery;
  /** The next ack id. */
  nextAckId(): number;
  /**
   * Notes that the socket will answer the packet with this id. Call it after the packet was handed over.
   * @param reply called at most once, with the arguments of the answer.
   */
  expectAck(socket: AdapterSocket, id: number, reply: (args: readonly unknown[]) => void): void;
  /** Answers to the packet with this id are of no use any more. */
  forgetReplies(id: number): void;
  /** Another server has sent an event: calls the listeners of the namespace itself. A function at the end answers. */
  _onServerSideEmit(args: readonly unknown[]): void;
}

/**
 * What a namespace asks of its adapter, whoever has written that.
 *
 * A room exists while it has members. Each socket is in the room of its own id from the moment it has joined. What may
 * take time returns a promise; an adapter in one process need not. To write one, extend `Adapter`.
 */
export interface AdapterContract {
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
  /** Called once the namespace is there, and before anybody joins it: connections to others begin here. */
  init?(): Promise<void> | void;
  /** The server has ended, or another adapter takes over: lets go of what it holds outside the process. */
  close?(): Promise<void> | void;
  /** How many servers there are, this one included. */
  serverCount?(): Promise<number>;
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
  broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void;
  /**
   * Sends a packet that every receiver answers. The caller keeps the time, and ignores what comes late.
   * @param receivers told how many clients are asked; called once for each server, and the numbers are summed.
   * @param reply told the arguments of each answer.
   */
  broadcastWithAck(
    packet: BroadcastPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (...args: unknown[]) => void,
  ): void;
  /** The ids of the members of any of these rooms; of everybody when there are none. */
  sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>>;
  /** The rooms of one socket, live; undefined when the socket is unknown. */
  socketRooms(id: SocketId): ReadonlySet<Room> | undefined;
  /** The sockets addressed: those of this process themselves, and details of the others. */
  fetchSockets(options: BroadcastOptions): Promise<SocketDetails[]>;
  /** How many sockets are addressed, on all servers, where that costs less than to fetch them. */
  countSockets?(options: BroadcastOptions): Promise<number>;
  /** Has the sockets addressed join rooms. */
  addSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  /** Has the sockets addressed leave rooms. */
  delSockets(options: BroadcastOptions, rooms: readonly Room[]): void;
  /**
   * Sends the clients addressed away.
   * @param close whether their whole connections are to end.
   */
  disconnectSockets(options: BroadcastOptions, close: boolean): void;
  /**
   * Sends an event to the other servers.
   * @param args its name and its arguments; a function at the end gets an error or null and the list of the answers.
   */
  serverSideEmit(args: readonly unknown[]): unknown;
  /**
   * A session begins, or goes on: told when nobody has anything against the client any more, and before it hears of that.
   * @returns settles when the client may be told; the socket joins its rooms after that.
   */
  openSession?(session: LiveSession): Promise<void> | undefined;
  /** A handler of the socket has run, so that what the program keeps with it may have changed. */
  sessionTouched?(id: SocketId): void;
  /** Keeps the session of a socket whose connection was lost; told before the socket leaves its rooms. */
  persistSession(session: SessionToPersist): Promise<void> | void;
  /**
   * Takes a session out, for the socket that goes on with it. Who cannot make use of it puts it back.
   * @param pid the private id that the client knows.
   * @param offset the offset of the last event that the client got.
   * @returns nothing when the session is unknown or too old, or events behind the offset are no longer known.
   */
  restoreSession(pid: string, offset: string): Promise<Session | null | undefined> | Session | null | undefined;
}

/**
 * Makes the adapter of a namespace: a class, or a function.
 *
 * It is called once for each namespace, when that is made. Give it to a server as the option `adapter`. A class may say more
 * exactly which namespaces it is for.
 * @example
 * const createAdapter: import("@bowline/adapter").AdapterConstructor = (namespace) => new Adapter(namespace);
 */
export type AdapterConstructor = (new (nsp: never) => AdapterContract) | AdapterFactory["create"];

/** A function that makes adapters; as a method, so that those that ask for a whole namespace are welcome. */
export interface AdapterFactory {
  create(nsp: AdapterNamespace): AdapterContract;
}
