// The types of what a socket tells, for programs that import them from this file.
export type { DisconnectReason, Handshake, SocketReservedEvents as SocketReservedEventsMap } from "@bowline/server";

/** Events of Node's emitter. */
export interface EventEmitterReservedEventsMap {
  newListener(event: string | symbol, listener: (...args: never[]) => unknown): void;
  removeListener(event: string | symbol, listener: (...args: never[]) => unknown): void;
}

/** The names that no program may emit. */
export declare const RESERVED_EVENTS: ReadonlySet<string | symbol>;
