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
