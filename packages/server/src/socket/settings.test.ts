// Rules of what a program reads and changes on its server: path, files, times, the settings of 2.x, namespaces by name.
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";

class StartableServer extends SocketServer {
  start(options: Partial<ServerOptions> = {}): ReturnType<SocketServer["startEngine"]> {
    return this.startEngine(options);
  }
}

function createServer(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new StartableServer(options, platform);
  return { io, platform };
}

describe("a setting", () => {
  it("is read, and set before the server is attached", () => {
    const { io } = createServer({ path: "/chat/", serveClient: false, connectTimeout: 5 });
    expect([io.path(), io.serveClient(), io.connectTimeout()]).toEqual(["/chat", false, 5]);
    expect([io.path("/talk/"), io.serveClient(true), io.connectTimeout(7)]).toEqual([io, io, io]);
    expect([io.path(), io.serveClient(), io.connectTimeout()]).toEqual(["/talk", true, 7]);
    expect(io.start().options).toMatchObject({ path: "/talk/", connectTimeout: 7 });
  });

  it("of a time has to be one that can work", () => {
    const { io } = createServer();
    expect(() => io.connectTimeout(-1)).toThrow(RangeError);
  });

  it("of the time to join counts for clients to come", () => {
    const { io, platform } = createServer();
    const door = io.start();
    io.connectTimeout(1000);
    const client = new FakeClient(door, platform.clock);
    platform.clock.advance(1500);
    expect(client.port.closes).toBe(1);
  });
});

describe("io.set()", () => {
  it.each([
    ["heartbeat timeout", 9000, "pingTimeout"],
    ["heartbeat interval", 7000, "pingInterval"],
    ["destroy buffer size", 1234, "maxHttpBufferSize"],
  ] as const)("changes an option by its elder name, before and while the engine runs: %s", (name, value, option) => {
    const early = createServer().io;
    expect(early.set(name, value)).toBe(early);
    const late = createServer().io;
    late.start();
    late.set(name, value);
    expect([early.start().options[option], late.engine.opts[option], late.opts[option]]).toEqual([value, value, value]);
  });

  it("changes transports, path and origins", () => {
    const { io } = createServer();
    io.set("transports", ["websocket"]).set("resource", "/chat").set("origins", "a.example:*");
    expect([io.opts.transports, io.path(), io.origins()]).toEqual([["websocket"], "/chat", "a.example:*"]);
  });

  it("refuses a number that cannot work", () => {
    expect(() => createServer().io.set("heartbeat timeout", "soon")).toThrow(RangeError);
  });

  it("warns of its use, with what takes its place", () => {
    const { io, platform } = createServer();
    io.set("heartbeat timeout", 9000).set("resource", "/chat");
    expect(platform.warnings).toEqual([
      ["BOWLINE_DEPRECATED_SET", 'io.set("heartbeat timeout") is deprecated: use the option "pingTimeout"'],
      ["BOWLINE_DEPRECATED_SET", 'io.set("resource") is deprecated: use the option "path"'],
    ]);
  });

  it("warns of a name that nobody knows, and changes nothing", () => {
    const { io, platform } = createServer();
    const before = io.opts;
    expect([io.set("log level", 1), io.opts]).toEqual([io, before]);
    expect(platform.warnings).toEqual([
      ["BOWLINE_UNKNOWN_SETTING", 'io.set("log level") has no effect: there is no setting of this name'],
    ]);
  });

  it.each([
    ["lets in", [null, true], '0{"sid":"'],
    ["lets in without an error", [undefined, true], '0{"sid":"'],
    ["refuses without a reason", [null, false], '4{"message":"Not authorized"}'],
    ["refuses with a text", ["not you", false], '4{"message":"not you"}'],
    ["refuses with an error", [new Error("not you"), true], '4{"message":"Error: not you"}'],
  ] as const)("asks a function for authorization, which %s", (_, decision, answer) => {
    const { io, platform } = createServer();
    const client = new FakeClient(io.start(), platform.clock);
    io.set("authorization", (_request: unknown, decide: (...decision: readonly unknown[]) => void) =>
      decide(...decision),
    );
    client.send("0");
    expect(String(client.take()[0]).startsWith(answer)).toBe(true);
  });

  it("asks it with the request", () => {
    const { io, platform } = createServer();
    const judge = vi.fn<(request: unknown, decide: (error: unknown, ok: boolean) => void) => void>();
    io.set("authorization", judge);
    io.on("connect", vi.fn());
    const client = new FakeClient(io.start(), platform.clock, { headers: { cookie: "a=1" } });
    client.send("0");
    expect(judge.mock.calls[0]?.[0]).toBe(Object.values(io.engine.clients)[0]?.request);
  });

  it("lets nobody in where authorization is no function", () => {
    const { io, platform } = createServer();
    const client = new FakeClient(io.start(), platform.clock);
    io.set("authorization", "yes");
    client.send("0");
    expect(String(client.take()[0]).startsWith("4{")).toBe(true);
  });
});

describe("the namespaces", () => {
  it("are found by their names, also by those of both generations", () => {
    const { io } = createServer();
    const chat = io.of("/chat");
    expect([[...io._nsps], io.nsps.get("/chat")]).toEqual([
      [
        ["/", io.sockets],
        ["/chat", chat],
      ],
      chat,
    ]);
  });

  it("are forgotten when a program takes them out", () => {
    const { io } = createServer();
    const chat = io.of("/chat");
    io._nsps.delete("/chat");
    expect(io.of("/chat")).not.toBe(chat);
  });

  it("that stand for many are found by their patterns", () => {
    const { io } = createServer();
    const pattern = /^\/room-/;
    const parent = io.of(pattern);
    expect([...io.parentNsps]).toEqual([[pattern, parent]]);
  });

  it("may have a number for a name", () => {
    const { io } = createServer();
    expect(Reflect.apply(io.of, io, [3])).toBe(io.of("/3"));
  });

  it("know their server", () => {
    const { io } = createServer();
    expect([io.sockets.server, io.of(/x/).server]).toEqual([io, io]);
  });
});

describe("the engine", () => {
  it("is there once the server is attached, under both its names", () => {
    const { io } = createServer();
    expect([io.engine, io.eio]).toEqual([undefined, undefined]);
    const engine = io.start();
    expect([io.engine, io.eio]).toEqual([engine, engine]);
  });
});
