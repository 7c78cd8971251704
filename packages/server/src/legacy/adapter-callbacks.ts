// The methods of an adapter as programs of 2.x call them: with arrays, and with callbacks.
// Place: made by dialect 2 -> namespace -> **adapter** -> sockets of a room
// Rules: it is the adapter itself, of whatever class, and does for others what it did before; callbacks are called in a turn
//        of their own.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Adapter, Room, SocketId } from "@bowline/adapter";
import { guard } from "@bowline/protocol/internal";

/** Called with an error or null, and with what was asked for. */
type Callback = (error: unknown, result?: unknown) => void;

/** Tells a callback once something is done. @returns what was waited for, where there is no callback. */
function call(callback: unknown, done: unknown, reportUncaught: (error: unknown) => void): unknown {
  if (typeof callback !== "function") return done;
  const tell = (...told: readonly unknown[]) =>
    guard(() => void Reflect.apply(callback, undefined, told), reportUncaught);
  Promise.resolve(done).then(
    (result) => (result === undefined ? tell(null) : tell(null, result)),
    (error) => tell(error),
  );
  return undefined;
}

/**
 * Has the methods of an adapter take what programs of 2.x give them.
 * @param reportUncaught told what callbacks throw.
 * @returns the same adapter.
 */
export function takeCallbacks(adapter: Adapter, reportUncaught: (error: unknown) => void): Adapter {
  // An adapter of 1.x takes them by itself.
  if (Reflect.get(adapter, "clients") !== undefined) return adapter;
  const addAll = adapter.addAll.bind(adapter);
  const del = adapter.del.bind(adapter);
  const delAll = adapter.delAll.bind(adapter);
  const membersOf = async (names: Iterable<Room>) => [...(await adapter.sockets(new Set(names)))];
  const then = (callback: unknown, done: unknown) => call(callback, done, reportUncaught);
  return Object.assign(adapter, {
    add: (id: SocketId, room: Room, callback?: Callback) => void then(callback, addAll(id, new Set([room]))),
    addAll: (id: SocketId, names: Iterable<Room>, callback?: Callback) => then(callback, addAll(id, new Set(names))),
    del: (id: SocketId, room: Room, callback?: Callback) => then(callback, del(id, room)),
    delAll: (id: SocketId, callback?: Callback) => then(callback, delAll(id)),
    clients: (names: readonly Room[] | Callback, callback?: Callback) => {
      if (typeof names === "function") then(names, membersOf([]));
      else then(callback, membersOf(names));
    },
    clientRooms: (id: SocketId, callback: Callback) => {
      const own = adapter.socketRooms(id);
      then(callback, own === undefined ? null : [...own]);
    },
  });
}
