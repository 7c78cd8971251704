// Rules of a socket as programs of 2.x know it: whom an emit goes to, what it gives, and what is read as an object.
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import { SocketServer } from "../socket/server.ts";
import type { Socket } from "../socket/socket.ts";
import { LegacySocket } from "./legacy-socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server for programs of 2.x, with two clients of 2.x. */
function createScene() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat: 2 }, platform, chooseDialect);
  const joined: Socket[] = [];
  io.on("connection", (socket: Socket) => void joined.push(socket));
  const [client, other] = [0, 1].map(() => new FakeClient(io.door, platform.clock, { protocol: 3 }));
  const [socket, otherSocket] = joined;
  if (client === undefined || other === undefined || !(socket instanceof LegacySocket) || otherSocket === undefined) {
    throw new Error("Cannot set the scene: a socket is missing");
  }
  client.take();
  other.take();
  return { io, platform, client, other, socket, otherSocket };
}

describe("emit", () => {
  it("gives the socket", () => {
    const { socket } = createScene();
    expect(socket.emit("a")).toBe(socket);
  });

  it("goes to the client", () => {
    const { client, other, socket } = createScene();
    socket.emit("a", 1);
    expect([client.take(), other.take()]).toEqual([['2["a",1]'], []]);
  });

  it.each(["error", "connect", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "calls the program's own listeners of %s, and sends nothing",
    (event) => {
      const { client, socket } = createScene();
      const heard = vi.fn();
      socket.on(event, heard);
      socket.emit(event, 1);
      expect([heard.mock.lastCall, client.take()]).toEqual([[1], []]);
    },
  );

  it("calls them too where it is said to be for others", () => {
    const { other, socket } = createScene();
    const heard = vi.fn();
    socket.on("disconnect", heard);
    socket.broadcast.emit("disconnect", 1);
    expect([heard.mock.calls, other.take()]).toEqual([[[1]], []]);
  });

  it("sends connect_error, which is a name like others", () => {
    const { client, socket } = createScene();
    socket.emit("connect_error", 1);
    expect(client.take()).toEqual(['2["connect_error",1]']);
  });

  it("takes an ack", () => {
    const { client, socket } = createScene();
    const answered = vi.fn();
    socket.emit("a", answered);
    client.send("30[1,2]");
    expect(answered.mock.calls).toEqual([[1, 2]]);
  });
});

describe("whom the next emit is for", () => {
  it.each([
    ["broadcast", (socket: Socket) => socket.broadcast],
    ["to a room", (socket: Socket) => socket.to("room")],
    ["in a room", (socket: Socket) => socket.in("room")],
    ["broadcast to a room", (socket: Socket) => Reflect.apply(socket.to, socket.broadcast, ["room"])],
  ] as const)("is kept on the socket, which is given back: %s", (_, address) => {
    const { client, other, socket, otherSocket } = createScene();
    void otherSocket.join("room");
    void socket.join("room");
    expect(address(socket)).toBe(socket);
    socket.emit("a");
    expect([client.take(), other.take()]).toEqual([[], ['2["a"]']]);
  });

  it("is forgotten with it", () => {
    const { client, other, socket } = createScene();
    socket.to("nowhere");
    socket.emit("a");
    socket.emit("b");
    expect([client.take(), other.take()]).toEqual([['2["b"]'], []]);
  });

  it("is the members of all rooms that were named, each once", () => {
    const { other, socket, otherSocket } = createScene();
    void otherSocket.join(["one", "two"]);
    socket.to("one").to("two").to("one").emit("a");
    expect(other.take()).toEqual(['2["a"]']);
  });

  it("may leave out rooms, as in 4.x", () => {
    const { other, socket, otherSocket } = createScene();
    void otherSocket.join(["one", "two"]);
    socket.to("one").except("two").emit("a");
    socket.except("three").emit("b");
    expect(other.take()).toEqual(['2["b"]']);
  });

  it("is not more than this process, where the socket is told so", () => {
    const { client, socket } = createScene();
    expect(socket.local).toBe(socket);
    socket.local.emit("a");
    expect(client.take()).toEqual(['2["a"]']);
  });

  it("takes no ack, and is forgotten with the refusal", () => {
    const { client, socket } = createScene();
    expect(() => socket.broadcast.emit("a", () => undefined)).toThrow("Callbacks are not supported when broadcasting");
    socket.emit("b");
    expect(client.take()).toEqual(['2["b"]']);
  });
});

describe("flags and fields", () => {
  it("json, volatile, compress and binary give the socket", () => {
    const { socket } = createScene();
    expect([socket.json, socket.volatile, socket.compress(true), socket.binary(false)]).toEqual(Array(4).fill(socket));
    expect(socket.flags).toEqual({ volatile: true, compress: true, binary: false });
  });

  it("hold for one emit", () => {
    const { socket } = createScene();
    socket.binary(true).to("room").emit("a");
    expect([socket.flags, socket._rooms]).toEqual([{}, []]);
  });

  it("acks are read as an object", () => {
    const { socket } = createScene();
    socket.emit("a", () => undefined);
    expect([Object.keys(socket.acks), typeof Reflect.get(socket.acks, "0"), "1" in socket.acks]).toEqual([
      ["0"],
      "function",
      false,
    ]);
  });
});

describe("rooms", () => {
  it("are read as an object, and as a set", () => {
    const { socket } = createScene();
    void socket.join(["red", "blue"]);
    const { rooms } = socket;
    expect(Object.keys(rooms)).toEqual([socket.id, "red", "blue"]);
    expect([Reflect.get(rooms, "red"), Reflect.get(rooms, "green"), "blue" in rooms, "green" in rooms]).toEqual([
      "red",
      undefined,
      true,
      false,
    ]);
    expect([rooms.has("red"), rooms.size, rooms instanceof Set, [...rooms]]).toEqual([
      true,
      3,
      true,
      [socket.id, "red", "blue"],
    ]);
  });

  it("are live, and empty once the socket has ended", () => {
    const { socket } = createScene();
    const { rooms } = socket;
    void socket.join("red");
    expect("red" in rooms).toBe(true);
    socket.disconnect();
    expect(Object.keys(socket.rooms)).toEqual([]);
  });

  it("join and leave give the socket, with a callback and without", async () => {
    const { socket } = createScene();
    const told = vi.fn();
    expect([socket.join("red"), socket.join("blue", told), socket.leave("red"), socket.leave("blue", told)]).toEqual(
      Array(4).fill(socket),
    );
    await Promise.resolve();
    expect(told.mock.calls).toEqual([[null], [null]]);
  });
});

describe("error", () => {
  it("reaches a client of 2.x, which stays", () => {
    const { client, socket } = createScene();
    socket.error("no");
    socket.error({ code: 1 });
    expect([client.take(), socket.connected]).toEqual([['4"no"', '4{"code":1}'], true]);
  });
});
