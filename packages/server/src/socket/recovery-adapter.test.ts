// Rules between recovery and adapters that programs bring along: what they are told and asked, and what if they fail.
import { Adapter, type AdapterNamespace, type Session, SessionAwareAdapter } from "@bowline/adapter";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer(options: Partial<ServerOptions>) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ connectionStateRecovery: {}, ...options }, platform);
  const sockets: Socket[] = [];
  io.on("connection", (socket) => sockets.push(socket));
  return { io, sockets, uncaught: platform.uncaught, connect: () => new FakeClient(io.door, platform.clock) };
}

describe("an adapter of the program's own", () => {
  /** A server whose adapter brings back sessions as the test says. */
  function createOwn(
    restoreSession: (pid: string, offset: string) => ReturnType<Adapter["restoreSession"]> | Promise<Session | null>,
  ) {
    const persisted = vi.fn();
    const adapter = (namespace: AdapterNamespace) =>
      Object.assign(new Adapter(namespace), { restoreSession, persistSession: persisted });
    return { ...createServer({ adapter }), persisted };
  }

  const session: Session = {
    sid: "sid",
    pid: "pid",
    rooms: ["a"],
    data: { a: 1 },
    missedPackets: [["missed", 1, "o2"]],
  };

  it("may take its time to bring a session back", async () => {
    const { connect, sockets } = createOwn(async () => session);
    const client = connect();
    client.send('0{"pid":"pid","offset":"o1"}');
    expect(client.take()).toEqual([]);
    await Promise.resolve();
    expect(client.take()).toEqual(['2["missed",1,"o2"]', '0{"sid":"sid","pid":"pid"}']);
    expect([sockets[0]?.rooms, sockets[0]?.data]).toEqual([new Set(["sid", "a"]), { a: 1 }]);
  });

  it("may know nothing of a session", async () => {
    const { connect, sockets } = createOwn(async () => null);
    connect().send('0{"pid":"pid","offset":"o1"}');
    await Promise.resolve();
    expect(sockets.map(({ recovered }) => recovered)).toEqual([false]);
  });

  it("may fail: the program is told, the process lives, and the client starts anew", async () => {
    const mistake = new Error("database away");
    const { io, connect, sockets, uncaught } = createOwn(() => Promise.reject(mistake));
    const told = vi.fn();
    io.on("handler_error", told);
    connect().send('0{"pid":"pid","offset":"o1"}');
    await Promise.resolve();
    expect([sockets.map(({ recovered }) => recovered), uncaught]).toEqual([[false], []]);
    expect(told.mock.calls).toEqual([[{ error: mistake, handler: "adapter", namespace: "/" }]]);
  });

  it("may throw: the program is told, and the client starts anew", () => {
    const mistake = new Error("invalid offset");
    const { io, connect, sockets, uncaught } = createOwn(() => {
      throw mistake;
    });
    const told = vi.fn();
    io.on("handler_error", told);
    connect().send('0{"pid":"pid","offset":"o1"}');
    expect([sockets.map(({ recovered }) => recovered), uncaught]).toEqual([[false], []]);
    expect(told.mock.calls).toEqual([[{ error: mistake, handler: "adapter", namespace: "/" }]]);
  });

  it.each([
    [
      "throw",
      (error: Error) => {
        throw error;
      },
    ],
    ["reject", (error: Error) => Promise.reject(error)],
  ])("may %s when it is to keep a session: the socket ends as ever, and the program is told", async (_how, fail) => {
    const mistake = new Error("database away");
    const { io, connect, sockets, uncaught, persisted } = createOwn(() => undefined);
    const [told, ended] = [vi.fn(), vi.fn()];
    io.on("handler_error", told);
    persisted.mockImplementation(() => fail(mistake));
    const client = connect().join();
    sockets[0]?.on("disconnect", ended);
    client.vanish();
    await Promise.resolve();
    expect([ended.mock.calls.length, io.sockets.sockets.size, uncaught]).toEqual([1, 0, []]);
    expect(told.mock.calls).toEqual([[{ error: mistake, handler: "adapter", namespace: "/" }]]);
  });

  it("gets a session back whose client has gone meanwhile", async () => {
    const { connect, sockets, persisted } = createOwn(async () => session);
    const client = connect();
    client.send('0{"pid":"pid","offset":"o1"}');
    client.vanish();
    await Promise.resolve();
    expect([sockets, persisted.mock.calls]).toEqual([[], [[session]]]);
  });

  it("is told of a lost session while the socket is in its rooms, with all that it was", () => {
    const { connect, sockets, persisted } = createOwn(() => undefined);
    const client = connect().join();
    const sid = sockets[0]?.id;
    void sockets[0]?.join("a");
    client.vanish();
    expect(persisted.mock.calls).toMatchObject([[{ sid, rooms: [sid, "a"], data: {} }]]);
  });

  it("is the one that keeps sessions in memory where the program gives none", () => {
    const { io } = createServer({});
    expect(io.adapter()).toBe(SessionAwareAdapter);
    expect(io.sockets.adapter).toBeInstanceOf(SessionAwareAdapter);
  });
});
