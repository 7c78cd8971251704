// Rules of rooms and broadcasts: who is addressed, who gets it once, who is left out, and what comes back.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { BroadcastTimeoutError } from "./broadcast-answers.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

interface Member {
  readonly socket: Socket;
  readonly client: FakeClient;
}

function createServer() {
  const platform = createFakePlatform();
  const { clock } = platform;
  const io = new ServerInMemory({}, platform);
  /** A client in the main namespace and in these rooms. */
  function member(rooms: readonly string[] = [], options: FakeClientOptions = {}): Member {
    const client = new FakeClient(io.door, clock, options);
    if (options.protocol !== 3) client.join();
    const socket = [...io.sockets.sockets.values()].at(-1);
    if (socket === undefined) throw new Error("Cannot add a member: the namespace refused it");
    void socket.join(rooms);
    return { socket, client };
  }
  return { io, clock, member };
}

/** What each member has got since the last look. */
function taken(...members: readonly Member[]): unknown[] {
  return members.map(({ client }) => client.take().join(" "));
}

const NEWS = '2["news"]';

describe("a socket's rooms", () => {
  it("begin with its own, grow and shrink, live", () => {
    const { socket } = createServer().member();
    const { rooms } = socket;
    void socket.join("a");
    void socket.join(["b", "c"]);
    void socket.leave("a");
    expect([...rooms]).toEqual([socket.id, "b", "c"]);
  });

  it("are no more once it has ended, and it joins none", () => {
    const { io, member } = createServer();
    const { socket } = member(["a"]);
    socket.disconnect();
    void socket.join("b");
    void socket.leave("a");
    expect([[...socket.rooms], io.sockets.adapter.rooms.size, io.sockets.adapter.sids.size]).toEqual([[], 0, 0]);
  });

  it("may be named by numbers, which mean their digits", () => {
    const { io, member } = createServer();
    const one = member();
    Reflect.apply(one.socket.join, one.socket, [42]);
    Reflect.apply(one.socket.join, one.socket, [[43, "44"]]);
    expect([...one.socket.rooms]).toEqual([one.socket.id, "42", "43", "44"]);
    Reflect.apply(one.socket.leave, one.socket, [43]);
    const addressed: unknown = Reflect.apply(io.to, io, [42]);
    expect([...one.socket.rooms]).toEqual([one.socket.id, "42", "44"]);
    expect(addressed).toHaveProperty("emit");
    io.to("42").emit("news");
    expect(taken(one)).toEqual([NEWS]);
  });

  it.each([null, undefined])("are those of nobody where a program has no name for them: %j", (room) => {
    const { io, member } = createServer();
    const one = member();
    const addressed: unknown = Reflect.apply(io.to, io, [room]);
    expect(addressed).toHaveProperty("emit");
    Reflect.apply(one.socket.join, one.socket, [room]);
    expect([[...one.socket.rooms], taken(one)]).toEqual([[one.socket.id, String(room)], [""]]);
  });

  it.each(["__proto__", "constructor", "toString"])("may be called %s", (room) => {
    const { io, member } = createServer();
    const [one, two] = [member([room]), member()];
    io.to(room).emit("news");
    expect(taken(one, two)).toEqual([NEWS, ""]);
  });
});

