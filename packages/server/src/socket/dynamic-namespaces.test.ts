// Rules of namespaces that are made on demand: which names are welcome, what a new one starts with, and when one ends.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Next } from "./middleware.ts";
import type { Namespace } from "./namespace.ts";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});

  shutDown(): Promise<void> {
    return this.stopEngine();
  }
}

function createServer(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory(options, platform);
  return {
    io,
    clock: platform.clock,
    uncaught: platform.uncaught,
    connect: (clientOptions?: FakeClientOptions) => new FakeClient(io.door, platform.clock, clientOptions),
  };
}

type Decide = (error: Error | null, welcome: boolean) => void;

const WELCOME = /^0\/room-1,/;
const REFUSAL = '4/room-1,{"message":"Invalid namespace"}';

describe("a regular expression", () => {
  it("lets clients into namespaces of matching names and into no others", () => {
    const { io, connect } = createServer();
    io.of(/^\/room-\d+$/);
    const client = connect();
    client.send("0/room-1,", "0/room-x,", "0/room-2?x=1,");
    expect(client.take()).toEqual([
      expect.stringMatching(WELCOME),
      '4/room-x,{"message":"Invalid namespace"}',
      '4/room-2?x=1,{"message":"Invalid namespace"}',
    ]);
  });

  it("lets clients of 2.x in, whose query is no part of the name", () => {
    const { io, connect } = createServer();
    io.of(/^\/room-\d+$/);
    const client = connect({ protocol: 3 });
    client.send("0/room-1?token=x,", "0/room-x,");
    expect(client.take()).toEqual(["0/room-1,", '4/room-x,"Invalid namespace"']);
  });

  it.each([/^\/room-\d+$/g, /^\/room-\d+$/y, /x/gi])("%s is refused, since its answers would alternate", (pattern) => {
    const { io } = createServer();
    expect(() => io.of(pattern)).toThrow(TypeError);
  });

  it("has a namespace that the program asks for by name as its child", () => {
    const { io } = createServer();
    const joined = vi.fn();
    const rooms = io.of(/^\/room-\d+$/, joined);
    const room = io.of("room-1");
    expect([...rooms.children]).toEqual([room]);
    expect([room.listeners("connect"), io.of("/other").listeners("connect")]).toEqual([[joined], []]);
  });

  it("is not asked for a namespace that is there already", () => {
    const { io, connect } = createServer();
    io.of("/room-1");
    const rooms = io.of(/^\/room-\d+$/);
    connect().send("0/room-1,");
    expect([rooms.children.size, io.of("/room-1").sockets.size]).toEqual([0, 1]);
  });

  it("that came first wins", () => {
    const { io, connect } = createServer();
    const [first, second] = [io.of(/^\/room/), io.of(/^\/room-1/)];
    connect().send("0/room-1,");
    expect([first.children.size, second.children.size]).toEqual([1, 0]);
  });
});

