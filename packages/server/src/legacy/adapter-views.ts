// An adapter as programs of 2.x use it: rooms and sids are read as objects, and methods take arrays and callbacks.
// Place: made by dialect 2 -> namespace -> **adapter** -> sockets of a room
// Rules: it is the adapter itself, of whatever class, and does for others what it did before; callbacks are called in a turn
//        of their own.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Adapter, Room, SocketId } from "@bowline/adapter";
import { guard } from "@bowline/protocol/internal";
import { type Collection, createObjectView } from "./object-view.ts";

/** Called with an error or null, and with what was asked for. */
type Callback = (error: unknown, result?: unknown) => void;

/** The ids in a set as the keys of an object. */
function asKeys(names: Iterable<string>): Record<string, true> {
  return Object.fromEntries(Array.from(names, (name) => [name, true] as const));
}

/** A room: a set of ids, and an object with `sockets` and `length`. */
function roomView(members: Set<SocketId>): Set<SocketId> {
  return createObjectView(members, {
    keys: () => ["sockets", "length"],
    has: (key) => key === "sockets" || key === "length",
    value: (key) => (key === "length" ? members.size : asKeys(members)),
  });
}

function collectionOf<Value>(map: Map<string, Value>, show: (value: Value) => unknown): Collection {
  return {
    keys: () => map.keys(),
    has: (key) => map.has(key),
    value: (key) => {
      const value = map.get(key);
      return value === undefined ? undefined : show(value);
    },
  };
}

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
 * Gives an adapter the form that programs of 2.x know.
 * @param reportUncaught told what callbacks throw.
 * @returns the same adapter.
 */
export function dressAdapter(adapter: Adapter, reportUncaught: (error: unknown) => void): Adapter {
  const { rooms, sids } = adapter;
  const addAll = adapter.addAll.bind(adapter);
  const del = adapter.del.bind(adapter);
  const delAll = adapter.delAll.bind(adapter);
  const membersOf = async (names: Iterable<Room>) => [...(await adapter.sockets(new Set(names)))];
  const then = (callback: unknown, done: unknown) => call(callback, done, reportUncaught);
  return Object.assign(adapter, {
    rooms: createObjectView(rooms, collectionOf(rooms, roomView)),
    sids: createObjectView(sids, collectionOf(sids, asKeys)),
    add: (id: SocketId, room: Room, callback?: Callback) => void then(callback, addAll(id, new Set([room]))),
    addAll: (id: SocketId, names: Iterable<Room>, callback?: Callback) => then(callback, addAll(id, new Set(names))),
    del: (id: SocketId, room: Room, callback?: Callback) => then(callback, del(id, room)),
    delAll: (id: SocketId, callback?: Callback) => then(callback, delAll(id)),
    clients: (names: readonly Room[] | Callback, callback?: Callback) => {
      if (typeof names === "function") then(names, membersOf([]));
      else then(callback, membersOf(names));
    },
    clientRooms: (id: SocketId, callback: Callback) => {
      const own = sids.get(id);
      then(callback, own === undefined ? null : [...own]);
    },
  });
}
