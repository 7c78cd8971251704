// Rules of the time between asking for a namespace and being in it: what leaves early, what has to wait, who is late.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Next } from "./middleware.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server whose main namespace waits for the test's verdicts, and whose `/admin` and `/chat` let everybody in. */
function createServer() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const verdicts: Next[] = [];
  const joining: Socket[] = [];
  const asked: string[] = [];
  const joined = vi.fn();
  io.use((socket, next) => {
    joining.push(socket);
    verdicts.push(next);
  });
  for (const name of ["/admin", "/chat"]) {
    io.of(name).use((_, next) => {
      asked.push(name);
      next();
    });
  }
  io.on("connection", joined);
  return {
    io,
    clock: platform.clock,
    uncaught: platform.uncaught,
    verdicts,
    joining,
    asked,
    joined,
    connect: (options?: FakeClientOptions) => new FakeClient(io.door, platform.clock, options),
  };
}

const WELCOME: unknown = expect.stringMatching(/^0\{"sid"/);

describe("what a middleware emits to the socket it judges", () => {
  it("leaves at once, before the client is told that it is in", () => {
    const { connect, verdicts, joining } = createServer();
    const client = connect();
    client.send("0");
    expect(joining[0]?.emit("early", 1)).toBe(true);
    expect(client.take()).toEqual(['2["early",1]']);
    joining[0]?.emit("early", 2);
    verdicts[0]?.();
    expect(client.take()).toEqual(['2["early",2]', WELCOME]);
  });

  it("may ask for an answer, which is heard once the client is in", () => {
    const { connect, verdicts, joining } = createServer();
    const answered = vi.fn();
    const client = connect();
    client.send("0");
    joining[0]?.emit("ask", answered);
    verdicts[0]?.();
    expect(client.take()).toEqual(['20["ask"]', WELCOME]);
    client.send('30["yes"]');
    expect(answered.mock.calls).toEqual([["yes"]]);
  });

  it("leaves before a refusal too, and behind it nothing does", () => {
    const { connect, verdicts, joining } = createServer();
    const answered = vi.fn();
    const client = connect();
    client.send("0");
    joining[0]?.emit("early");
    verdicts[0]?.(new Error("no"));
    joining[0]?.emit("late");
    joining[0]?.emit("late", answered);
    expect(client.take()).toEqual(['2["early"]', '4{"message":"no"}']);
  });

  it("behind a refusal hears that its time is up, where it has a time limit", () => {
    const { connect, verdicts, joining, clock } = createServer();
    const answered = vi.fn();
    const client = connect();
    client.send("0");
    verdicts[0]?.(new Error("no"));
    client.take();
    joining[0]?.timeout(100).emit("late", answered);
    clock.advance(100);
    expect([client.take(), answered.mock.calls]).toEqual([
      [],
      [[expect.objectContaining({ message: "operation has timed out" })]],
    ]);
  });
});

describe("a client of generation 2 that asks for another namespace while the main one decides", () => {
  it("waits, and is judged once the main one has said yes, in the order of asking", () => {
    const { connect, verdicts, asked } = createServer();
    const client = connect({ protocol: 3 });
    client.send("0/chat,", "0/admin,", "0/nope,");
    expect([client.take(), asked]).toEqual([[], []]);
    verdicts[0]?.();
    expect(client.take()).toEqual(["0", "0/chat,", "0/admin,", '4/nope,"Invalid namespace"']);
    expect(asked).toEqual(["/chat", "/admin"]);
  });

  it.each([
    ["twice", ["0/chat,", "0/chat,"]],
    ["a hundred and one times", Array.from({ length: 101 }, (_, index) => `0/n${index},`)],
  ])("is disconnected when it asks %s", (_name, requests) => {
    const { connect, verdicts, asked } = createServer();
    const client = connect({ protocol: 3 });
    client.send(...requests);
    verdicts[0]?.();
    expect([client.port.closes, asked]).toEqual([1, []]);
  });

  it("reaches the program behind the main one", () => {
    const { io, connect, verdicts } = createServer();
    const told: string[] = [];
    for (const name of ["/", "/admin"]) io.of(name).on("connection", () => told.push(name));
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    verdicts[0]?.();
    expect(told).toEqual(["/", "/admin"]);
  });

  it("is judged although a listener of the main one throws", () => {
    const { io, connect, verdicts, asked, uncaught } = createServer();
    const mistake = new Error("a listener's mistake");
    io.on("connect", () => {
      throw mistake;
    });
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    verdicts[0]?.();
    expect([client.take(), asked, uncaught]).toEqual([["0", "0/admin,"], ["/admin"], [mistake]]);
  });

  it("is judged by nobody where a listener of the main one ends the connection", () => {
    const { io, connect, verdicts, asked } = createServer();
    io.on("connect", (socket) => socket.disconnect(true));
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    verdicts[0]?.();
    expect([client.take(), asked, client.port.closes]).toEqual([["0", "1"], [], 1]);
  });

  it("waits no more once it is in", () => {
    const { connect, verdicts } = createServer();
    const client = connect({ protocol: 3 });
    verdicts[0]?.();
    client.take();
    client.send("0/admin,");
    expect(client.take()).toEqual(["0/admin,"]);
  });

  it("is dropped when the main one refuses: the one refusal is all it reads", () => {
    const { io, connect, verdicts, asked } = createServer();
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    verdicts[0]?.(new Error("no"));
    expect([client.take(), asked, io.of("/admin").sockets.size]).toEqual([['4"no"'], [], 0]);
  });

  it.each([
    ["message", new Error("no"), '4/admin,"no"'],
    ["data", Object.assign(new Error("no"), { data: { code: 7 } }), '4/admin,{"code":7}'],
  ])("gets the %s of the main one's refusal when it asks afterwards, and is judged by nobody", (_, refusal, packet) => {
    const { connect, verdicts, asked } = createServer();
    const client = connect({ protocol: 3 });
    verdicts[0]?.(refusal);
    client.take();
    client.send("0/admin,");
    const first = client.take();
    client.send("0/admin,");
    expect([first, client.take(), asked, client.port.closes]).toEqual([[packet], [packet], [], 0]);
  });

  it("is sent away when it asks for the same one twice", () => {
    const { connect, verdicts } = createServer();
    const client = connect({ protocol: 3 });
    client.send("0/admin,", "0/admin,");
    verdicts[0]?.();
    expect(client.port.closes).toBe(1);
  });

  it("and goes is judged by nobody", () => {
    const { connect, verdicts, asked, joined } = createServer();
    const client = connect({ protocol: 3 });
    client.send("0/admin,");
    client.vanish();
    verdicts[0]?.();
    expect([asked, joined.mock.calls, client.take()]).toEqual([[], [], []]);
  });
});

describe("a client of generation 4 that asks for another namespace while the main one decides", () => {
  it("does not wait, whatever the main one says", () => {
    const { connect, verdicts, asked } = createServer();
    const client = connect();
    client.send("0", "0/admin,");
    expect(client.take()).toEqual([expect.stringMatching(/^0\/admin,\{"sid"/)]);
    verdicts[0]?.(new Error("no"));
    client.send("0/chat,");
    expect(client.take()).toEqual(['4{"message":"no"}', expect.stringMatching(/^0\/chat,\{"sid"/)]);
    expect(asked).toEqual(["/admin", "/chat"]);
  });
});

describe("a client whose connection is closing when its middleware decides", () => {
  it.each([
    ["content", undefined],
    ["against it", new Error("no")],
  ])("is not let in by one that is %s, nor told anything", (_, verdict) => {
    const { io, connect, verdicts, joined, clock } = createServer();
    const client = connect();
    const [connection] = Object.values(io.door.clients);
    client.send("0");
    client.port.holdsWrites = true;
    client.send("0/nope,");
    clock.endTurn();
    client.send("0/none,");
    connection?.close();
    expect(connection?.readyState).toBe("closing");
    verdicts[0]?.(verdict);
    client.port.written();
    expect(client.take()).toEqual(['4/nope,{"message":"Invalid namespace"}', '4/none,{"message":"Invalid namespace"}']);
    expect([joined.mock.calls, io.sockets.sockets.size, io.sockets.adapter.sids.size]).toEqual([[], 0, 0]);
  });
});
