// Rules of handlers, plugins, adapters and engines that go wrong over what a stranger sends: the stranger is answered, nobody
// else notices, the error is told, and none ends the process that a refusal stands for.
import { EventEmitter } from "node:events";
import { Adapter } from "@bowline/adapter";
import { PacketType, type SocketFrame, type SocketPacket, sio5 } from "@bowline/protocol";
import { createFakePlatform, FakeClient, FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { HandlerErrorReport } from "./handler-errors.ts";
import type { Next } from "./middleware.ts";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

const MISTAKE = new Error("a mistake");
/** What no text can be made of, as clients may send it: the first by JSON, the other as their auth is kept. */
const TEXTLESS = [{ toString: 1, valueOf: 1 }, Object.create(null)];

function createServer(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory(options, platform);
  const reports: HandlerErrorReport[] = [];
  return { io, platform, reports, connect: () => new FakeClient(io.door, platform.clock) };
}

function openSocket(options: Partial<ServerOptions> = {}) {
  const server = createServer(options);
  const client = server.connect().join();
  const [socket] = [...server.io.sockets.sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { ...server, client, socket };
}

function fail(): never {
  throw MISTAKE;
}

/** Lets promises run that are due. */
async function endMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe("a middleware that is handed what no text can be made of", () => {
  it.each(TEXTLESS)("refuses with it, and the client is answered (%#)", (reason) => {
    const { io, platform, connect } = createServer();
    io.use((_socket: Socket, next: Next) => Reflect.apply(next, undefined, [reason]));
    const client = connect();
    client.send("0");
    expect(client.take()).toEqual([expect.stringMatching(/^4\{"message":/)]);
    expect(platform.uncaught).toEqual([]);
  });

  it.each(TEXTLESS)("may throw it, which is told in a warning (%#)", (reason) => {
    const { io, platform, connect } = createServer();
    io.use(() => {
      throw reason;
    });
    const client = connect();
    client.send("0");
    expect(client.take()).toEqual(['4{"message":"Internal server error"}']);
    expect([platform.uncaught, platform.warnings.length]).toEqual([[], 1]);
  });

  it.each(TEXTLESS)("of events refuses with it (%#)", (reason) => {
    const { socket, client, platform } = openSocket();
    const told = vi.fn();
    socket.on("error", told);
    socket.use((_event, next) => Reflect.apply(next, undefined, [reason]));
    client.send('2["a"]');
    expect([told.mock.calls.length, platform.uncaught]).toEqual([1, []]);
  });
});

describe("an event with more arguments than a function can be called with", () => {
  const event = `2["a"${",0".repeat(400_000)}]`;

  it("ends the connection that it came over, and not the process", () => {
    const { socket, client, platform } = openSocket();
    const heard = vi.fn();
    socket.on("a", heard);
    client.send(event);
    expect([heard.mock.calls.length, platform.uncaught, socket.connected]).toEqual([0, [], false]);
  });

  it("does so, too, where a parser of the program has let it pass", () => {
    class Decoder {
      #listener: ((packet: SocketPacket) => void) | undefined;
      on(_event: "decoded", listener: (packet: SocketPacket) => void): void {
        this.#listener = listener;
      }
      add(frame: SocketFrame): void {
        const isConnect = frame === "0";
        const data: unknown = isConnect ? undefined : JSON.parse(String(frame).slice(1));
        this.#listener?.({ type: isConnect ? PacketType.CONNECT : PacketType.EVENT, nsp: "/", data });
      }
      destroy(): void {}
    }
    const { Encoder } = sio5.parser;
    const { socket, client, platform } = openSocket({ parser: { protocol: 5, Encoder, Decoder } });
    client.send(event);
    expect([platform.uncaught, socket.connected]).toEqual([[], false]);
  });
});

it("a refusal whose data cannot be written is answered without, and does not end the process", () => {
  const { io, platform, connect } = createServer();
  io.use((_socket: Socket, next: Next) => {
    const loop: Record<string, unknown> = {};
    loop["itself"] = loop;
    next(Object.assign(new Error("no"), { data: loop }));
  });
  const client = connect();
  client.send("0");
  expect([client.take(), platform.uncaught]).toEqual([['4{"message":"no"}'], []]);
});

describe("a plugin that puts its own in the place of onevent", () => {
  it("and throws, costs the one packet and is told", () => {
    const { socket, client, platform } = openSocket();
    const heard = vi.fn();
    const original = socket.onevent.bind(socket);
    socket.on("b", heard);
    socket.onevent = (packet) => {
      if (JSON.stringify(packet.data) === '["a"]') throw MISTAKE;
      original(packet);
    };
    client.send('2["a"]');
    client.send('2["b"]');
    expect([platform.uncaught, heard.mock.calls.length, client.port.closes]).toEqual([[MISTAKE], 1, 0]);
  });

  it("and throws, is reported where that is asked for", () => {
    const { io, socket, client, reports, platform } = openSocket({ handlerErrors: "report" });
    io.on("handler_error", (report) => reports.push(report));
    socket.onevent = fail;
    client.send('2["a"]');
    expect(reports).toMatchObject([{ error: MISTAKE, handler: "event", event: "a", namespace: "/" }]);
    expect(platform.uncaught).toEqual([]);
  });
});

describe("an adapter that fails", () => {
  class RejectingAdapter extends Adapter {
    override addAll(id: string, rooms: ReadonlySet<string>): Promise<void> {
      void super.addAll(id, rooms);
      return Promise.reject(MISTAKE);
    }
  }
  class ThrowingAdapter extends Adapter {
    override delAll(id: string): void {
      super.delAll(id);
      throw MISTAKE;
    }
  }

  it("to tell the broker of a newcomer is told in a warning, and the newcomer is in", async () => {
    const { client, platform } = openSocket({ adapter: RejectingAdapter });
    await endMicrotasks();
    expect([client.port.closes, platform.uncaught, platform.warnings.length]).toEqual([0, [], 1]);
  });

  it("to let go of one that leaves keeps nobody there", () => {
    const { io, client, platform } = openSocket({ adapter: ThrowingAdapter });
    const left = vi.fn();
    io.sockets.sockets.forEach((socket) => void socket.on("disconnect", left));
    client.send("1");
    expect([io.sockets.sockets.size, left.mock.calls.length, platform.uncaught, platform.warnings.length]).toEqual([
      0,
      1,
      [],
      1,
    ]);
  });

  it("to let go of one that is refused leaves nobody waiting", () => {
    const { io, connect, platform } = createServer({ adapter: ThrowingAdapter });
    io.use((_socket: Socket, next: Next) => next(new Error("no")));
    const client = connect();
    client.send("0");
    expect([client.take(), platform.uncaught]).toEqual([['4{"message":"no"}'], []]);
  });
});

describe("what another server of the cluster sends", () => {
  it.each<readonly [unknown]>([
    [["connection", { id: "forged" }]],
    [["connect", {}]],
    [["new_namespace", {}]],
    [[]],
    [[{ toString: 1 }]],
    [[null]],
    [undefined],
    [5],
    [{}],
  ])("as %j is heard by nobody and throws nothing", (args) => {
    const { io, platform } = createServer({ handlerErrors: "report" });
    const heard = vi.fn();
    for (const name of ["connection", "connect", "new_namespace"] as const) io.on(name, heard);
    expect(() => void Reflect.apply(io.sockets._onServerSideEmit, io.sockets, [args])).not.toThrow();
    expect([heard.mock.calls, platform.uncaught]).toEqual([[], []]);
  });
});

describe("an engine whose sockets misbehave", () => {
  class BadSocket extends EventEmitter {
    readonly id: string;
    readyState = "open";
    readonly protocol = 4;
    readonly transport = { writable: true };
    readonly written: string[] = [];
    closes = 0;
    fails = false;

    constructor(id: string) {
      super();
      this.id = id;
    }

    write(data: string | Uint8Array): void {
      if (this.fails) throw MISTAKE;
      this.written.push(String(data));
    }

    close(): void {
      this.closes++;
    }
  }

  function createScene() {
    const platform = createFakePlatform();
    const io = new SocketServer({}, platform);
    const engine = new EventEmitter();
    io.bind(engine);
    const [bad, good] = [new BadSocket("bad"), new BadSocket("good")];
    for (const socket of [bad, good]) {
      engine.emit("connection", socket);
      socket.emit("data", "0");
    }
    return { io, engine, platform, bad, good };
  }

  it("by throwing at a broadcast keeps nothing from the others, and loses its connection", () => {
    const { io, bad, good } = createScene();
    bad.fails = true;
    expect(() => io.emit("a")).not.toThrow();
    expect([good.written.at(-1), bad.closes]).toEqual(['2["a"]', 1]);
  });

  it.each<readonly [unknown]>([[undefined], [null], [7], [{}], [["2"]], [Symbol("data")]])(
    "by handing over %s as data loses its connection",
    (data) => {
      const { bad, good, io, platform } = createScene();
      expect(() => bad.emit("data", data)).not.toThrow();
      io.emit("a");
      expect([bad.closes, good.closes, good.written.at(-1), platform.uncaught]).toEqual([1, 0, '2["a"]', []]);
    },
  );

  it("by telling of its end twice, and speaking afterwards, brings nobody back", () => {
    const { io, bad } = createScene();
    const joined = vi.fn();
    io.on("connection", joined);
    bad.emit("close", "transport close");
    bad.emit("close", "transport close");
    bad.emit("data", "0");
    bad.emit("data", "0/other,");
    expect([io.sockets.sockets.size, joined.mock.calls]).toEqual([1, []]);
  });
});

describe("a function for origins that fails over what a page says", () => {
  const ways: readonly (readonly [string, () => unknown])[] = [
    ["throws", fail],
    ["rejects", () => Promise.reject(MISTAKE)],
    [
      "throws nothing",
      () => {
        throw undefined;
      },
    ],
  ];

  it.each(ways)("and %s, refuses as allowedOrigins, and is told", async (_way, judge) => {
    const { io, platform } = createServer({ allowedOrigins: () => judge() });
    const told = vi.fn();
    io.door.on("connection_error", told);
    const exchange = new FakeExchange("/socket.io/?EIO=4&transport=polling", { headers: { origin: "null" } });
    expect(() => io.door.handleRequest(exchange)).not.toThrow();
    await endMicrotasks();
    expect([exchange.outcome, told.mock.calls.length, platform.uncaught]).toEqual([
      '403 {"code":4,"message":"Forbidden"}',
      1,
      [],
    ]);
  });

  it.each(ways)("and %s, refuses as origins, and is told", async (_way, judge) => {
    const { io } = createServer({ origins: () => judge() });
    const told = vi.fn();
    io.door.on("connection_error", told);
    const exchange = new FakeExchange("/socket.io/?EIO=4&transport=polling", { headers: { origin: "null" } });
    expect(() => io.door.handleRequest(exchange)).not.toThrow();
    await endMicrotasks();
    expect([exchange.outcome, told.mock.calls.length]).toEqual(['403 {"code":4,"message":"Forbidden"}', 1]);
  });
});
