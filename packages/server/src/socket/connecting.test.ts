// Rules of joining: who gets into a namespace, what both sides are told, and who is kept out.

import { Adapter } from "@bowline/adapter";
import { createFakePlatform, FakeClient, type FakeClientOptions, FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Next } from "./middleware.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer(options: ConstructorParameters<typeof SocketServer>[0] = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory(options, platform);
  return {
    io,
    platform,
    clock: platform.clock,
    connect: (clientOptions?: FakeClientOptions) => new FakeClient(io.door, platform.clock, clientOptions),
  };
}

describe("a client of generation 4", () => {
  it("is in no namespace until it asks", () => {
    const { io, connect } = createServer();
    const client = connect();
    expect([client.take(), io.sockets.sockets.size]).toEqual([[], 0]);
  });

  it("gets an id of its own for each namespace, none of them its session's", () => {
    const { io, connect } = createServer();
    io.of("/admin");
    const client = connect();
    client.send("0", "0/admin,");
    const [main] = [...io.sockets.sockets.keys()];
    const [admin] = [...io.of("/admin").sockets.keys()];
    expect(client.take()).toEqual([`0{"sid":"${main}"}`, `0/admin,{"sid":"${admin}"}`]);
    expect(new Set([main, admin, client.sid]).size).toBe(3);
  });

  it("is told that it is connected before a listener's events reach it", () => {
    const { io, connect } = createServer();
    io.on("connection", (socket) => socket.emit("hello", socket.connected));
    const client = connect();
    client.send("0");
    expect(client.take()).toEqual([expect.stringMatching(/^0\{"sid"/), '2["hello",true]']);
  });

  it("hands in auth with its request", () => {
    const { io, connect } = createServer();
    const auths: unknown[] = [];
    io.on("connection", (socket) => auths.push(socket.handshake.auth));
    connect().send('0{"token":"x","__proto__":{"admin":true}}');
    expect(JSON.stringify(auths)).toBe('[{"token":"x","__proto__":{"admin":true}}]');
  });

  it.each(["0/admin?token=x,", "0/nope,", "0/__proto__,", "0/constructor,"])("does not get in by %s", (request) => {
    const { io, connect } = createServer();
    io.of("/admin");
    const client = connect();
    client.send(request);
    const namespace = request.slice(1, -1);
    expect(client.take()).toEqual([`4${namespace},{"message":"Invalid namespace"}`]);
  });

  it("may ask again after a refusal, on the same connection", () => {
    const { io, connect } = createServer();
    const client = connect();
    client.send("0/late,");
    client.take();
    io.of("/late");
    client.send("0/late,");
    expect(client.take()).toEqual([expect.stringMatching(/^0\/late,\{"sid"/)]);
  });

  it("is sent away when it joins nothing within the connect timeout", () => {
    const { connect, clock } = createServer({ connectTimeout: 5000 });
    const [idle, refused, joined] = [connect(), connect(), connect()];
    refused.send("0/nope,");
    joined.send("0");
    clock.advance(4999);
    expect([idle.port.closes, refused.port.closes]).toEqual([0, 0]);
    clock.advance(1);
    expect([idle.port.closes, refused.port.closes, joined.port.closes]).toEqual([1, 1, 0]);
  });

  it("that goes before the connect timeout leaves no timer behind", () => {
    const { connect, clock } = createServer();
    const before = clock.pendingTimers;
    connect().vanish();
    expect(clock.pendingTimers).toBe(before);
  });
});

describe("a client of generation 2", () => {
  it("is in the main namespace unasked, and reads so in the answer to its handshake", () => {
    const { io } = createServer();
    const exchange = new FakeExchange("/socket.io/?EIO=3&transport=polling");
    io.door.handleRequest(exchange);
    const { body } = exchange.answer ?? {};
    const [sid] = [...io.sockets.sockets.keys()];
    expect(body).toMatch(/^\d+:0\{"sid".*\}2:40$/);
    expect(body).toContain(`"sid":"${sid}"`);
  });

  it("gets ids that follow from its session's", () => {
    const { io, connect } = createServer();
    io.of("/admin");
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    expect(client.take()).toEqual(["0/admin,"]);
    expect([...io.sockets.sockets.keys(), ...io.of("/admin").sockets.keys()]).toEqual([
      client.sid,
      `/admin#${client.sid}`,
    ]);
  });

  it("may put a query behind the name, which becomes query and auth", () => {
    const { io, connect } = createServer();
    const seen: unknown[] = [];
    io.of("/admin").on("connection", ({ handshake }) => seen.push({ ...handshake.query }, { ...handshake.auth }));
    connect({ protocol: 3, query: "&room=1" }).send("0/admin?token=a%20b&x=1&x=2,");
    expect(seen).toEqual([
      { EIO: "3", transport: "websocket", room: "1", token: "a b", x: ["1", "2"] },
      { token: "a b", x: ["1", "2"] },
    ]);
  });

  it("is refused with a text", () => {
    const { connect } = createServer();
    const client = connect({ protocol: 3 });
    client.send("0/nope,");
    expect(client.take()).toEqual(['4/nope,"Invalid namespace"']);
  });

  it("is refused with the data of the refusal where there is some, also by the main namespace", () => {
    const { io, connect } = createServer();
    io.use((_, next) => next(Object.assign(new Error("no"), { data: { code: 7 } })));
    const client = connect({ protocol: 3 });
    expect([client.port.messages.at(-1), client.port.closes]).toEqual(['44{"code":7}', 0]);
  });

  it("knows no connect timeout", () => {
    const { io, connect, clock } = createServer({ connectTimeout: 1000 });
    io.use((_, next) => next(new Error("no")));
    const client = connect({ protocol: 3 });
    clock.advance(1000);
    expect(client.port.closes).toBe(0);
  });
});

describe("a namespace", () => {
  it("is made once per name, with or without the slash", () => {
    const { io } = createServer();
    expect(io.of("chat")).toBe(io.of("/chat"));
    expect(io.of("chat").name).toBe("/chat");
    expect([io.of(""), io.of("/")]).toEqual([io.sockets, io.sockets]);
  });

  it("is refused a name with a comma, which could not be sent", () => {
    const message = 'Cannot make namespace "/a,b": a comma ends the name on the wire; use another character';
    expect(() => createServer().io.of("/a,b")).toThrow(new TypeError(message));
  });

  it("takes a listener for its connections", () => {
    const { io, connect } = createServer();
    const joined = vi.fn();
    io.of("/chat", joined);
    connect().send("0/chat,");
    expect(joined.mock.calls).toEqual([[[...io.of("/chat").sockets.values()][0]]]);
  });

  it("tells connect before connection, and a listener that throws is reported", () => {
    const { io, connect, platform } = createServer();
    const told: string[] = [];
    const mistake = new Error("a listener's mistake");
    io.on("connection", () => {
      told.push("connection");
      throw mistake;
    });
    io.on("connect", () => told.push("connect"));
    const client = connect();
    client.send("0");
    expect([told, platform.uncaught, io.sockets.sockets.size]).toEqual([["connect", "connection"], [mistake], 1]);
  });

  it("has an adapter made by the program, where it gives one", () => {
    const made: string[] = [];
    const { io } = createServer({
      adapter: (namespace) => {
        made.push(namespace.name);
        return new Adapter(namespace);
      },
    });
    io.of("/chat");
    expect(made).toEqual(["/", "/chat"]);
  });
});

describe("a middleware", () => {
  it("lets in by calling next, one after the other", () => {
    const { io, connect } = createServer();
    const asked: string[] = [];
    io.use((_, next) => {
      asked.push("first");
      next();
    });
    io.sockets.use((socket, next) => {
      asked.push(`second, ${socket.connected ? "" : "not "}connected`);
      next(null);
    });
    const client = connect().join();
    expect([asked, io.sockets.sockets.size, client.port.closes]).toEqual([["first", "second, not connected"], 1, 0]);
  });

  it.each([
    ["an error", new Error("no"), '4{"message":"no"}'],
    [
      "an error with data",
      Object.assign(new Error("no"), { data: { code: 7 } }),
      '4{"message":"no","data":{"code":7}}',
    ],
  ])("refuses with %s, which the client reads", (_, error, packet) => {
    const { io, connect } = createServer();
    const later = vi.fn((__: unknown, next: Next) => next());
    io.use((__, next) => next(error)).use(later);
    const client = connect();
    client.send("0");
    expect([client.take(), later.mock.calls.length, io.sockets.sockets.size]).toEqual([[packet], 0, 0]);
  });

  it("refuses by throwing, and by rejecting, and no stranger learns what went wrong", async () => {
    const { io, connect } = createServer();
    io.of("/throws").use(() => {
      throw new Error("thrown");
    });
    io.of("/rejects").use(async () => {
      throw new Error("rejected");
    });
    io.of("/odd").use(() => {
      throw "a text";
    });
    const client = connect();
    client.send("0/throws,", "0/rejects,", "0/odd,");
    await Promise.resolve();
    await Promise.resolve();
    expect(client.take()).toEqual([
      '4/throws,{"message":"Internal server error"}',
      '4/odd,{"message":"Internal server error"}',
      '4/rejects,{"message":"Internal server error"}',
    ]);
  });

  it("is heard once: a second call of next, and what it throws behind the first, change nothing", () => {
    const { io, connect, platform } = createServer();
    const joined = vi.fn();
    const mistake = new Error("too late");
    io.on("connection", joined);
    io.use((_, next) => {
      next();
      next(new Error("no"));
      next();
      throw mistake;
    });
    const client = connect();
    client.send("0");
    expect([client.take().length, joined.mock.calls.length, platform.uncaught]).toEqual([1, 1, [mistake]]);
  });

  it("that takes its time keeps the namespace closed until then", () => {
    const { io, connect } = createServer();
    const waiting: Next[] = [];
    io.use((_, next) => void waiting.push(next));
    const client = connect();
    client.send("0");
    expect(client.take()).toEqual([]);
    waiting[0]?.();
    expect(client.take()).toEqual([expect.stringMatching(/^0\{"sid"/)]);
  });

  it.each([
    ["content", undefined],
    ["against it", new Error("no")],
  ])("that is %s after the client has gone adds nobody and keeps no rooms", (_, verdict) => {
    const { io, connect } = createServer();
    const waiting: Next[] = [];
    const joined = vi.fn();
    io.on("connection", joined);
    io.use((socket, next) => {
      void socket.join("lobby");
      waiting.push(next);
    });
    const client = connect();
    client.send("0");
    client.vanish();
    waiting[0]?.(verdict);
    expect([client.take(), joined.mock.calls.length, io.sockets.sockets.size]).toEqual([[], 0, 0]);
    expect([io.sockets.adapter.rooms.size, io.sockets.adapter.sids.size]).toEqual([0, 0]);
  });

  it("may put a socket into rooms, which it leaves when it is refused", () => {
    const { io, connect } = createServer();
    io.use((socket, next) => {
      void socket.join("lobby");
      next(socket.handshake.auth["token"] === "good" ? null : new Error("no"));
    });
    const client = connect();
    client.send('0{"token":"bad"}');
    expect(io.sockets.adapter.rooms.size).toBe(0);
    client.send('0{"token":"good"}');
    const [id] = [...io.sockets.sockets.keys()];
    expect([...io.sockets.adapter.rooms.keys()]).toEqual(["lobby", id]);
  });

  it("whose refusal cannot be written is told in a warning, and harms nobody, the process included", () => {
    const { io, connect, platform } = createServer();
    io.of("/odd").use((_, next) => next(Object.assign(new Error("no"), { data: 1n })));
    const client = connect();
    client.send("0/odd,", "0");
    expect(client.take()).toEqual(['4/odd,{"message":"no"}', expect.stringMatching(/^0\{"sid"/)]);
    expect([platform.uncaught, platform.warnings]).toEqual([
      [],
      [["BOWLINE_HANDLER_FAILED", expect.stringContaining("BigInt")]],
    ]);
  });
});

describe("a handshake's details", () => {
  it("are those of the request that opened the connection, made once", () => {
    const { io, connect, platform } = createServer();
    const sockets: Socket[] = [];
    io.on("connection", (socket) => sockets.push(socket));
    const headers = { origin: "http://a.example", "x-token": "7" };
    connect({ query: "&room=a&room=b&__proto__=c", headers }).send("0");
    const [socket] = sockets;
    const issued = platform.wallTimeMs();
    expect(socket?.handshake).toMatchObject({
      headers,
      issued,
      time: `at ${issued}`,
      address: "203.0.113.7",
      xdomain: true,
      secure: false,
      url: "/socket.io/?EIO=4&transport=websocket&room=a&room=b&__proto__=c",
      auth: {},
    });
    expect(Object.entries(socket?.handshake.query ?? {})).toEqual([
      ["EIO", "4"],
      ["transport", "websocket"],
      ["room", ["a", "b"]],
      ["__proto__", "c"],
    ]);
    expect(socket?.handshake).toBe(socket?.handshake);
    expect(socket?.handshake.xdomain).toBe(true);
  });

  it("lead to the connection and its request", () => {
    const { io, connect } = createServer();
    connect().send("0");
    const [socket] = [...io.sockets.sockets.values()];
    expect(socket?.conn.protocol).toBe(4);
    expect(socket?.request).toBe(socket?.conn.head);
    expect(socket?.client.conn).toBe(socket?.conn);
    expect(socket?.nsp).toBe(io.sockets);
  });
});

describe("a server", () => {
  it("keeps its options, those of the start winning over those of the constructor", () => {
    class Started extends SocketServer {
      readonly door = this.startEngine({ pingInterval: 2 });
    }
    const io = new Started({ pingInterval: 1, pingTimeout: 3, path: "/chat" }, createFakePlatform());
    expect(io.opts).toMatchObject({ pingInterval: 2, pingTimeout: 3, connectTimeout: 45_000 });
    expect([io.path(), io.engine]).toEqual(["/chat", io.door]);
  });

  it("has no engine before it is started", () => {
    expect(new SocketServer({}, createFakePlatform()).engine).toBe(undefined);
  });
});
