// Rules of a namespace as programs of 2.x know it: whom an emit goes to, what it gives, and what is read as an object.
import { Adapter, type AdapterNamespace } from "@bowline/adapter";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import type { Namespace } from "../socket/namespace.ts";
import { SocketServer } from "../socket/server.ts";
import type { Socket } from "../socket/socket.ts";
import { LegacyNamespace } from "./legacy-namespace.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server for programs of 2.x, with a client in a room and one that is in none. */
function createScene() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat: 2 }, platform, chooseDialect);
  const joined: Socket[] = [];
  io.on("connection", (socket: Socket) => void joined.push(socket));
  const member = new FakeClient(io.door, platform.clock, { protocol: 3 });
  const other = new FakeClient(io.door, platform.clock, { protocol: 3 });
  const [socket, otherSocket] = joined;
  const { sockets: namespace } = io;
  if (socket === undefined || otherSocket === undefined || !(namespace instanceof LegacyNamespace)) {
    throw new Error("Cannot set the scene: a socket is missing");
  }
  void socket.join("room");
  member.take();
  other.take();
  return { io, namespace, member, other, socket, otherSocket };
}

describe("a namespace", () => {
  it("shows its middlewares, and may be asked to send bytes", () => {
    const { namespace, member } = createScene();
    const middleware = (_: unknown, next: () => void) => next();
    namespace.use(middleware);
    namespace.binary(false).emit("a", 1);
    expect([namespace.fns, member.take()]).toEqual([[middleware], ['2["a",1]']]);
  });
});

describe("emit", () => {
  it("gives the namespace, by whatever way", () => {
    const { io, namespace } = createScene();
    expect([namespace.emit("a"), io.emit("a"), namespace.send("a")]).toEqual([namespace, namespace, namespace]);
  });

  it("goes to everybody", () => {
    const { io, member, other } = createScene();
    io.emit("a", 1);
    expect([member.take(), other.take()]).toEqual([['2["a",1]'], ['2["a",1]']]);
  });

  it.each(["connect", "connection", "newListener"])("calls the program's own listeners of %s", (event) => {
    const { io, member } = createScene();
    const heard = vi.fn();
    io.sockets.on(event, heard);
    io.emit(event, 1);
    expect([heard.mock.lastCall, member.take()]).toEqual([[1], []]);
  });

  it("sends other names, also those of sockets", () => {
    const { io, member } = createScene();
    io.emit("disconnect", 1);
    expect(member.take()).toEqual(['2["disconnect",1]']);
  });
});

describe("whom the next emit is for", () => {
  it.each([
    ["to", (namespace: Namespace) => namespace.to("room")],
    ["in", (namespace: Namespace) => namespace.in("room")],
  ] as const)("is kept on the namespace, which is given back: %s", (_, address) => {
    const { namespace, member, other } = createScene();
    expect(address(namespace)).toBe(namespace);
    expect(namespace.rooms).toEqual(["room"]);
    namespace.emit("a");
    namespace.emit("b");
    expect([member.take(), other.take()]).toEqual([['2["a"]', '2["b"]'], ['2["b"]']]);
  });

  it("is kept by way of the server as well", () => {
    const { io, member, other } = createScene();
    io.to("room");
    io.emit("a");
    expect([member.take(), other.take()]).toEqual([['2["a"]'], []]);
  });

  it("is the members of all rooms that were named, each once", () => {
    const { io, member } = createScene();
    io.to("room").to("other").to("room").emit("a");
    expect(member.take()).toEqual(['2["a"]']);
  });

  it("counts for what came with later generations too", async () => {
    const { io, namespace, socket } = createScene();
    const found = await io.in("room").fetchSockets();
    expect([found, namespace.rooms]).toEqual([[socket], []]);
  });

  it("takes no ack, and is forgotten with the refusal", () => {
    const { io, member, other } = createScene();
    expect(() => io.to("room").emit("a", () => undefined)).toThrow("Callbacks are not supported when broadcasting");
    io.emit("b");
    expect([member.take(), other.take()]).toEqual([['2["b"]'], ['2["b"]']]);
  });

  it("may leave out rooms, as in 4.x", () => {
    const { io, member, other } = createScene();
    io.except("room").emit("a");
    expect([member.take(), other.take()]).toEqual([[], ['2["a"]']]);
  });
});

describe("flags", () => {
  it("are kept for the next emit on the namespace, which is given back", () => {
    const { namespace } = createScene();
    expect([
      namespace.volatile,
      namespace.local,
      namespace.compress(false),
      namespace.json,
      namespace.binary(true),
    ]).toEqual(Array(5).fill(namespace));
    expect(namespace.flags).toEqual({ volatile: true, local: true, compress: false, binary: true });
    namespace.emit("a");
    expect(namespace.flags).toEqual({});
  });
});

describe("clients", () => {
  it("are told by their ids, those of a room where that was said before", async () => {
    const { io, socket, otherSocket } = createScene();
    const told = vi.fn();
    io.in("room").clients(told);
    io.clients(told);
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [null, [socket.id]],
      [null, [socket.id, otherSocket.id]],
    ]);
  });
});

describe("sockets and connected", () => {
  it.each(["sockets", "connected"] as const)("are read as an object, and as a map: %s", (name) => {
    const { namespace, socket, otherSocket } = createScene();
    const view = namespace[name];
    expect(Object.keys(view)).toEqual([socket.id, otherSocket.id]);
    expect([Reflect.get(view, socket.id), Reflect.get(view, "nobody"), socket.id in view]).toEqual([
      socket,
      undefined,
      true,
    ]);
    expect([view.get(socket.id), view.size, view instanceof Map]).toEqual([socket, 2, true]);
  });

  it("are live", () => {
    const { namespace, socket, otherSocket } = createScene();
    const { connected } = namespace;
    socket.disconnect();
    expect(Object.keys(connected)).toEqual([otherSocket.id]);
  });

  it("are there before the adapter, which may look at them when it is made", () => {
    const seen: unknown[] = [];
    const adapter = (namespace: AdapterNamespace) => {
      seen.push(namespace.sockets.size);
      return new Adapter(namespace);
    };
    new SocketServer({ compat: 2, adapter }, createFakePlatform(), chooseDialect);
    expect(seen).toEqual([0]);
  });
});
