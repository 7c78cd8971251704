// Rules of messages whose attachments are still due: a budget for all clients, a time for each, and nothing kept of the rest.
import { createFakeClock, createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import { UnfinishedMessages } from "./unfinished-messages.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer(options: Partial<ServerOptions> = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ pingInterval: 100_000, ...options }, platform);
  const heard: unknown[] = [];
  io.on("connection", (socket) => {
    socket.on("file", (...parts: unknown[]) => heard.push(parts.length));
  });
  return { io, heard, clock: platform.clock, connect: () => new FakeClient(io.door, platform.clock).join() };
}

/** Begins a message of three attachments, and sends two of them. */
function begin(client: FakeClient, bytes = 100): FakeClient {
  client.send('53-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]');
  client.send(new Uint8Array(bytes), new Uint8Array(bytes));
  return client;
}

describe("messages that are not finished", () => {
  it("are counted with their bytes until they are whole", () => {
    const { io, heard, connect } = createServer();
    const client = begin(connect());
    expect(io.unfinished).toMatchObject({ messages: 1, bytes: 301 });
    client.send(new Uint8Array(100));
    expect([io.unfinished, heard]).toEqual([{ messages: 0, bytes: 0, connections: 0 }, [3]]);
  });

  it("are counted no more once their client has gone", () => {
    const { io, connect } = createServer();
    begin(connect()).vanish();
    expect(io.unfinished).toMatchObject({ messages: 0, bytes: 0 });
  });

  it("are counted no more once their client is sent away over nonsense", () => {
    const { io, connect } = createServer();
    begin(connect()).send("nonsense");
    expect(io.unfinished).toMatchObject({ messages: 0, bytes: 0 });
  });

  it("over the budget cost the client that has sent nothing for the longest time its connection", () => {
    const { io, heard, connect } = createServer({ maxUnfinishedBytes: 700 });
    const [first, second] = [begin(connect()), begin(connect())];
    first.send(
      new Uint8Array(50),
      '53-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]',
    );
    first.send(new Uint8Array(400));
    second.send(new Uint8Array(100));
    expect([io.refusals, io.sockets.sockets.size, heard]).toEqual([{ BOWLINE_UNFINISHED_OVER_LIMIT: 1 }, 1, [3]]);
  });

  it("never cost the last one its connection, however large its message", () => {
    const { io, heard, connect } = createServer({ maxUnfinishedBytes: 10 });
    begin(connect(), 1000).send(new Uint8Array(1000));
    expect([io.refusals, heard]).toEqual([{}, [3]]);
  });

  it("may come to 18 of the largest frames where the program says nothing", () => {
    const { io, connect } = createServer({ maxHttpBufferSize: 1000 });
    const clients = Array.from({ length: 9 }, () => begin(connect(), 1000));
    expect([io.refusals, clients.length]).toEqual([{ BOWLINE_UNFINISHED_OVER_LIMIT: 1 }, 9]);
  });

  it("are given up when nothing more comes for the time of a heartbeat", () => {
    const { io, clock, connect } = createServer({ pingTimeout: 1000 });
    begin(connect());
    clock.advance(60_000);
    const other = begin(connect());
    clock.advance(39_999);
    expect(io.unfinished.messages).toBe(2);
    clock.advance(1_001);
    expect([io.refusals, io.unfinished.messages]).toEqual([{ BOWLINE_MESSAGE_ABANDONED: 1 }, 1]);
    other.vanish();
    expect(io.unfinished.messages).toBe(0);
  });

  it("leave no timer behind", () => {
    const clock = createFakeClock();
    const messages = new UnfinishedMessages(clock, () => ({ maxBytes: 10, timeoutMs: 1000 }));
    const speaker = { giveUp: () => undefined };
    messages.add(speaker, 5);
    expect(clock.pendingTimers).toBe(1);
    messages.remove(speaker);
    messages.remove(speaker);
    expect([clock.pendingTimers, messages.bytes]).toEqual([0, 0]);
  });
});