describe("a broadcast of the server", () => {
  it("reaches everybody in the namespace, and nobody else", () => {
    const { io, member } = createServer();
    io.of("/admin");
    const [one, two] = [member(), member()];
    two.client.join("/admin");
    expect(io.emit("news", 1)).toBe(true);
    expect(taken(one, two)).toEqual(['2["news",1]', '2["news",1]']);
  });

  it("reaches both generations, each in its own form", () => {
    const { io, member } = createServer();
    const [four, three, text] = [member(), member([], { protocol: 3 }), member([], { query: "&b64=1" })];
    io.emit("file", Uint8Array.of(1));
    const head = '51-["file",{"_placeholder":true,"num":0}]';
    expect(four.client.take()).toEqual([head, Uint8Array.of(1)]);
    expect(three.client.take()).toEqual([head, Uint8Array.of(4, 1)]);
    expect(text.client.take()).toEqual([head, "bAQ=="]);
  });

  it("to rooms reaches their members, each once", () => {
    const { io, member } = createServer();
    const [a, both, none] = [member(["a"]), member(["a", "b"]), member()];
    io.to("a").in("b").emit("news");
    expect(taken(a, both, none)).toEqual([NEWS, NEWS, ""]);
    io.in(["a", "b"]).emit("news");
    expect(taken(a, both, none)).toEqual([NEWS, NEWS, ""]);
    io.sockets.in("b").emit("news");
    expect(taken(a, both, none)).toEqual(["", NEWS, ""]);
    io.to("nobody").emit("news");
    expect(taken(a, both, none)).toEqual(["", "", ""]);
  });

  it("leaves out the members of rooms", () => {
    const { io, member } = createServer();
    const [a, both, none] = [member(["a"]), member(["a", "b"]), member()];
    io.except("b").emit("news");
    expect(taken(a, both, none)).toEqual([NEWS, "", NEWS]);
    io.to("a").except(["b", "c"]).emit("news");
    expect(taken(a, both, none)).toEqual([NEWS, "", ""]);
    io.except("a").except("b").emit("news");
    expect(taken(a, both, none)).toEqual(["", "", NEWS]);
  });

  it("reaches one socket by its id", () => {
    const { io, member } = createServer();
    const [one, two] = [member(), member()];
    io.to(two.socket.id).emit("news");
    expect(taken(one, two)).toEqual(["", NEWS]);
  });

  it("is put together step by step, and no step changes the one before", () => {
    const { io, member } = createServer();
    const [a, b] = [member(["a"]), member(["b"])];
    const toA = io.to("a");
    toA.to("b").emit("both");
    toA.except("a").emit("nobody");
    toA.volatile.compress(false).emit("news");
    expect(taken(a, b)).toEqual(['2["both"] 2["news"]', '2["both"]']);
  });

  it("has short forms for the event message, and a local form", () => {
    const { io, member } = createServer();
    const one = member(["a"]);
    expect(io.send(1).write(2)).toBe(io);
    io.sockets.send(3).write(4);
    io.to("a").send(5).write(6);
    io.local.emit("news");
    expect(taken(one)).toEqual([
      [1, 2, 3, 4, 5, 6]
        .map((n) => `2["message",${n}]`)
        .concat(NEWS)
        .join(" "),
    ]);
  });

  it("is dropped where it is volatile and a transport is busy, for that client alone", () => {
    const { io, member } = createServer();
    const [busy, free] = [member(), member()];
    busy.client.port.holdsWrites = true;
    io.emit("a");
    taken(busy, free);
    io.volatile.emit("news");
    busy.client.port.written();
    expect(taken(busy, free)).toEqual(["", NEWS]);
  });

  it("may be compressed unless it says no", () => {
    const { io, member } = createServer();
    const one = member();
    io.compress(false).emit("news");
    taken(one);
    expect(one.client.port.writes.at(-1)?.compress).toBe(false);
    io.emit("news");
    taken(one);
    expect(one.client.port.writes.at(-1)?.compress).toBe(true);
  });

  it.each(["connect", "disconnect", "newListener"])("refuses the name %s", (event) => {
    const { io, member } = createServer();
    const one = member(["a"]);
    expect(() => io.emit(event)).toThrow(TypeError);
    expect(() => io.to("a").emit(event)).toThrow(TypeError);
    expect(taken(one)).toEqual([""]);
  });
});

describe("a broadcast of a socket", () => {
  it("reaches everybody but the socket itself", () => {
    const { member } = createServer();
    const [one, two] = [member(), member()];
    one.socket.broadcast.emit("news");
    one.socket.local.emit("more");
    expect(taken(one, two)).toEqual(["", '2["news"] 2["more"]']);
  });

  it("to rooms leaves the socket out too", () => {
    const { member } = createServer();
    const [one, two, three] = [member(["a"]), member(["a"]), member(["b"])];
    one.socket.to("a").emit("news");
    one.socket.in(["b"]).emit("more");
    one.socket.except("a").emit("rest");
    expect(taken(one, two, three)).toEqual(["", NEWS, '2["more"] 2["rest"]']);
  });

  it("takes the modifiers put on the socket, which are used up", () => {
    const { member } = createServer();
    const [one, two] = [member(), member()];
    two.client.port.holdsWrites = true;
    one.socket.broadcast.emit("a");
    taken(two);
    one.socket.volatile.broadcast.emit("dropped");
    one.socket.broadcast.emit("news");
    two.client.port.written();
    expect(taken(two)).toEqual([NEWS]);
  });
});

