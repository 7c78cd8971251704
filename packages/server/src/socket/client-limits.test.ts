// Rules of what clients may take: how many there are, how much they say in a second, namespaces made for them, rooms.
import { createFakePlatform, FakeClient, FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import type { RateLimit } from "./rate-limit.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ pingInterval: 1_000_000, connectTimeout: 1_000_000, ...options }, platform);
  const heard: unknown[] = [];
  io.on("connection", (socket) => {
    socket.onAny((event: unknown) => heard.push(event));
  });
  const connect = (protocol: 3 | 4 = 4) => new FakeClient(io.door, platform.clock, { protocol });
  const knock = () => {
    const exchange = new FakeExchange("/socket.io/?EIO=4&transport=polling");
    io.door.handleRequest(exchange);
    platform.clock.endTurn();
    return exchange.outcome;
  };
  return { io, heard, clock: platform.clock, connect, knock };
}

const REFUSED = '503 {"code":3,"message":"Too many connections"}';

describe("maxConnections", () => {
  it("refuses the handshake beyond, until a session has ended", () => {
    const { io, connect, knock } = createServer({ maxConnections: 1 });
    const client = connect();
    expect([knock(), io.refusals]).toEqual([REFUSED, { BOWLINE_TOO_MANY_CONNECTIONS: 1 }]);
    client.vanish();
    expect(knock()).toMatch(/^200 0/);
  });

  it("counts who has come while the program was deciding", () => {
    const decisions: (() => void)[] = [];
    const { knock, io } = createServer({
      maxConnections: 1,
      allowRequest: (_request, decide) => void decisions.push(() => decide(null, true)),
    });
    expect([knock(), knock()]).toEqual([undefined, undefined]);
    for (const decide of decisions) decide();
    expect([io.engine.clientsCount, io.refusals]).toEqual([1, { BOWLINE_TOO_MANY_CONNECTIONS: 1 }]);
  });
});

describe("maxPendingConnections", () => {
  it("refuses newcomers while as many have joined nothing", () => {
    const { io, connect, knock } = createServer({ maxPendingConnections: 1 });
    const client = connect();
    expect([io.unfinished.connections, knock()]).toEqual([1, REFUSED]);
    client.join();
    expect([io.unfinished.connections, io.refusals]).toEqual([0, { BOWLINE_TOO_MANY_PENDING: 1 }]);
    connect();
    expect(io.unfinished.connections).toBe(1);
  });

  it("counts nobody who has gone, and no client of 2.x", () => {
    const { io, connect } = createServer({ maxPendingConnections: 1 });
    connect().vanish();
    connect(3);
    expect(io.unfinished.connections).toBe(0);
  });
});

describe("rateLimit", () => {
  it("costs a client that says too much its connection", () => {
    const { io, heard, connect } = createServer({ rateLimit: { messages: 1, burst: 3 } });
    const client = connect().join();
    client.send('2["a"]', '2["b"]', '2["c"]');
    expect([heard, io.refusals, io.sockets.sockets.size]).toEqual([["a", "b"], { BOWLINE_RATE_OVER_LIMIT: 1 }, 0]);
  });

  it("lets a client go on as time passes, and counts each on its own", () => {
    const { io, heard, connect, clock } = createServer({ rateLimit: { messages: 2, burst: 1 } });
    const [client, other] = [connect().join(), connect().join()];
    client.send('2["a"]');
    other.send('2["x"]');
    clock.advance(1000);
    client.send('2["b"]', '2["c"]');
    expect([heard, io.refusals]).toEqual([["a", "x", "b", "c"], {}]);
  });

  it("counts bytes, and lets one message come that has more of them", () => {
    const { io, heard, connect, clock } = createServer({ rateLimit: { bytes: 10, burst: 1 } });
    const client = connect().join();
    client.send(`2["${"a".repeat(20)}"]`);
    clock.advance(500);
    client.send('2["b"]');
    expect([heard.length, io.refusals]).toEqual([1, { BOWLINE_RATE_OVER_LIMIT: 1 }]);
  });

  it("asks the program, which may let it pass", () => {
    const exceeded = vi.fn(() => true);
    const { heard, connect, clock } = createServer({ rateLimit: { messages: 1, burst: 1, exceeded } });
    const client = connect().join();
    client.send('2["a"]', '2["b"]');
    clock.advance(1000);
    client.send('2["c"]');
    expect([heard, exceeded.mock.calls.length]).toEqual([["a", "b", "c"], 2]);
  });

  it.each<RateLimit>([{ messages: 0 }, { bytes: -1 }, { burst: Number.NaN }])(
    "refuses numbers that cannot work: %o",
    (rateLimit) => {
      expect(() => createServer({ rateLimit })).toThrow(
        /Cannot use \w+ ".+" of the option rateLimit: give a number above 0/,
      );
    },
  );

  it("refuses what is no function to be asked", () => {
    const rateLimit: RateLimit = {};
    Reflect.set(rateLimit, "exceeded", "close");
    expect(() => createServer({ rateLimit })).toThrow("Cannot use exceeded of the option rateLimit: give a function");
  });
});

