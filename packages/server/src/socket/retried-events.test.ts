// Rules of events that a client sends until they are answered: the program hears of each once, and answers once.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "./options.ts";
import { KeptRetriedEvents, RetriedEvents } from "./retried-events.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

const ID = 2 ** 40;

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

type Answer = (...args: unknown[]) => void;

/** A server that answers when it is told to, and notes what it has heard. */
function createServer(options: Partial<ServerOptions> = { connectionStateRecovery: {} }) {
  const platform = createFakePlatform();
  const io = new ServerInMemory(options, platform);
  const heard: unknown[] = [];
  const answers: Answer[] = [];
  const sockets: Socket[] = [];
  io.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("ask", (what: unknown, answer: Answer) => {
      heard.push(what);
      answers.push(answer);
    });
  });
  return {
    io,
    heard,
    answers,
    sockets,
    clock: platform.clock,
    connect: (clientOptions?: FakeClientOptions) => new FakeClient(io.door, platform.clock, clientOptions),
  };
}

/** Joins the main namespace, as a new client or as one that comes back. @returns what it shows the next time. */
function join(client: FakeClient, claim = "0"): string {
  client.send(claim);
  const pid = /"pid":"(?<pid>[^"]+)"/.exec(String(client.take().at(-1)))?.groups?.["pid"];
  return `0${JSON.stringify({ pid })}`;
}

describe("an event that comes again", () => {
  it("is told once while its answer is due, and answered once", () => {
    const { connect, heard, answers } = createServer();
    const client = connect();
    join(client);
    client.send(`2${ID}["ask","a"]`);
    client.send(`2${ID}["ask","a"]`);
    answers[0]?.("yes");
    expect([heard, client.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
  });

  it("is answered again once it was answered", () => {
    const { connect, heard, answers } = createServer();
    const client = connect();
    join(client);
    client.send(`2${ID}["ask","a"]`);
    answers[0]?.("yes");
    client.take();
    client.send(`2${ID}["ask","a"]`);
    expect([heard, client.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
  });

  it("is answered over the next connection of its session, whether it was answered before or after the loss", () => {
    const { connect, heard, answers } = createServer();
    const client = connect();
    const claim = join(client);
    client.send(`2${ID}["ask","a"]`);
    client.vanish();
    const next = connect();
    join(next, claim);
    next.send(`2${ID}["ask","a"]`);
    answers[0]?.("yes");
    expect([heard, next.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
    next.vanish();
    const third = connect();
    join(third, claim);
    third.send(`2${ID}["ask","a"]`);
    expect([heard, third.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
  });

  it("is known while the connection from before has died unnoticed", () => {
    const { connect, heard, answers } = createServer();
    const client = connect();
    const claim = join(client);
    client.send(`2${ID}["ask","a"]`);
    const next = connect();
    join(next, claim);
    next.send(`2${ID}["ask","a"]`);
    answers[0]?.("yes");
    expect([heard, next.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
  });

  it("is known where the session itself cannot be brought back", () => {
    const { io, connect, heard, answers, sockets } = createServer({
      connectionStateRecovery: { maxLogBytes: 5000 },
    });
    const client = connect();
    const claim = join(client);
    client.send(`2${ID}["ask","a"]`);
    client.vanish();
    for (let count = 0; count < 10; count++) io.emit("news", "x".repeat(1000));
    const next = connect();
    join(next, claim);
    next.send(`2${ID}["ask","a"]`);
    answers[0]?.("yes");
    expect([sockets.at(-1)?.recovered, heard, next.take()]).toEqual([false, ["a"], [`3${ID}["yes"]`]]);
  });

  it("is forgotten with its session", () => {
    const { connect, heard, clock } = createServer({ connectionStateRecovery: { maxDisconnectionDuration: 1000 } });
    const client = connect();
    const claim = join(client);
    client.send(`2${ID}["ask","a"]`);
    client.vanish();
    clock.advance(1001);
    const next = connect();
    join(next, claim);
    next.send(`2${ID}["ask","a"]`);
    expect(heard).toEqual(["a", "a"]);
  });

  it("is another one with another id, and one before it means nothing any more", () => {
    const { connect, heard, answers } = createServer();
    const client = connect();
    join(client);
    client.send(`2${ID}["ask","a"]`);
    client.send(`2${ID + 5}["ask","b"]`);
    client.send(`2${ID}["ask","a"]`);
    for (const answer of answers) answer("yes");
    expect([heard, client.take()]).toEqual([
      ["a", "b"],
      [`3${ID}["yes"]`, `3${ID + 5}["yes"]`],
    ]);
  });

  it("is told again where its id is an ordinary one, which clients may use twice", () => {
    const { connect, heard } = createServer();
    const client = connect();
    join(client);
    client.send('27["ask","a"]');
    client.send('27["ask","a"]');
    expect(heard).toEqual(["a", "a"]);
  });

  it("is told again by a server without sessions, which knows no client again", () => {
    const { connect, heard } = createServer({});
    const client = connect();
    join(client);
    client.send(`2${ID}["ask","a"]`);
    client.send(`2${ID}["ask","a"]`);
    expect(heard).toEqual(["a", "a"]);
  });
});

describe("an event that comes again while middlewares think", () => {
  it("is told once, and owes one answer", () => {
    const { connect, heard, answers, sockets } = createServer();
    const client = connect();
    join(client);
    const thinking: (() => void)[] = [];
    sockets[0]?.use((_event, next) => thinking.push(next));
    client.send(`2${ID}["ask","a"]`);
    client.send(`2${ID}["ask","a"]`);
    for (const next of thinking) next();
    answers[0]?.("yes");
    expect([heard, client.take(), sockets[0]?.unfinished]).toEqual([["a"], [`3${ID}["yes"]`], 0]);
  });

  it("is told when a later attempt is let pass", () => {
    const { connect, heard, sockets } = createServer();
    const client = connect();
    join(client);
    let seen = 0;
    sockets[0]?.use((_event, next) => (++seen > 1 ? next() : undefined));
    client.send(`2${ID}["ask","a"]`);
    client.send(`2${ID}["ask","a"]`);
    expect([heard, seen]).toEqual([["a"], 2]);
  });

  it("is told over the next connection where the one before was lost meanwhile", () => {
    const { connect, heard, answers, sockets } = createServer();
    const client = connect();
    const claim = join(client);
    const thinking: (() => void)[] = [];
    sockets[0]?.use((_event, next) => thinking.push(next));
    client.send(`2${ID}["ask","a"]`);
    client.vanish();
    const next = connect();
    join(next, claim);
    next.send(`2${ID}["ask","a"]`);
    for (const pass of thinking) pass();
    answers[0]?.("yes");
    expect([heard, next.take()]).toEqual([["a"], [`3${ID}["yes"]`]]);
  });
});

describe("what lost sessions had under way", () => {
  it("is forgotten of those that were lost first, where there are very many", () => {
    const kept = new KeptRetriedEvents({ now: () => 0 }, 1000);
    const retried = new RetriedEvents({ connected: false, sendAck: () => undefined });
    for (let session = 0; session <= 100_000; session++) kept.put(`p${session}`, retried);
    expect([kept.take("p0"), kept.take("p1"), kept.take("p100000")]).toEqual([undefined, retried, retried]);
  });
});
