// Rules of connection state recovery: who gets a lost session back, in which order, and who does not.
import { describe, expect, it, vi } from "vitest";
import { createServer, join, loseClient, offsetOf, readReply } from "../../test-support/recovery-scene.ts";
import type { Next } from "./middleware.ts";

describe("a server that keeps sessions", () => {
  it("tells its clients a private id, another one for each", () => {
    const { connect } = createServer();
    const [one, other] = [join(connect()), join(connect())];
    expect(new Set([one.sid, one.pid, other.sid, other.pid]).size).toBe(4);
  });

  it("sends an offset behind the arguments of every event without an ack, of volatile ones too", () => {
    const { io, sockets, connect } = createServer();
    const client = connect();
    join(client);
    io.emit("a", 1);
    sockets[0]?.emit("b", 2);
    sockets[0]?.volatile.emit("c", "text");
    const frames = client.take();
    const offsets = frames.map(offsetOf);
    expect(frames).toEqual([`2["a",1,"${offsets[0]}"]`, `2["b",2,"${offsets[1]}"]`, `2["c","text","${offsets[2]}"]`]);
    // A volatile event is not kept: it only says how far the client has come.
    expect([offsets[1] === offsets[0], offsets[2] === offsets[1]]).toEqual([false, true]);
  });

  it("sends none with events that want an ack, and none to listeners of outgoing events", () => {
    const { io, sockets, connect } = createServer();
    const client = connect();
    join(client);
    const heard = vi.fn();
    sockets[0]?.onAnyOutgoing(heard);
    sockets[0]?.emit("ask", () => undefined);
    io.timeout(1000).emit("ask all", () => undefined);
    io.emit("a", 1);
    expect(client.take().slice(0, 2)).toEqual(['20["ask"]', '21["ask all"]']);
    expect(heard.mock.calls).toEqual([["ask"], ["ask all"], ["a", 1]]);
  });

  it("sends clients of 2.x neither private ids nor offsets", () => {
    const { io, sockets, connect } = createServer();
    const old = connect({ protocol: 3 });
    const client = connect();
    join(client);
    io.emit("a", 1);
    sockets[0]?.emit("b", 2);
    expect(old.take()).toEqual(['2["a",1]', '2["b",2]']);
    expect(client.take()).toEqual([expect.stringMatching(/^2\["a",1,"/)]);
  });

  it("gives a client of 2.x no session, whatever it sends", () => {
    const server = createServer();
    server.io.of("/chat");
    const { pid, offset } = loseClient(server);
    const old = server.connect({ protocol: 3 });
    old.send(`0/chat?pid=${pid}&offset=${offset},`);
    expect(old.take()).toEqual(["0/chat,"]);
  });

  it("is one that was told so: otherwise there is neither private id nor offset", () => {
    const { io, connect } = createServer({ connectionStateRecovery: false });
    const client = connect();
    client.send("0");
    io.emit("a");
    expect(client.take()).toEqual([expect.stringMatching(/^0\{"sid":"[^"]+"\}$/), '2["a"]']);
  });

  it.each([true, { maxDisconnectionDuration: undefined }])("takes %j for the defaults", (connectionStateRecovery) => {
    const given: Record<string, unknown> = { connectionStateRecovery };
    const server = createServer(given);
    const { claim, sid } = loseClient(server);
    server.clock.advance(120_000);
    const client = server.connect();
    client.send(claim);
    expect(readReply(client.take().at(-1)).sid).toBe(sid);
  });

  it.each([{ maxDisconnectionDuration: -1 }, { maxLogBytes: Number.NaN }])("refuses %o", (options) => {
    expect(() => createServer({ connectionStateRecovery: options })).toThrow(RangeError);
  });
});

describe("a client that comes back", () => {
  it("gets what it missed before the answer, in order, and is who it was", () => {
    const server = createServer();
    const { io, sockets, connect } = server;
    const { claim, sid, pid } = loseClient(server);
    io.emit("second", 2);
    io.to("elsewhere").emit("not for it");
    sockets[0]?.emit("third");
    const client = connect();
    client.send(claim);
    expect(client.take()).toEqual([
      expect.stringMatching(/^2\["second",2,"/),
      expect.stringMatching(/^2\["third","/),
      `0${JSON.stringify({ sid, pid })}`,
    ]);
    expect(sockets.map(({ id, recovered }) => [id, recovered])).toEqual([
      [sid, false],
      [sid, true],
    ]);
  });

  it("is brought back though it had got no event, with all that it missed since it came", () => {
    const { io, sockets, connect } = createServer();
    io.emit("before it came");
    const client = connect();
    const { sid, pid } = join(client);
    io.emit("on its way when the connection broke");
    client.vanish();
    const again = connect();
    again.send(`0${JSON.stringify({ pid })}`);
    expect(again.take()).toEqual([expect.stringMatching(/^2\["on its way/), `0${JSON.stringify({ sid, pid })}`]);
    expect(sockets[1]?.recovered).toBe(true);
  });

  it("gets offsets with what it missed, from which it can come back again", () => {
    const server = createServer();
    const { pid, claim } = loseClient(server);
    server.io.emit("second");
    server.io.emit("third");
    const client = server.connect();
    client.send(claim);
    const offset = offsetOf(client.take()[0]);
    client.vanish();
    const again = server.connect();
    again.send(`0${JSON.stringify({ pid, offset })}`);
    expect(again.take()).toEqual([expect.stringMatching(/^2\["third","/), expect.stringMatching(/^0\{/)]);
  });

  it("has its rooms and data, and broadcasts reach it at once", () => {
    const server = createServer();
    const { io, sockets, connect } = server;
    io.once("connection", (socket) => {
      socket.data = { name: "bob" };
      void socket.join(["a", "b"]);
    });
    const { sid, claim } = loseClient(server);
    expect(io.sockets.adapter.rooms.size).toBe(0);
    const client = connect();
    client.send(claim);
    client.take();
    expect(sockets[1]).toMatchObject({ data: { name: "bob" }, rooms: new Set([sid, "a", "b"]) });
    io.to("a").emit("hello");
    expect(client.take()).toEqual([expect.stringMatching(/^2\["hello","/)]);
  });

  it("passes no middleware again, unless the program wants that", () => {
    const asked = vi.fn();
    const recoveries = [true, false].map((skipMiddlewares) => {
      const server = createServer({ connectionStateRecovery: { skipMiddlewares } });
      const { claim } = loseClient(server);
      server.io.use((socket, next) => {
        asked(socket.recovered);
        next();
      });
      server.connect().send(claim);
      return server.sockets[1]?.recovered;
    });
    expect([recoveries, asked.mock.calls]).toEqual([[true, true], [[true]]]);
  });

  it("misses nothing that is sent while middlewares judge it, and gets nothing twice", () => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false } });
    const { claim } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_, next) => void verdicts.push(next));
    server.io.emit("before");
    const client = server.connect();
    client.send(claim);
    server.io.emit("meanwhile");
    verdicts[0]?.();
    server.io.emit("after");
    expect(client.take()).toEqual([
      expect.stringMatching(/^2\["before","/),
      expect.stringMatching(/^2\["meanwhile","/),
      expect.stringMatching(/^0\{/),
      expect.stringMatching(/^2\["after","/),
    ]);
  });

  it("is disconnected when what it missed was dropped while middlewares judged it, and then starts anew", () => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false, maxLogBytes: 1000 } });
    const { claim, sid } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_, next) => void verdicts.push(next));
    const client = server.connect();
    client.send(claim);
    server.io.emit("large", "x".repeat(2000));
    verdicts[0]?.();
    expect([client.take(), client.port.closes, server.sockets.length]).toEqual([[], 1, 1]);
    const again = server.connect();
    again.send(claim);
    verdicts[1]?.();
    expect(readReply(again.take()[0]).sid).not.toBe(sid);
  });

  it("loses its session when a middleware refuses it", () => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false } });
    const { claim, sid } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_, next) => void verdicts.push(next));
    const client = server.connect();
    client.send(claim);
    verdicts[0]?.(new Error("banned"));
    client.send(claim);
    verdicts[1]?.();
    const [refusal, reply] = client.take();
    expect([refusal, readReply(reply).sid === sid]).toEqual(['4{"message":"banned"}', false]);
  });

  it("that goes again before middlewares let it in finds its session once more", () => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false } });
    const { claim, sid } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_, next) => void verdicts.push(next));
    const client = server.connect();
    client.send(claim);
    client.vanish();
    verdicts[0]?.();
    const again = server.connect();
    again.send(claim);
    verdicts[1]?.();
    expect(readReply(again.take().at(-1)).sid).toBe(sid);
  });

  it("takes its session from a connection that is being judged still", () => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false } });
    const { claim, sid } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_, next) => void verdicts.push(next));
    const elder = server.connect();
    elder.send(claim);
    const newer = server.connect();
    newer.send(claim);
    for (const next of verdicts) next();
    expect([elder.take(), readReply(newer.take().at(-1)).sid]).toEqual([[], sid]);
    expect(server.sockets.map(({ recovered }) => recovered)).toEqual([false, true]);
  });

  it.each([
    ["is content with", undefined],
    ["refuses", new Error("no")],
  ])("keeps its rooms when a middleware at last %s the connection that it took its session from", (_, verdict) => {
    const server = createServer({ connectionStateRecovery: { skipMiddlewares: false } });
    const { claim, sid } = loseClient(server);
    const verdicts: Next[] = [];
    server.io.use((_socket, next) => void verdicts.push(next));
    const [, newer] = [server.connect(), server.connect()].map((client) => {
      client.send(claim);
      return client;
    });
    verdicts[1]?.();
    void server.sockets[1]?.join("a");
    newer?.take();
    verdicts[0]?.(verdict);
    server.io.to("a").to(sid).emit("still here");
    expect([server.sockets[1]?.rooms, newer?.take().length]).toEqual([new Set([sid, "a"]), 1]);
  });

  it("takes its session from a connection that is dead though nobody has noticed", () => {
    const server = createServer();
    const { io, sockets, connect } = server;
    const elder = connect();
    const { sid, pid } = join(elder);
    io.emit("first");
    const offset = offsetOf(elder.take()[0]);
    io.emit("swallowed by the network");
    const ended = vi.fn();
    sockets[0]?.on("disconnect", ended);
    const newer = connect();
    newer.send(`0${JSON.stringify({ pid, offset })}`);
    expect(newer.take()).toEqual([expect.stringMatching(/^2\["swallowed/), `0${JSON.stringify({ sid, pid })}`]);
    expect([ended.mock.calls, elder.port.closes, io.sockets.sockets.size]).toEqual([
      [["forced close", undefined]],
      1,
      1,
    ]);
  });

  it("gets what a program emitted to the socket it had before", () => {
    const server = createServer();
    const { claim } = loseClient(server);
    const [before] = server.sockets;
    before?.emit("while away");
    const client = server.connect();
    client.send(claim);
    before?.emit("since it is back");
    expect(client.take()).toEqual([
      expect.stringMatching(/^2\["while away"/),
      expect.stringMatching(/^0/),
      expect.stringMatching(/^2\["since it is back"/),
    ]);
  });

  it("gets its data as it was sent, whatever the program did to it since", () => {
    const server = createServer();
    const { claim } = loseClient(server);
    const score = { points: 1 };
    server.io.emit("score", score);
    score.points = 2;
    const client = server.connect();
    client.send(claim);
    expect(client.take()[0]).toMatch(/^2\["score",\{"points":1\},"/);
  });

  it("is kept in every namespace for itself", () => {
    const { io, connect } = createServer();
    io.of("/chat");
    const client = connect();
    client.send("0", "0/chat,");
    const [main, chat] = client.take().map(readReply);
    expect(main?.pid).not.toBe(chat?.pid);
    io.of("/chat").emit("first");
    const offset = offsetOf(client.take()[0]);
    client.vanish();
    const again = connect();
    again.send(`0/chat,${JSON.stringify({ pid: chat?.pid, offset })}`);
    expect(again.take()).toEqual([`0/chat,${JSON.stringify({ sid: chat?.sid, pid: chat?.pid })}`]);
  });
});

describe("a new session is what", () => {
  it.each([
    ["an unknown private id", { pid: "nope", offset: "x" }],
    ["an unknown private id without an offset", { pid: "pid" }],
    ["values that are no texts", { pid: 1, offset: 2 }],
    ["an offset without a private id", { offset: "x" }],
  ])("%s leads to", (_, auth) => {
    const { sockets, connect } = createServer();
    const client = connect();
    client.send(`0${JSON.stringify(auth)}`);
    expect(client.take()).toEqual([expect.stringMatching(/^0\{"sid":"[^"]+","pid":"bwl_[^"]+"\}$/)]);
    expect(sockets[0]?.recovered).toBe(false);
  });

  it("an offset leads to that is none", () => {
    const server = createServer();
    const { pid, sid } = loseClient(server);
    const client = server.connect();
    client.send(`0${JSON.stringify({ pid, offset: "made up" })}`);
    expect(readReply(client.take()[0])).not.toMatchObject({ sid });
  });

  it("a client gets that comes too late", () => {
    const server = createServer({ connectionStateRecovery: { maxDisconnectionDuration: 1000 } });
    const { claim, sid } = loseClient(server);
    server.clock.advance(1001);
    const client = server.connect();
    client.send(claim);
    expect(readReply(client.take()[0])).not.toMatchObject({ sid });
  });

  it.each(["the client", "the server"])("a client gets that was sent away or left by %s", (side) => {
    const server = createServer();
    const client = server.connect();
    const { sid, pid } = join(client);
    server.io.emit("first");
    const offset = offsetOf(client.take()[0]);
    if (side === "the client") client.send("1");
    else server.io.disconnectSockets();
    client.send(`0${JSON.stringify({ pid, offset })}`);
    expect(readReply(client.take().at(-1))).not.toMatchObject({ sid });
  });

  it("a client gets whose events take up too much", () => {
    const server = createServer({ connectionStateRecovery: { maxLogBytes: 1000 } });
    const { claim, sid } = loseClient(server);
    server.io.emit("large", "x".repeat(2000));
    const client = server.connect();
    client.send(claim);
    expect(readReply(client.take()[0])).not.toMatchObject({ sid });
  });
});