describe("a function", () => {
  it("may add to what the client sent, and that shows in the handshake", () => {
    const { io, connect } = createServer();
    const seen: unknown[] = [];
    io.of((_name, auth, next) => {
      auth["checked"] = true;
      next(null, true);
    }).on("connection", (socket) => seen.push({ ...socket.handshake.auth }));
    connect().send('0/room-1,{"token":"x"}', "0/room-2,");
    expect(seen).toEqual([{ token: "x", checked: true }, { checked: true }]);
  });

  it("decides by the name and what the client sent along", () => {
    const { io, connect } = createServer();
    const asked = vi.fn((_name: string, auth: Readonly<Record<string, unknown>>, next: Decide) =>
      next(null, auth["token"] === "x"),
    );
    io.of(asked);
    const [client, old] = [connect(), connect({ protocol: 3 })];
    client.send('0/room-1,{"token":"x"}', '0/room-2,{"token":"y"}');
    old.send("0/room-3?token=x,");
    expect([...client.take(), ...old.take()]).toEqual([
      expect.stringMatching(WELCOME),
      '4/room-2,{"message":"Invalid namespace"}',
      "0/room-3,",
    ]);
    expect(asked.mock.calls.map(([name, auth]) => [name, { ...auth }])).toEqual([
      ["/room-1", { token: "x" }],
      ["/room-2", { token: "y" }],
      ["/room-3", { token: "x" }],
    ]);
  });

  it("that does not want a name leaves it to the next one", () => {
    const { io, connect } = createServer();
    io.of((_name, _auth, next) => next(new Error("not mine"), true));
    const second = io.of((_name, _auth, next) => next(null, true));
    connect().send("0/room-1,");
    expect(second.children.size).toBe(1);
  });

  it("is heard once", () => {
    const { io, connect } = createServer();
    io.of((_name, _auth, next) => {
      next(null, false);
      next(null, true);
    });
    const client = connect();
    client.send("0/room-1,");
    expect(client.take()).toEqual([REFUSAL]);
  });

  it("that throws lets nobody in, and the program is told", () => {
    const mistake = new Error("no");
    const { io, connect, uncaught } = createServer();
    const told = vi.fn();
    io.on("handler_error", told);
    io.of(() => {
      throw mistake;
    });
    const client = connect();
    client.send("0/room-1,");
    expect([client.take(), uncaught]).toEqual([[REFUSAL], []]);
    expect(told.mock.calls).toEqual([[{ error: mistake, handler: "matcher", namespace: "/room-1" }]]);
  });

  it("that throws once it has answered has changed nothing, and its error is the program's", () => {
    const mistake = new Error("too late");
    const { io, connect, uncaught } = createServer();
    io.of((_name, _auth, next) => {
      next(null, true);
      throw mistake;
    });
    const client = connect();
    client.send("0/room-1,");
    expect([client.take(), uncaught]).toEqual([[expect.stringMatching(WELCOME)], [mistake]]);
  });

  it("that rejects lets nobody in either", async () => {
    const mistake = new Error("no");
    const { io, connect, uncaught } = createServer();
    const told = vi.fn();
    io.on("handler_error", told);
    io.of(async () => {
      throw mistake;
    });
    const client = connect();
    client.send("0/room-1,");
    await Promise.resolve();
    expect([client.take(), uncaught]).toEqual([[REFUSAL], []]);
    expect(told.mock.calls).toMatchObject([[{ error: mistake, handler: "matcher" }]]);
  });

  it("may take its time; two clients who ask meanwhile share one namespace", () => {
    const { io, connect } = createServer();
    const decisions: Decide[] = [];
    const made = vi.fn();
    io.on("new_namespace", made);
    const rooms = io.of((_name, _auth, next) => void decisions.push(next));
    const [one, other] = [connect(), connect()];
    one.send("0/room-1,");
    other.send("0/room-1,");
    for (const decide of decisions) decide(null, true);
    expect([...one.take(), ...other.take()]).toEqual([expect.stringMatching(WELCOME), expect.stringMatching(WELCOME)]);
    expect([made.mock.calls.length, rooms.children.size, io.of("/room-1").sockets.size]).toEqual([1, 1, 2]);
  });

  it("makes nothing for a client that has gone meanwhile, and is not asked for one", () => {
    const { io, connect } = createServer();
    const decisions: Decide[] = [];
    const second = vi.fn();
    const rooms = io.of((_name, _auth, next) => void decisions.push(next));
    io.of(second);
    const [one, other] = [connect(), connect()];
    one.send("0/room-1,");
    other.send("0/room-2,");
    one.vanish();
    other.vanish();
    decisions[0]?.(null, true);
    decisions[1]?.(null, false);
    expect([rooms.children.size, second.mock.calls]).toEqual([0, []]);
  });

  it("is not asked by the program's own call, which cannot wait for the answer", () => {
    const { io } = createServer();
    const asked = vi.fn();
    const rooms = io.of(asked);
    io.of("/room-1");
    expect([asked.mock.calls, rooms.children.size]).toEqual([[], 0]);
  });
});

