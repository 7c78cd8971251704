// Rules of what a socket offers to plugins, adapters and instrumentation: they replace it, call it, and read it.
import { PacketType } from "@bowline/protocol";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server, and the socket of a client in its main namespace. */
function createScene(protocol: 3 | 4 = 4) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  let socket: Socket | undefined;
  io.on("connection", (joined: Socket) => {
    socket = joined;
  });
  const client = new FakeClient(io.door, platform.clock, { protocol });
  client.send(...(protocol === 4 ? ["0"] : []));
  client.take();
  if (socket === undefined) throw new Error("Cannot set the scene: the client has not joined");
  return { io, client, socket, platform };
}

describe("a program that puts names of its own on a socket", () => {
  it.each(["host", "attempt", "inbox", "outbox"])("may call one of them %s", (name) => {
    const { client, socket, platform } = createScene();
    Object.assign(socket, { [name]: true });
    socket.on("a", (answer: (text: string) => void) => answer("b"));
    client.send('21["a"]');
    expect([Reflect.get(socket, name), client.take(), platform.uncaught]).toEqual([true, ['31["b"]'], []]);
  });
});

describe("a plugin in the place of onevent", () => {
  it("gets each event, may change it in place, and hands it on", () => {
    const { client, socket } = createScene();
    const heard = vi.fn();
    const { onevent } = socket;
    socket.onevent = function (packet) {
      Reflect.set(Object(packet.data), "1", "changed");
      Reflect.apply(onevent, this, [packet]);
    };
    socket.on("a", heard);
    client.send('2["a","as it was"]');
    expect(heard.mock.calls).toEqual([["changed"]]);
  });

  it("may keep it to itself, and answer it", () => {
    const { client, socket } = createScene();
    const heard = vi.fn();
    socket.onevent = ({ id }) => socket.ack(Number(id))("no", 1);
    socket.on("a", heard);
    client.send('27["a"]');
    expect([heard.mock.calls, client.take()]).toEqual([[], ['37["no",1]']]);
  });
});

describe("a plugin in the place of emit", () => {
  it("sees what is sent by every way", () => {
    const { socket, client } = createScene();
    const seen = vi.fn();
    const { emit } = socket;
    socket.emit = (event: string, ...args: unknown[]) => {
      seen(event);
      return Reflect.apply(emit, socket, [event, ...args]);
    };
    socket.send("x");
    socket.write("y");
    void socket.emitWithAck("z");
    expect([seen.mock.calls, client.take()]).toEqual([
      [["message"], ["message"], ["z"]],
      ['2["message","x"]', '2["message","y"]', '20["z"]'],
    ]);
  });
});

describe("packet()", () => {
  it("sends a packet in the namespace of the socket", () => {
    const { client, socket } = createScene();
    socket.packet({ type: PacketType.EVENT, nsp: "/other", data: ["a", 1] });
    expect(client.take()).toEqual(['2["a",1]']);
  });

  it("sends what somebody else has encoded, where it is said so", () => {
    const { client, socket } = createScene(3);
    socket.packet(['51-["a",{"_placeholder":true,"num":0}]', Uint8Array.of(1)], { preEncoded: true });
    expect(client.take()).toEqual(['51-["a",{"_placeholder":true,"num":0}]', Uint8Array.of(4, 1)]);
  });
});

describe("acks", () => {
  it("are those of emits, and of whoever awaits one by himself", () => {
    const { client, socket } = createScene();
    const [emitted, own] = [vi.fn(), vi.fn()];
    socket.emit("a", emitted);
    socket.acks.set(7, own);
    expect([socket.acks.size, [...socket.acks.keys()], [...socket.acks].length, socket.acks.has(7)]).toEqual([
      2,
      [0, 7],
      2,
      true,
    ]);
    client.send("37[1,2]", "30[3]");
    expect([own.mock.calls, emitted.mock.calls, socket.acks.size]).toEqual([[[1, 2]], [[3]], 0]);
  });

  it("may be answered, replaced and taken away", () => {
    const { client, socket } = createScene();
    const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
    socket.acks.set(1, first).set(1, second).set(2, third);
    socket.acks.get(1)?.("here");
    expect([socket.acks.get(1), socket.acks.delete(2), socket.acks.delete(2)]).toEqual([undefined, true, false]);
    client.send("31[]", "32[]");
    expect([first.mock.calls, second.mock.calls, third.mock.calls]).toEqual([[], [["here"]], []]);
  });

  it("can be answered one after another", () => {
    const { socket } = createScene();
    const answered = vi.fn();
    socket.acks.set(1, answered);
    for (const [id, answer] of socket.acks) answer(id);
    expect(answered.mock.calls).toEqual([[1]]);
  });
});