describe("a broadcast with an ack", () => {
  it("gathers the first argument of each answer", () => {
    const { io, member, clock } = createServer();
    const [one, two] = [member(["a"]), member(["a"])];
    const before = clock.pendingTimers;
    const settled = vi.fn();
    io.to("a").timeout(100).emit("ask", 1, settled);
    expect(taken(one, two)).toEqual(['20["ask",1]', '20["ask",1]']);
    two.client.send('30["second","more"]');
    expect(settled).not.toHaveBeenCalled();
    one.client.send('30["first"]');
    expect([settled.mock.calls, clock.pendingTimers]).toEqual([[[null, ["second", "first"]]], before]);
  });

  it("counts each client once", () => {
    const { io, member } = createServer();
    const [one, two] = [member(), member()];
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    one.client.send("30[1]", "30[2]");
    expect(settled).not.toHaveBeenCalled();
    two.client.send("30[3]");
    expect(settled.mock.calls).toEqual([[null, [1, 3]]]);
  });

  it("tells when time is up, with the answers that came; later ones are ignored", () => {
    const { io, member, clock } = createServer();
    const [one, two] = [member(), member()];
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    one.client.send("30[1]");
    clock.advance(100);
    two.client.send("30[2]");
    expect(settled.mock.calls).toEqual([[expect.any(BroadcastTimeoutError), [1]]]);
    expect(settled.mock.calls[0]?.[0]).toMatchObject({ message: "operation has timed out", responses: [1] });
  });

  it("settles at once where nobody is addressed", () => {
    const settled = vi.fn();
    createServer().io.to("nobody").timeout(100).emit("ask", settled);
    expect(settled.mock.calls).toEqual([[null, []]]);
  });

  it("needs a time limit, and sends nothing without one", () => {
    const { io, member } = createServer();
    const one = member();
    const message = "Cannot broadcast with an ack: there is no time limit; call timeout(ms) before emit";
    expect(() => io.emit("ask", vi.fn())).toThrow(new TypeError(message));
    expect(taken(one)).toEqual([""]);
  });

  it("waits for the time limit when a client has gone", () => {
    const { io, member, clock } = createServer();
    const [one, two] = [member(), member()];
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    one.client.vanish();
    two.client.send("30[2]");
    expect(settled).not.toHaveBeenCalled();
    clock.advance(100);
    expect(settled.mock.calls).toEqual([[expect.any(BroadcastTimeoutError), [2]]]);
  });

  it("can be awaited, on the server, a namespace, an operator and a socket", async () => {
    const { io, member } = createServer();
    const [one, two] = [member(["a"]), member(["a"])];
    const answers = [
      io.timeout(100).emitWithAck("ask"),
      io.sockets.timeout(100).emitWithAck("ask"),
      io.to("a").timeout(100).emitWithAck("ask"),
      one.socket.timeout(100).broadcast.emitWithAck("ask"),
    ];
    one.client.send("30[1]", "31[1]", "32[1]");
    two.client.send("30[2]", "31[2]", "32[2]", "33[2]");
    expect(await Promise.all(answers)).toEqual([[1, 2], [1, 2], [1, 2], [2]]);
  });

  it("rejects with the answers that came, and without a time limit", async () => {
    const { io, member, clock } = createServer();
    const [one] = [member(), member()];
    const answers = io.timeout(100).emitWithAck("ask");
    one.client.send("30[1]");
    clock.advance(100);
    await expect(answers).rejects.toMatchObject({
      name: "BroadcastTimeoutError",
      code: "BOWLINE_BROADCAST_TIMEOUT",
      message: "operation has timed out",
      responses: [1],
    });
    await expect(io.emitWithAck("ask")).rejects.toThrow(TypeError);
    await expect(io.sockets.emitWithAck("ask")).rejects.toThrow(TypeError);
  });
});

describe("what can be done with many sockets", () => {
  it("is to fetch them", async () => {
    const { io, member } = createServer();
    const [a, b, none] = [member(["a"]), member(["b"]), member()];
    expect(await io.fetchSockets()).toEqual([a.socket, b.socket, none.socket]);
    expect(await io.to("a").to("b").fetchSockets()).toEqual([a.socket, b.socket]);
    expect(await io.except("a").fetchSockets()).toEqual([b.socket, none.socket]);
    expect(await a.socket.broadcast.fetchSockets()).toEqual([b.socket, none.socket]);
  });

  it("is to have them join and leave rooms", () => {
    const { io, member } = createServer();
    const [a, none] = [member(["a"]), member()];
    io.socketsJoin("all");
    io.to("a").socketsJoin(["b", "c"]);
    expect([[...a.socket.rooms].slice(1), [...none.socket.rooms].slice(1)]).toEqual([["a", "all", "b", "c"], ["all"]]);
    io.socketsLeave(["all", "c"]);
    io.in("b").socketsLeave("b");
    expect([[...a.socket.rooms].slice(1), [...none.socket.rooms].slice(1)]).toEqual([["a"], []]);
  });

  it("is to send them away, with or without their connections", () => {
    const { io, member } = createServer();
    const [a, b, rest] = [member(["a"]), member(["b"]), member()];
    io.in("a").disconnectSockets();
    io.in("b").disconnectSockets(true);
    expect(taken(a, b, rest)).toEqual(["1", "1", ""]);
    expect([a, b, rest].map(({ client }) => client.port.closes)).toEqual([0, 1, 0]);
    io.disconnectSockets();
    expect([taken(rest), io.sockets.sockets.size]).toEqual([["1"], 0]);
  });
});

describe("listeners of the server", () => {
  it("are those of its main namespace", () => {
    const { io, member } = createServer();
    const [kept, once, off] = [vi.fn(), vi.fn(), vi.fn()];
    io.on("connection", kept).once("connection", once).on("connection", off).off("connection", off);
    member();
    member();
    expect([kept.mock.calls.length, once.mock.calls.length, off.mock.calls.length]).toEqual([2, 1, 0]);
    io.removeAllListeners("connection");
    member();
    expect(kept.mock.calls.length).toBe(2);
  });
});