describe("maxChildNamespaces", () => {
  it("refuses a namespace beyond while somebody is in each of the others", () => {
    const { io, connect } = createServer({ maxChildNamespaces: 3 });
    io.of(/^\/room-/);
    const client = connect().join("/room-1").join("/room-2");
    client.send("0/room-3,");
    expect(client.take()).toEqual(['4/room-3,{"message":"Too many namespaces"}']);
    expect([io.nsps.size, io.refusals]).toEqual([3, { BOWLINE_NAMESPACES_FULL: 1 }]);
  });

  it("forgets one that nobody is in to make room, and none that somebody has come back to", () => {
    const { io, connect } = createServer({ maxChildNamespaces: 3 });
    io.of(/^\/room-/);
    const client = connect().join("/room-1").join("/room-2");
    client.send("1/room-1,", "1/room-2,", "0/room-1,", "0/room-3,");
    client.take();
    expect([...io.nsps.keys()]).toEqual(["/", "/room-1", "/room-3"]);
  });

  it("leaves those that the program has made by name", () => {
    const { io, connect } = createServer({ maxChildNamespaces: 2 });
    io.of("/made");
    io.of(/^\/room-/);
    const client = connect().join("/made");
    client.send("1/made,", "0/room-1,");
    client.take();
    expect([...io.nsps.keys()]).toEqual(["/", "/made"]);
  });
});

describe("maxRoomsPerSocket", () => {
  it("costs a socket its connection that is made to join more rooms, and none of them is joined", () => {
    const { io, connect } = createServer({ maxRoomsPerSocket: 3 });
    connect().join();
    const [socket] = [...io.sockets.sockets.values()];
    void socket?.join(["a", "b"]);
    void socket?.join(["a", "b"]);
    expect(socket?.connected).toBe(true);
    void socket?.join(["b", "c"]);
    void (socket as Socket | undefined)?.join("d");
    expect([socket?.connected, io.sockets.adapter.rooms.size, io.refusals]).toEqual([
      false,
      0,
      { BOWLINE_TOO_MANY_ROOMS: 1 },
    ]);
  });
});

describe("refusals", () => {
  it("are counted by their codes, those of requests and those of connections together", () => {
    const { io, connect, knock } = createServer({ maxHttpBufferSize: 10, maxConnections: 2 });
    connect().send("nonsense");
    connect();
    connect();
    expect(knock()).toBe(REFUSED);
    expect(io.refusals).toEqual({ BOWLINE_PACKET_UNDECODABLE: 1, BOWLINE_TOO_MANY_CONNECTIONS: 1 });
  });
});

it.each(["maxConnections", "maxPendingConnections", "maxRoomsPerSocket", "maxUnfinishedBytes", "maxChildNamespaces"])(
  "%s has to be a number that can work",
  (name) => {
    expect(() => createServer({ [name]: -1 })).toThrow(
      `Cannot use option ${name} "-1": give a number from 0 to 2147483647`,
    );
    expect(() => createServer({ [name]: "many" })).toThrow(RangeError);
  },
);
