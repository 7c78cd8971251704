// A socket that `fetchSockets` found, on this server or another one of the cluster.
// Place: the user's code <- broadcast operator <- adapter
// Rules: it has what works from afar; a socket of this process is found as itself.

import type { Room, SocketDetails, SocketId } from "@bowline/adapter";
import type {
  AnswerOf,
  DefaultData,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  WithoutAck,
  WithTimeout,
} from "@bowline/protocol/internal";
import type { Handshake } from "./handshake.ts";

/** What sends to one socket. */
export interface RemoteSender<Emit extends EventsMap> {
  /** Sends an event to the client. */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): boolean;
  /** Sends an event to the client and waits for its answer. */
  emitWithAck<E extends EventNamesWithAck<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>>;
}

/** A socket that may be on another server. */
export interface RemoteSocket<Emit extends EventsMap, Data = DefaultData> {
  readonly id: SocketId;
  readonly handshake: Handshake;
  readonly rooms: Set<Room>;
  /** What the program keeps with the socket; from another server as it was when it was asked for. */
  readonly data: Data;
  /** Sends an event to the client. */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): boolean;
  /** Limits the time for the answer: the next emit takes an ack with an error or null first. */
  timeout(timeoutMs: number): RemoteSender<WithTimeout<Emit>>;
  /** Has the socket join rooms. */
  join(rooms: Room | readonly Room[]): Promise<void> | void;
  /** Has the socket leave a room. */
  leave(room: Room): Promise<void> | void;
  /** Sends the client away. @param close whether its whole connection is to end. */
  disconnect(close?: boolean): unknown;
}

/** What sends to a socket that is known by its details only: a broadcast that addresses its own room. */
export interface RemoteTarget {
  emit(event: string, ...args: unknown[]): boolean;
  timeout(timeoutMs: number): unknown;
  socketsJoin(rooms: Room | readonly Room[]): void;
  socketsLeave(rooms: Room | readonly Room[]): void;
  disconnectSockets(close: boolean): void;
}

/** A socket of another server. */
class DistantSocket {
  readonly id: SocketId;
  readonly handshake: unknown;
  readonly rooms: ReadonlySet<Room>;
  readonly data: unknown;
  readonly #target: RemoteTarget;

  constructor({ id, handshake, rooms, data }: SocketDetails, target: RemoteTarget) {
    this.id = id;
    this.handshake = handshake;
    this.rooms = new Set(rooms);
    this.data = data;
    this.#target = target;
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#target.emit(event, ...args);
  }

  timeout(timeoutMs: number): unknown {
    return this.#target.timeout(timeoutMs);
  }

  join(rooms: Room | readonly Room[]): void {
    this.#target.socketsJoin(rooms);
  }

  leave(room: Room): void {
    this.#target.socketsLeave(room);
  }

  disconnect(close = false): this {
    this.#target.disconnectSockets(close);
    return this;
  }
}

/** The class of sockets of other servers. */
export const RemoteSocket: typeof DistantSocket = DistantSocket;

/**
 * Makes the face of a socket on another server, where its data and its events are of these very types.
 * @param target addresses that socket alone.
 */
export function createRemoteSocket<Emit extends EventsMap, Data>(
  details: SocketDetails,
  target: RemoteTarget,
): RemoteSocket<Emit, Data>;
export function createRemoteSocket(details: SocketDetails, target: RemoteTarget): unknown {
  return new DistantSocket(details, target);
}
