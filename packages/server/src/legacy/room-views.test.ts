// Rules of rooms as programs of 2.x read them, who read them with every message and let clients name them.
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import { SocketServer } from "../socket/server.ts";
import { showRooms, showSids } from "./room-views.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createRooms() {
  const members = new Set(["x"]);
  const rooms = new Map([["a", members]]);
  return { members, rooms, view: showRooms(rooms) };
}

function keysOf(view: unknown): string[] {
  return typeof view === "object" && view !== null ? Object.keys(view) : [];
}

describe("rooms as an object", () => {
  it("have members by name, and how many these are", () => {
    expect({ ...createRooms().view }).toEqual({ a: { sockets: { x: true }, length: 1 } });
  });

  it("are not copied by a look, however many members there are", () => {
    const { members, view } = createRooms();
    const looks = vi.spyOn(members, "keys");
    const iterations = vi.spyOn(members, Symbol.iterator);
    const room: unknown = Reflect.get(view, "a");
    members.add("y");
    expect(room).toMatchObject({ length: 2, sockets: { y: true } });
    expect([looks.mock.calls.length, iterations.mock.calls.length]).toEqual([0, 0]);
  });

  it("are the same object with each look", () => {
    const { rooms, view } = createRooms();
    expect(showRooms(rooms)).toBe(view);
  });

  it.each(["__proto__", "constructor", "size", "get", "then", "toJSON", "0", "hasOwnProperty", ""])(
    "that a client calls %j break nothing, and can be joined and left",
    (name) => {
      const rooms = new Map<string, Set<string>>([[name, new Set(["x"])]]);
      const sids = new Map([["x", new Set([name])]]);
      const [view, own] = [showRooms(rooms), showSids(sids)];
      expect([Object.keys(view), view.get(name), view.size, keysOf(Reflect.get(own, "x"))]).toEqual([
        [name],
        new Set(["x"]),
        1,
        [name],
      ]);
      expect(() => JSON.stringify([view, own])).not.toThrow();
      view.delete(name);
      expect([rooms.size, Object.keys(view), Object.keys(Object.prototype)]).toEqual([0, [], []]);
    },
  );
});

it("a broadcast reads the sockets themselves, and no view of them", () => {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat: 2 }, platform, chooseDialect);
  const clients = [1, 2, 3].map(() => new FakeClient(io.door, platform.clock).join());
  const views = vi.spyOn(io.sockets, "sockets", "get");
  io.emit("a");
  expect([clients.map((client) => client.take()), views.mock.calls]).toEqual([
    [['2["a"]'], ['2["a"]'], ['2["a"]']],
    [],
  ]);
});
