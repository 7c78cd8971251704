// Rules of the methods of adapters as programs of 2.x call them: with arrays, and with callbacks.
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

describe("the methods", () => {
  it("are so on an adapter that is put in later", async () => {
    const { io, socket } = createScene();
    class Another extends Adapter {}
    io.adapter(Another);
    const told = vi.fn();
    call(io.sockets.adapter, "clients", ["a"], told);
    await new Promise(setImmediate);
    expect([io.sockets.adapter instanceof Another, told.mock.calls]).toEqual([true, [[null, [socket.id]]]]);
  });

  it("are as ever in other programs", () => {
    const { adapter } = createScene({ compat: 4 });
    expect(Reflect.get(adapter, "clients")).toBe(undefined);
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
