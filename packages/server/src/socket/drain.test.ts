// Rules of emptying a server: who is refused, who goes when, what is waited for, and what is counted.
import { createTrace } from "@bowline/protocol/internal";
import { createFakePlatform, FakeClient, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const sockets: Socket[] = [];
  io.on("connection", (socket) => sockets.push(socket));
  const connect = (protocol: 3 | 4 = 4) => new FakeClient(io.door, platform.clock, { protocol });
  return { io, sockets, clock: platform.clock, connect };
}

/** Lets promises run that are due. */
async function endMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe("a server that is drained", () => {
  it("sends clients away by the end of their connections, and tells none of them to stay away", async () => {
    const { io, sockets, clock, connect } = createServer();
    const [modern, elder] = [connect().join(), connect(3)];
    const ended = vi.fn();
    for (const socket of sockets) socket.on("disconnect", ended);
    const report = io.drain({ timeoutMs: 10_000, jitterMs: 0 });
    clock.endTurn();
    expect([modern.take(), elder.take(), modern.port.closes, elder.port.closes]).toEqual([[], [], 1, 1]);
    expect(ended.mock.calls).toEqual([
      ["server shutting down", undefined],
      ["server shutting down", undefined],
    ]);
    expect(await report).toMatchObject({ connections: 2, sockets: 2, moved: 2, left: 0, forced: 0, durationMs: 0 });
  });

  it("sends what was emitted before", async () => {
    const { io, clock, connect } = createServer();
    const client = connect().join();
    io.emit("last words");
    void io.drain({ jitterMs: 0 });
    clock.advance(50);
    expect(client.take()).toEqual(['2["last words"]']);
  });

  it("spreads clients over the time it is given", () => {
    const { io, clock, connect } = createServer();
    const clients = Array.from({ length: 40 }, () => connect().join());
    void io.drain({ timeoutMs: 10_000, jitterMs: 1000 });
    const gone = () => clients.filter(({ port }) => port.closes > 0).length;
    const seen = [250, 500, 750, 1000].map((untilMs) => {
      clock.advance(250);
      return [untilMs, gone()];
    });
    expect(seen.every(([, count], at) => at === 0 || (count ?? 0) > (seen[at - 1]?.[1] ?? 0))).toBe(true);
    clock.advance(50);
    expect(gone()).toBe(40);
  });

  it("refuses handshakes with status 503, and serves the sessions that there are", () => {
    const { io, clock, connect } = createServer();
    const client = connect().join();
    const refused = vi.fn();
    io.engine?.on("connection_error", refused);
    void io.drain({ jitterMs: 5000 });
    const poll = new FakeExchange("/socket.io/?EIO=4&transport=polling");
    io.door.handleRequest(poll);
    const upgrade = new FakeUpgrade("/socket.io/?EIO=3&transport=websocket");
    io.door.handleUpgrade(upgrade);
    expect([poll.outcome, upgrade.refusals]).toEqual([
      '503 {"code":3,"message":"Server shutting down"}',
      ["503 Server shutting down"],
    ]);
    expect(refused.mock.calls).toMatchObject([
      [{ code: 3, message: "Bad request", context: { name: "SERVER_SHUTTING_DOWN" } }],
      [{ code: 3, context: { name: "SERVER_SHUTTING_DOWN" } }],
    ]);
    io.of("/late");
    client.send("0/late,");
    clock.endTurn();
    expect(client.take()).toEqual([expect.stringMatching(/^0\/late,/)]);
  });

  it("lets a client go once it has answered, and has got its answers", async () => {
    const { io, sockets, clock, connect } = createServer();
    const client = connect().join();
    const answers: (() => void)[] = [];
    const answered = vi.fn();
    sockets[0]?.on("ask", (answer: () => void) => answers.push(answer));
    sockets[0]?.emit("question", answered);
    client.send('27["ask"]');
    client.take();
    const report = io.drain({ timeoutMs: 10_000, jitterMs: 0 });
    clock.advance(1000);
    client.send('30["well"]');
    clock.advance(1000);
    expect(client.port.closes).toBe(0);
    answers[0]?.();
    clock.advance(100);
    expect([client.take(), client.port.closes, answered.mock.calls]).toEqual([["37[]"], 1, [["well"]]]);
    client.vanish();
    clock.advance(50);
    expect(await report).toMatchObject({ moved: 1, acksFinished: 2, acksAbandoned: 0 });
  });

  it("cuts off who still has to answer when the time is up", async () => {
    const { io, sockets, clock, connect } = createServer();
    const client = connect().join();
    sockets[0]?.emit("question", () => undefined);
    client.take();
    const report = io.drain({ timeoutMs: 2000, jitterMs: 0 });
    clock.advance(1999);
    expect(client.port.closes).toBe(0);
    clock.advance(51);
    expect(client.port.closes).toBe(1);
    expect(await report).toMatchObject({ moved: 0, forced: 1, acksFinished: 0, acksAbandoned: 1 });
  });

  it("counts who leaves by himself, and connections without a socket", async () => {
    const { io, clock, connect } = createServer();
    const [leaver, idler] = [connect().join(), connect()];
    const report = io.drain({ timeoutMs: 1000, jitterMs: 1000 });
    leaver.vanish();
    clock.advance(1000);
    idler.vanish();
    clock.advance(50);
    expect(await report).toMatchObject({ connections: 2, sockets: 1, left: 1 });
  });

  it("tells its trace point when it begins, and what came of it when it is done", async () => {
    const publish = vi.fn();
    const trace = createTrace((name) => ({ hasSubscribers: name === "bowline:server.drain", publish }));
    const platform = { ...createFakePlatform(), trace };
    const io = new ServerInMemory({}, platform);
    new FakeClient(io.door, platform.clock).join();
    const report = io.drain({ jitterMs: 0 });
    platform.clock.endTurn();
    expect(publish.mock.calls).toEqual([[{ step: "begun", connections: 1 }], [{ step: "done", ...(await report) }]]);
  });

  it("cuts off connections without a socket too when the time is up", async () => {
    const { io, clock, connect } = createServer();
    const idler = connect();
    const report = io.drain({ timeoutMs: 0, jitterMs: 0 });
    clock.advance(50);
    expect([(await report).forced, idler.port.closes]).toEqual([1, 1]);
  });

  it("is drained once, and at once where nobody is there", async () => {
    const { io } = createServer();
    const [first, second] = [io.drain(), io.drain()];
    expect(first).toBe(second);
    expect(await first).toEqual({
      connections: 0,
      sockets: 0,
      moved: 0,
      left: 0,
      forced: 0,
      acksFinished: 0,
      acksAbandoned: 0,
      durationMs: 0,
    });
  });

  it("refuses a client that was still being judged when it began", async () => {
    const platform = createFakePlatform();
    const decisions: ((error: null, isWelcome: boolean) => void)[] = [];
    class JudgingServer extends SocketServer {
      readonly door = this.startEngine({ allowRequest: (_, decide) => decisions.push(decide) });
    }
    const io = new JudgingServer({}, platform);
    const poll = new FakeExchange("/socket.io/?EIO=4&transport=polling");
    io.door.handleRequest(poll);
    void io.drain();
    decisions[0]?.(null, true);
    await endMicrotasks();
    expect(poll.outcome).toBe('503 {"code":3,"message":"Server shutting down"}');
  });

  it.each([{ timeoutMs: -1 }, { jitterMs: Number.NaN }, { timeoutMs: Number.POSITIVE_INFINITY }])(
    "says that it cannot with %j",
    (options) => {
      const { io } = createServer();
      expect(() => io.drain(options)).toThrow(RangeError);
    },
  );
});

it("a server whose engine is not ours says that it cannot be drained", () => {
  const io = new SocketServer({}, createFakePlatform()).bind({ on: () => undefined });
  expect(() => io.drain()).toThrow(TypeError);
});

it("a server without an engine has nobody to send away", async () => {
  const io = new SocketServer({}, createFakePlatform());
  expect(await io.drain()).toMatchObject({ connections: 0 });
});
