import { describe, expect, test } from "vitest";
import { createFakePlatform, type FakePlatform } from "../test-support/fake-platform.ts";
import { createClient } from "./entry/create-client.ts";
import { GENERATION_2 } from "./entry/generation-2.ts";
import { LegacyManager } from "./legacy-manager.ts";
import { LegacySocket } from "./legacy-socket.ts";

const OPTIONS = { transports: ["websocket"], autoConnect: false };

function createManager(platform: FakePlatform = createFakePlatform()): LegacyManager {
  return new LegacyManager(platform, "http://h:3000", { compat: 2, ...OPTIONS });
}

function createSocket(): LegacySocket {
  const socket = createManager().socket("/");
  if (!(socket instanceof LegacySocket)) throw new TypeError("Cannot go on: the socket is of another class");
  return socket;
}

describe("a manager of 2.x", () => {
  test("is made with and without new", () => {
    const { Manager } = createClient(createFakePlatform(), GENERATION_2);
    const called: unknown = Reflect.apply(Manager, undefined, ["http://h:3000", OPTIONS]);
    expect([called, new Manager("http://h:3000", OPTIONS)]).toEqual([expect.any(Manager), expect.any(Manager)]);
  });

  test("shows the sockets that take part", () => {
    const manager = createManager();
    const socket = manager.socket("/");
    expect([manager.nsps, manager.connecting]).toEqual([{ "/": socket }, []]);
    socket.open();
    expect(manager.connecting).toEqual([socket]);
  });

  test("has no packet that waits, and tells whether it connects by itself", () => {
    const manager = createManager();
    expect([manager.packetBuffer, manager.autoConnect]).toEqual([[], false]);
  });
});

describe("a socket of 2.x", () => {
  test("is the one that io gives", () => {
    const { io } = createClient(createFakePlatform(), GENERATION_2);
    const socket = io("http://h:3000", OPTIONS);
    expect([socket, socket.io]).toEqual([expect.any(LegacySocket), expect.any(LegacyManager)]);
    expect(socket).toBeInstanceOf(io.Socket);
  });

  test("is its own json, and goes on after binary()", () => {
    const socket = createSocket();
    expect([socket.json, socket.binary(false)]).toEqual([socket, socket]);
    socket.emit("a", new Uint8Array([1]));
    expect(socket.sendBuffer).toMatchObject([{ data: ["a", new Uint8Array([1])] }]);
  });

  test("has subscriptions while it takes part", () => {
    const socket = createSocket();
    expect(socket.subs).toBeUndefined();
    expect(socket.open().subs).toEqual([]);
  });

  test("keeps a query that the program may change before it connects", () => {
    const manager = createManager();
    expect(manager.socket("/admin", { query: { token: "a" } }).query).toEqual({ token: "a" });
  });
});
