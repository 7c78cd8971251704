// Rules of rooms that no model of plain maps tells: what listeners see and do, and sockets that come later.
import { describe, expect, it } from "vitest";
import type { AdapterSocket } from "./contract.ts";
import { type RoomEvents, Rooms } from "./rooms.ts";

const ROOM: ReadonlySet<string> = new Set(["a"]);

function socketOf(id: string): AdapterSocket {
  return { id, handshake: {}, rooms: new Set(), data: {}, join() {}, leave() {}, disconnect() {} };
}

function createRooms(emit: RoomEvents["emit"] = () => undefined) {
  const sockets = new Map<string, AdapterSocket>();
  return { rooms: new Rooms({ sockets }, { emit }), sockets };
}

describe("a listener", () => {
  it("finds a room empty when it is made, and when its last member has left", () => {
    const seen: unknown[] = [];
    const { rooms } = createRooms((event: string, room: string) => seen.push([event, rooms.byRoom.get(room)?.size]));
    rooms.join("x", ROOM);
    rooms.leaveAll("x");
    expect(seen).toEqual([
      ["create-room", 0],
      ["join-room", 1],
      ["leave-room", 0],
      ["delete-room", undefined],
    ]);
  });

  it("that has somebody join a room that is being left keeps it", () => {
    const { rooms } = createRooms((event: string) => {
      if (event === "leave-room") rooms.join("y", ROOM);
    });
    rooms.join("x", ROOM);
    rooms.leave("x", "a");
    expect([...rooms.byRoom]).toEqual([["a", new Set(["y"])]]);
  });

  it("that has somebody join a room while it leaves for good keeps nobody there", () => {
    const { rooms } = createRooms((event: string, room: string) => {
      if (event === "leave-room" && room === "a") rooms.join("x", new Set(["b"]));
    });
    rooms.join("x", ROOM);
    rooms.leaveAll("x");
    expect([rooms.byRoom.size, rooms.bySocket.size, rooms.of("x")]).toEqual([0, 0, undefined]);
  });
});

describe("a member", () => {
  it("whose socket comes later is reached from then on", () => {
    const { rooms, sockets } = createRooms();
    rooms.join("x", ROOM);
    const before = rooms.addressed({ rooms: ROOM });
    sockets.set("x", socketOf("x"));
    expect([before, rooms.addressed({ rooms: ROOM })]).toEqual([[], [sockets.get("x")]]);
  });

  it("that leaves its only room is there, and in none", () => {
    const { rooms } = createRooms();
    rooms.join("x", ROOM);
    rooms.leave("x", "a");
    expect([rooms.of("x"), [...rooms.bySocket.keys()]]).toEqual([new Set(), ["x"]]);
  });

  it("keeps the set of its rooms that a program holds", () => {
    const { rooms } = createRooms();
    rooms.join("x", ROOM);
    const held = rooms.of("x");
    rooms.join("x", new Set(["b"]));
    rooms.leave("x", "a");
    expect(held).toEqual(new Set(["b"]));
  });
});

describe("the maps and sets that programs see", () => {
  it("change the rooms when they are written to, as an adapter does that keeps them by itself, and nobody is told", () => {
    const told: string[] = [];
    const { rooms, sockets } = createRooms((event: string) => told.push(event));
    for (const id of ["x", "y"]) sockets.set(id, socketOf(id));
    const { byRoom, bySocket } = rooms;
    bySocket.set("x", new Set());
    bySocket.get("x")?.add("a");
    byRoom.set("a", new Set());
    byRoom.get("a")?.add("x");
    byRoom.set("b", new Set(["x", "y"]));
    const ids = (room: string) => rooms.addressed({ rooms: new Set([room]) }).map(({ id }) => id);
    expect([ids("a"), ids("b"), told]).toEqual([["x"], ["x", "y"], []]);
    expect([[...byRoom], [...bySocket]]).toEqual([
      [
        ["a", new Set(["x"])],
        ["b", new Set(["x", "y"])],
      ],
      [
        ["x", new Set(["a", "b"])],
        ["y", new Set(["b"])],
      ],
    ]);
    expect([
      byRoom.get("b")?.delete("x"),
      byRoom.get("b")?.delete("x"),
      bySocket.delete("y"),
      bySocket.delete("y"),
    ]).toEqual([true, false, true, false]);
    expect([[...byRoom.keys()], rooms.of("x"), ids("b")]).toEqual([["a"], new Set(["a"]), []]);
    expect([byRoom.delete("a"), byRoom.delete("a"), rooms.of("x"), told]).toEqual([true, false, new Set(), []]);
  });

  it("can be emptied", () => {
    const { rooms, sockets } = createRooms();
    sockets.set("x", socketOf("x"));
    rooms.join("x", new Set(["a", "b"]));
    rooms.byRoom.get("a")?.clear();
    const left = [...rooms.byRoom.keys()];
    rooms.byRoom.clear();
    const everybody = rooms.addressed({ rooms: new Set() });
    rooms.bySocket.clear();
    expect([left, everybody.length, rooms.addressed({ rooms: new Set() })]).toEqual([["b"], 1, []]);
  });

  it("take the very set that a program gives as the rooms of a socket", () => {
    const { rooms } = createRooms();
    const own = new Set(["a"]);
    rooms.bySocket.set("x", own);
    rooms.join("x", new Set(["b"]));
    expect([own, rooms.bySocket.get("x") === own]).toEqual([new Set(["a", "b"]), true]);
  });
});
