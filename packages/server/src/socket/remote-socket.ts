// A socket that `fetchSockets` found, on this server or another one of the cluster.
// Place: the user's code <- broadcast operator <- adapter
// Rules: it has what works from afar; a socket of this process is found as itself.

import type { Room, SocketId } from "@bowline/adapter";
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
  readonly rooms: ReadonlySet<Room>;
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