describe("a namespace made on demand", () => {
  it("starts with the middlewares and listeners that its pattern has by then", () => {
    const { io, connect } = createServer();
    const story: string[] = [];
    const rooms = io.of(/^\/room-\d+$/);
    rooms.use((socket, next) => {
      story.push(`${socket.nsp.name} early middleware`);
      next();
    });
    rooms.on("connection", (socket: Socket) => story.push(`${socket.nsp.name} early listener`));
    connect().send("0/room-1,");
    rooms.use((socket, next) => {
      story.push(`${socket.nsp.name} late middleware`);
      next();
    });
    connect().send("0/room-1,");
    connect().send("0/room-2,");
    expect(story).toEqual([
      "/room-1 early middleware",
      "/room-1 early listener",
      "/room-1 early middleware",
      "/room-1 early listener",
      "/room-2 early middleware",
      "/room-2 late middleware",
      "/room-2 early listener",
    ]);
  });

  it("is told of by new_namespace, as those that the program makes are, but for the main one", () => {
    const { io, connect } = createServer();
    const made: string[] = [];
    io.on("new_namespace", (namespace: Namespace) => made.push(namespace.name));
    io.of("/a");
    io.of("/a");
    io.of(/^\/room-\d+$/);
    connect().send("0/room-1,");
    expect(made).toEqual(["/a", "/room-1"]);
  });

  it("stays by default when its last socket has left", () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const client = connect().join("/room-1");
    client.send("1/room-1,");
    expect(rooms.children.size).toBe(1);
  });
});

describe("what is emitted to a pattern", () => {
  it("goes to all its namespaces and to no others", () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    io.of("/lobby");
    const [one, two, lobby] = [connect().join("/room-1"), connect().join("/room-2"), connect().join("/lobby")];
    rooms.emit("a", 1);
    expect([one.take(), two.take(), lobby.take()]).toEqual([['2/room-1,["a",1]'], ['2/room-2,["a",1]'], []]);
  });

  it("goes to rooms of those namespaces", () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const [one, two] = [connect().join("/room-1"), connect().join("/room-2")];
    io.of("/room-1").socketsJoin("readers");
    rooms.to("readers").emit("a");
    expect([one.take(), two.take()]).toEqual([['2/room-1,["a"]'], []]);
    rooms.except("readers").emit("b");
    expect([one.take(), two.take()]).toEqual([[], ['2/room-2,["b"]']]);
  });

  it("may be answered by everybody", async () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const settled = vi.fn();
    const [one, two] = [connect().join("/room-1"), connect().join("/room-2")];
    rooms.timeout(1000).emit("ask", settled);
    expect([one.take(), two.take()]).toEqual([['2/room-1,0["ask"]'], ['2/room-2,0["ask"]']]);
    one.send("3/room-1,0[1]");
    two.send("3/room-2,0[2]");
    await vi.waitFor(() => expect(settled.mock.calls).toEqual([[null, [1, 2]]]));
  });

  it("uses no ack id that one of the namespaces has given to its own sockets", async () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const client = connect().join("/room-1");
    const [own, asked] = [vi.fn(), vi.fn()];
    for (const socket of io.of("/room-1").sockets.values()) socket.emit("own", own);
    rooms.timeout(1000).emit("ask", asked);
    client.send('3/room-1,0["own"]', '3/room-1,1["all"]');
    await vi.waitFor(() => expect([own.mock.calls, asked.mock.calls]).toEqual([[["own"]], [[null, ["all"]]]]));
  });

  it("waits for nobody when the time for answers is up", () => {
    const { io, connect, clock } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const settled = vi.fn();
    const client = connect().join("/room-1");
    rooms.timeout(1000).emit("ask", settled);
    clock.advance(1000);
    client.send("3/room-1,0[1]");
    expect(settled.mock.calls).toEqual([[expect.any(Error), []]]);
  });

  it("has sockets join, leave and go in all of them", () => {
    const { io, connect } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    const client = connect().join("/room-1");
    const { adapter } = io.of("/room-1");
    rooms.socketsJoin("a");
    expect(adapter.rooms.has("a")).toBe(true);
    rooms.socketsLeave("a");
    expect(adapter.rooms.has("a")).toBe(false);
    rooms.disconnectSockets();
    expect(client.take()).toEqual(["1/room-1,"]);
  });

  it("lists no sockets: ids count within one namespace", async () => {
    const { io } = createServer();
    const rooms = io.of(/^\/room-\d+$/);
    await expect(rooms.fetchSockets()).rejects.toThrow(TypeError);
    await expect(rooms.adapter.sockets(new Set())).rejects.toThrow(TypeError);
    expect([rooms.adapter.rooms.size, rooms.adapter.sids.size, rooms.sockets.size]).toEqual([0, 0, 0]);
  });
});

