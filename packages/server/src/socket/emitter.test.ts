// Rules of the emitters that programs listen on: they are Node's own in all that Node offers, though emit sends.
import { EventEmitter, once } from "node:events";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server, and the socket of a client in its main namespace. */
function createScene() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  let socket: Socket | undefined;
  io.on("connection", (joined: Socket) => {
    socket = joined;
  });
  const client = new FakeClient(io.door, platform.clock).join();
  if (socket === undefined) throw new Error("Cannot set the scene: the client has not joined");
  io.removeAllListeners();
  return { io, client, socket, connect: () => new FakeClient(io.door, platform.clock).join() };
}

describe.each([
  ["a socket", ({ socket }: ReturnType<typeof createScene>) => socket],
  ["a namespace", ({ io }: ReturnType<typeof createScene>) => io.sockets],
] as const)("%s", (_, pick) => {
  it("is an emitter of Node", () => {
    expect(pick(createScene())).toBeInstanceOf(EventEmitter);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "_events"])(
    "knows an event %s as any other",
    (event) => {
      const { socket, client } = createScene();
      const emitter: EventEmitter = socket;
      const before = [emitter.listenerCount(event), emitter.listeners(event), emitter.eventNames()];
      client.send(`2["${event}",1]`);
      const heard = vi.fn();
      emitter.once(event, heard);
      client.send(`2["${event}",2]`, `2["${event}",3]`);
      expect([before, heard.mock.calls, emitter.eventNames()]).toEqual([[0, [], []], [[2]], []]);
    },
  );

  it("tells of listeners that come and go", () => {
    const emitter: EventEmitter = pick(createScene());
    const told = vi.fn();
    const listener = () => undefined;
    emitter.on("newListener", (event: unknown) => void told("new", event));
    emitter.on("removeListener", (event: unknown) => void told("gone", event));
    emitter.on("a", listener).prependListener("b", listener).off("a", listener);
    expect(told.mock.calls).toEqual([
      ["new", "removeListener"],
      ["new", "a"],
      ["new", "b"],
      ["gone", "a"],
    ]);
  });

  it("sends no event of these names for the program", () => {
    const scene = createScene();
    const emitter = pick(scene);
    emitter.on("newListener", () => undefined);
    expect(() => emitter.emit("newListener", "a")).toThrow('"newListener" is a reserved event name');
  });
});

describe("the server", () => {
  it("passes as an emitter of Node, and has the listeners of its main namespace", () => {
    const { io } = createScene();
    const listener = () => undefined;
    expect(io).toBeInstanceOf(EventEmitter);
    expect([
      io.addListener("a", listener),
      io.prependListener("b", listener),
      io.prependOnceListener("c", listener),
      io.removeListener("b", listener),
      io.setMaxListeners(7),
      io.removeAllListeners("c"),
    ]).toEqual(Array(6).fill(io.sockets));
    expect([
      io.getMaxListeners(),
      io.listeners("a"),
      io.rawListeners("a"),
      io.listenerCount("a"),
      io.eventNames(),
      io.sockets.listenerCount("a"),
    ]).toEqual([7, [listener], [listener], 1, ["a"], 1]);
  });

  it("takes listeners of its main namespace off again", () => {
    const { io } = createScene();
    const [gone, kept] = [() => undefined, () => undefined];
    io.on("a", gone);
    io.on("a", kept);
    expect([io.off("a", gone), io.listeners("a")]).toEqual([io.sockets, [kept]]);
  });

  it("can be waited for", async () => {
    const { io, connect } = createScene();
    const joined = once(io, "connection");
    connect();
    expect(await joined).toEqual([expect.objectContaining({ connected: true })]);
  });

  it("forgets all listeners at once", () => {
    const { io } = createScene();
    io.on("a", () => undefined);
    io.removeAllListeners();
    expect(io.eventNames()).toEqual([]);
  });

  it("asks the namespace that the program has put in the place of the main one", () => {
    const { io } = createScene();
    io.sockets = io.of("/other");
    io.on("a", () => undefined);
    expect(io.of("/other").eventNames()).toEqual(["a"]);
  });
});
