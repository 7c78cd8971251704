// The events that adapters emit.
// Place: connection / namespace -> **adapter** -> the user's event handlers
// Rules: listeners of the adapter's own events are known by their types; programs and adapters may emit others.

import type { UserValue } from "@bowline/protocol/internal";
import type { Room, SocketId } from "./contract.ts";

/** Events of every adapter. */
export interface AdapterEvents {
  /** A room has got its first member. */
  "create-room"(room: Room): void;
  /** A room has lost its last member. */
  "delete-room"(room: Room): void;
  /** A socket has joined a room. */
  "join-room"(room: Room, id: SocketId): void;
  /** A socket has left a room. */
  "leave-room"(room: Room, id: SocketId): void;
}

/** Events of programs, and of adapters that extend ours. */
export type AnyEvents = Record<string | symbol, (...args: UserValue[]) => void>;