describe("cleanupEmptyChildNamespaces", () => {
  it("forgets a namespace made on demand when its last socket has left; the next client makes it anew", () => {
    const { io, connect } = createServer({ cleanupEmptyChildNamespaces: true });
    const rooms = io.of(/^\/room-\d+$/);
    const [one, other] = [connect().join("/room-1"), connect().join("/room-1")];
    const [room] = rooms.children;
    one.send("1/room-1,");
    expect(rooms.children.size).toBe(1);
    other.vanish();
    expect([rooms.children.size, room?.adapter.rooms.size]).toEqual([0, 0]);
    connect().send("0/room-1,");
    expect([rooms.children.size, rooms.children.has(room ?? rooms)]).toEqual([1, false]);
  });

  it("forgets one whose middlewares refused the only client", () => {
    const { io, connect } = createServer({ cleanupEmptyChildNamespaces: true });
    const rooms = io.of(/^\/room-\d+$/);
    rooms.use((_, next) => next(new Error("no")));
    const client = connect();
    client.send("0/room-1,");
    expect([client.take(), rooms.children.size]).toEqual([['4/room-1,{"message":"no"}'], 0]);
  });

  it("spares one that somebody is on the way into", () => {
    const { io, connect } = createServer({ cleanupEmptyChildNamespaces: true });
    const verdicts: Next[] = [];
    const rooms = io.of(/^\/room-\d+$/);
    rooms.use((_, next) => void verdicts.push(next));
    const [one, other] = [connect(), connect()];
    one.send("0/room-1,");
    other.send("0/room-1,");
    verdicts[0]?.();
    one.vanish();
    verdicts[1]?.();
    expect([...rooms.children].map(({ sockets }) => sockets.size)).toEqual([1]);
  });

  it("spares those that the program made", () => {
    const { io, connect } = createServer({ cleanupEmptyChildNamespaces: true });
    const lobby = io.of("/lobby");
    connect().join("/lobby").vanish();
    expect(io.of("/lobby")).toBe(lobby);
  });

  it("sets no timer that would outlive the server", async () => {
    const { io, connect, clock } = createServer({ cleanupEmptyChildNamespaces: true, connectionStateRecovery: true });
    io.of(/^\/room-\d+$/);
    connect().join("/room-1").vanish();
    connect().join("/room-2");
    await io.shutDown();
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits until nobody can come back, where sessions are kept", () => {
    const recovery = { maxDisconnectionDuration: 1000 };
    const { io, connect, clock } = createServer({
      cleanupEmptyChildNamespaces: true,
      connectionStateRecovery: recovery,
    });
    const rooms = io.of(/^\/room-\d+$/);
    connect().join("/room-1").vanish();
    clock.advance(500);
    connect().join("/room-1").vanish();
    clock.advance(999);
    expect(rooms.children.size).toBe(1);
    clock.advance(1);
    expect(rooms.children.size).toBe(0);
  });
});