describe("what stands around a socket", () => {
  it("are its server, adapter, client, connection and request", () => {
    const { io, socket } = createScene();
    const connection = Object.values(io.door.clients)[0];
    expect([socket.server, socket.adapter, socket.conn, socket.client.conn, socket.request]).toEqual([
      io,
      io.sockets.adapter,
      connection,
      connection,
      connection?.request,
    ]);
    expect([socket.client.id, socket.client.request, socket.client.server]).toEqual([
      connection?.id,
      connection?.request,
      io,
    ]);
  });

  it("are the sockets of its client, by id and by namespace", () => {
    const { io, client, socket } = createScene();
    io.of("/chat");
    client.join("/chat");
    const [chat] = [...io.of("/chat").sockets.values()];
    expect([[...socket.client.sockets], [...socket.client.nsps]]).toEqual([
      [
        [socket.id, socket],
        [chat?.id, chat],
      ],
      [
        ["/", socket],
        ["/chat", chat],
      ],
    ]);
  });

  it("are the middlewares of its events", () => {
    const { socket } = createScene();
    const middleware = vi.fn();
    expect([socket.fns, socket.use(middleware).fns]).toEqual([[], [middleware]]);
  });
});

describe("error()", () => {
  it("has no effect towards clients since 3.0, and warns", () => {
    const { client, socket, platform } = createScene();
    socket.error("no");
    expect([client.take(), platform.warnings.map(([code]) => code)]).toEqual([[], ["BOWLINE_NO_ERROR_PACKET"]]);
  });

  it("reaches clients of 2.x", () => {
    const { client, socket } = createScene(3);
    socket.error({ code: 1 });
    expect(client.take()).toEqual(['4{"code":1}']);
  });
});

describe("flags and rooms", () => {
  it("of the next emit are read and written", () => {
    const { client, socket } = createScene();
    Object.assign(socket.flags, { compress: false });
    expect([socket.json, socket.binary(true).flags]).toEqual([socket, { compress: false, binary: true }]);
    socket.emit("a");
    expect([socket.flags, client.take()]).toEqual([{}, ['2["a"]']]);
  });

  it("are left at once, its own as well", () => {
    const { socket } = createScene();
    void socket.join("a");
    socket.leaveAll();
    expect([...socket.rooms]).toEqual([]);
  });

  it("are joined and left with a callback, which gives the socket", async () => {
    const { socket } = createScene();
    const told = vi.fn();
    expect([socket.join("a", told), socket.leave("a", told), told.mock.calls.length]).toEqual([socket, socket, 0]);
    await Promise.resolve();
    expect(told.mock.calls).toEqual([[null], [null]]);
  });

  it("are not joined by a socket that has ended, whose callback is called all the same", async () => {
    const { io, socket } = createScene();
    const told = vi.fn();
    socket.disconnect();
    socket.join("a", told);
    await Promise.resolve();
    expect([told.mock.calls, io.sockets.adapter.rooms.has("a")]).toEqual([[[null]], false]);
  });

  it("that cannot be joined are told to the callback, whose own error is the program's", async () => {
    const { io, socket, platform } = createScene();
    const failure = new Error("the adapter is away");
    io.sockets.adapter.addAll = () => Promise.reject(failure);
    const told = vi.fn().mockImplementation(() => {
      throw new Error("the callback");
    });
    socket.join("a", told);
    await new Promise(setImmediate);
    expect([told.mock.calls, platform.uncaught]).toEqual([[[failure]], [new Error("the callback")]]);
  });
});

describe("clients()", () => {
  it("tells the ids of sockets, in a namespace, in a room, by way of the server", async () => {
    const { io, socket } = createScene();
    const told = vi.fn();
    void socket.join("a");
    expect([io.clients(told), io.sockets.clients(told)]).toEqual([io.sockets, io.sockets]);
    io.in("a").clients(told);
    io.in("b").clients(told);
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [null, [socket.id]],
      [null, [socket.id]],
      [null, [socket.id]],
      [null, []],
    ]);
  });
});

describe("what elder programs write into a chain", () => {
  it("is there, and says nothing", () => {
    const { io, client, socket } = createScene();
    io.json.emit("a");
    io.binary(false).emit("b");
    io.to(socket.id).json.broadcast.binary(true).emit("c");
    expect(client.take()).toEqual(['2["a"]', '2["b"]', '2["c"]']);
  });
});
