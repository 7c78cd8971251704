// Rooms as programs of 2.x read them: objects by name, with `length` and `sockets`, beside the maps that they are.
// Place: adapter -> **room views** -> the user's code
// Rules: nothing is copied but what one reading asks for; adapters themselves read the maps and no view.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Room, SocketId } from "@bowline/adapter";
import { createObjectView } from "./object-view.ts";

/** What 2.x showed of a room. */
interface RoomView {
  readonly sockets: Readonly<Record<SocketId, true>>;
  readonly length: number;
}

function asFlags(names: Iterable<string>): Record<string, true> {
  return Object.fromEntries([...names].map((name) => [name, true] as const));
}

/** Makes a view of a map by what stands behind each of its keys. */
function view<Value>(map: Map<string, Value>, show: (value: Value) => unknown): Map<string, Value> {
  return createObjectView(map, {
    keys: () => map.keys(),
    has: (key) => map.has(key),
    value: (key) => {
      const value = map.get(key);
      return value === undefined ? undefined : show(value);
    },
  });
}

/** Rooms by name: `rooms["a"].length` and `rooms["a"].sockets`. */
export function showRooms(rooms: Map<Room, Set<SocketId>>): Map<Room, Set<SocketId>> {
  return view(rooms, (members): RoomView => ({ sockets: asFlags(members), length: members.size }));
}

/** The rooms of each socket: `sids[id]["a"]`. */
export function showSids(sids: Map<SocketId, Set<Room>>): Map<SocketId, Set<Room>> {
  return view(sids, asFlags);
}
