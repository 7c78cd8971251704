// Rooms as programs of 2.x read them: objects by name, with `length` and `sockets`, beside the maps that they are.
// Place: adapter -> **room views** -> the user's code
// Rules: nothing is copied, so that a look at a room costs the same however many are in it; adapters themselves read the maps
//        and no view.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { Room, SocketId } from "@bowline/adapter";
import { createObjectView, viewOnce } from "./object-view.ts";

/** What 2.x showed of a room. */
interface RoomView {
  readonly sockets: object;
  readonly length: number;
}

/** Names as an object has them that is true for each. */
function showNames(names: ReadonlySet<string>): object {
  return createObjectView({}, { keys: () => names.keys(), has: (name) => names.has(name), value: () => true });
}

function showRoom(members: ReadonlySet<SocketId>): RoomView {
  return {
    get sockets() {
      return showNames(members);
    },
    get length() {
      return members.size;
    },
  };
}

/** Makes views of maps by what stands behind each of their keys. */
function viewsBy<Value>(show: (value: Value) => object): (map: Map<string, Value>) => Map<string, Value> {
  return viewOnce((map: Map<string, Value>) => ({
    keys: () => map.keys(),
    has: (key) => map.has(key),
    value: (key) => {
      const value = map.get(key);
      return value === undefined ? undefined : show(value);
    },
  }));
}

/** Rooms by name: `rooms["a"].length` and `rooms["a"].sockets`. */
export const showRooms: (rooms: Map<Room, Set<SocketId>>) => Map<Room, Set<SocketId>> = viewsBy(
  (members: Set<SocketId>) => showRoom(members),
);

/** The rooms of each socket: `sids[id]["a"]`. */
export const showSids: (sids: Map<SocketId, Set<Room>>) => Map<SocketId, Set<Room>> = viewsBy((rooms: Set<Room>) =>
  showNames(rooms),
);
