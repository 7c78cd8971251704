// Rules of an adapter as programs of 2.x use it: rooms and sids are objects, and methods take arrays and callbacks.
import { Adapter } from "@bowline/adapter";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import type { ServerOptions } from "../socket/options.ts";
import { SocketServer } from "../socket/server.ts";
import type { Socket } from "../socket/socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server for programs of 2.x, and the adapter of its main namespace with a socket in a room. */
function createScene(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat: 2, ...options }, platform, chooseDialect);
  let socket: Socket | undefined;
  io.on("connection", (joined: Socket) => {
    socket = joined;
  });
  const client = new FakeClient(io.door, platform.clock, { protocol: 3 });
  if (socket === undefined) throw new Error("Cannot set the scene: the client has not joined");
  void socket.join("a");
  return { io, platform, client, socket, adapter: io.sockets.adapter };
}

/** Calls a method by its name, as programs in plain JavaScript do. */
function call(adapter: Adapter, method: string, ...args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(adapter, method);
  return typeof found === "function" ? Reflect.apply(found, adapter, args) : "no method";
}

describe("rooms and sids", () => {
  it("are objects to who reads them so", () => {
    const { adapter, socket } = createScene();
    const { id } = socket;
    expect(JSON.parse(JSON.stringify([adapter.rooms, adapter.sids]))).toEqual([
      { [id]: { sockets: { [id]: true }, length: 1 }, a: { sockets: { [id]: true }, length: 1 } },
      { [id]: { [id]: true, a: true } },
    ]);
    expect([Reflect.get(adapter.rooms, "b"), "a" in adapter.rooms, Object.hasOwn(adapter.rooms, "a")]).toEqual([
      undefined,
      true,
      true,
    ]);
    expect(Reflect.apply(Reflect.get(adapter.rooms, "hasOwnProperty"), adapter.rooms, ["a"])).toBe(true);
  });

  it("are maps of sets to who reads them so", () => {
    const { adapter, socket } = createScene();
    expect([adapter.rooms.get("a"), adapter.sids.get(socket.id), adapter.rooms.size]).toEqual([
      new Set([socket.id]),
      new Set([socket.id, "a"]),
      2,
    ]);
  });

  it("are so on an adapter that is put in later", () => {
    const { io } = createScene();
    class Another extends Adapter {}
    io.adapter(Another);
    expect([io.sockets.adapter instanceof Another, Object.keys(io.sockets.adapter.rooms).includes("a")]).toEqual([
      true,
      true,
    ]);
  });

  it("are plain maps in other programs", () => {
    const { adapter } = createScene({ compat: 4 });
    expect([Object.keys(adapter.rooms), Reflect.get(adapter, "clients")]).toEqual([[], undefined]);
  });
});

describe("a method with a callback", () => {
  it.each([
    ["add", ["id", "r"]],
    ["addAll", ["id", ["r", "s"]]],
    ["del", ["id", "r"]],
    ["delAll", ["id"]],
  ] as const)("does its work, and calls back in a turn of its own: %s", async (method, args) => {
    const { adapter } = createScene();
    const told = vi.fn();
    expect([call(adapter, method, ...args, told), told.mock.calls]).toEqual([undefined, []]);
    await Promise.resolve();
    expect(told.mock.calls).toEqual([[null]]);
  });

  it("joins and leaves", () => {
    const { adapter } = createScene();
    call(adapter, "addAll", "id", ["r", "s"]);
    call(adapter, "add", "id", "t");
    call(adapter, "del", "id", "r");
    expect([...(adapter.sids.get("id") ?? [])]).toEqual(["s", "t"]);
    call(adapter, "delAll", "id");
    expect(adapter.sids.has("id")).toBe(false);
  });

  it("finds the members of rooms, and of all where none are named", async () => {
    const { adapter, socket } = createScene();
    const told = vi.fn();
    call(adapter, "clients", ["a"], told);
    call(adapter, "clients", ["b"], told);
    call(adapter, "clients", told);
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [null, [socket.id]],
      [null, []],
      [null, [socket.id]],
    ]);
  });

  it("finds the rooms of a socket, or null for one that is not there", async () => {
    const { adapter, socket } = createScene();
    const told = vi.fn();
    call(adapter, "clientRooms", socket.id, told);
    call(adapter, "clientRooms", "nobody", told);
    await Promise.resolve();
    expect(told.mock.calls).toEqual([
      [null, [socket.id, "a"]],
      [null, null],
    ]);
  });

  it("tells what failed, and what the callback throws is the program's", async () => {
    const failure = new Error("the broker is away");
    class Away extends Adapter {
      override sockets(): Promise<Set<string>> {
        return Promise.reject(failure);
      }
    }
    const { adapter, platform } = createScene({ adapter: Away });
    const told = vi.fn().mockImplementation(() => {
      throw new Error("the callback");
    });
    call(adapter, "clients", told);
    await new Promise(setImmediate);
    expect([told.mock.calls, platform.uncaught]).toEqual([[[failure]], [new Error("the callback")]]);
  });
});
