// Rules of acks that go another way than asked for: broadcasts settle once, and what never left leaves nothing behind.
import { Adapter, type AdapterNamespace } from "@bowline/adapter";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";

/** A server and the socket of a client in its main namespace. */
function openSocket(options: Partial<ServerOptions> = {}) {
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({});
  }
  const platform = createFakePlatform();
  const { clock } = platform;
  const io = new ServerInMemory(options, platform);
  const client = new FakeClient(io.door, clock).join();
  const [socket] = [...io.sockets.sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { io, clock, client, socket };
}

/** One broadcast with an ack, in the hands of the test. */
interface Asked {
  receivers(count: number): void;
  reply(answer: unknown): void;
}

/** A server whose adapter does with a broadcast what the test says, as one over many processes may. */
function openBroadcasts(meanwhile: (asked: Asked) => void) {
  const asked: Asked[] = [];
  const adapter = (namespace: AdapterNamespace) =>
    Object.assign(new Adapter(namespace), {
      broadcastWithAck(_: unknown, __: unknown, receivers: Asked["receivers"], reply: Asked["reply"]): void {
        asked.push({ receivers, reply });
        meanwhile({ receivers, reply });
      },
    });
  return { ...openSocket({ adapter }), asked };
}

describe("a broadcast with an ack", () => {
  it("settles once: late answers and the time limit change nothing", () => {
    const { io, clock, client } = openSocket();
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    client.send("30[1]", "30[2]");
    clock.advance(100);
    client.send("30[3]");
    expect(settled.mock.calls).toEqual([[null, [1]]]);
  });

  it("settles once with an adapter that hands in more answers than it counted receivers", () => {
    const { io, clock, asked } = openBroadcasts(({ receivers }) => receivers(1));
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    asked[0]?.reply(1);
    asked[0]?.reply(2);
    clock.advance(100);
    expect(settled.mock.calls).toEqual([[null, [1]]]);
    expect(clock.pendingTimers).toBe(1);
  });

  it("does not settle before it is out: receivers may be counted in several steps", () => {
    const { io, asked } = openBroadcasts(({ receivers, reply }) => {
      receivers(1);
      reply("here");
      receivers(1);
    });
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    expect(settled).not.toHaveBeenCalled();
    asked[0]?.reply("there");
    expect(settled.mock.calls).toEqual([[null, ["here", "there"]]]);
  });

  it("settles as soon as it is out where all have answered meanwhile", () => {
    const { io } = openBroadcasts(({ receivers, reply }) => {
      receivers(1);
      reply("here");
    });
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    expect(settled.mock.calls).toEqual([[null, ["here"]]]);
  });

  it("hands out a copy of the answers, to which a late one is not added", () => {
    const { io, asked } = openBroadcasts(({ receivers }) => receivers(1));
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    asked[0]?.reply(1);
    asked[0]?.reply(2);
    expect(settled.mock.calls).toEqual([[null, [1]]]);
  });

  it("hands out copies when time is up: nothing is added later, neither to the answers nor to the error's", () => {
    const { io, asked, clock } = openBroadcasts(({ receivers }) => receivers(2));
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    asked[0]?.reply(1);
    clock.advance(100);
    asked[0]?.reply(2);
    expect(settled.mock.calls).toEqual([[expect.objectContaining({ responses: [1] }), [1]]]);
  });

  it("that cannot be encoded throws, and nobody waits for an answer or the time limit", () => {
    const { io, clock, client } = openSocket();
    const settled = vi.fn();
    const before = clock.pendingTimers;
    expect(() => io.timeout(100).emit("ask", 1n, settled)).toThrow(TypeError);
    client.send("30[1]");
    expect([clock.pendingTimers, settled.mock.calls]).toEqual([before, []]);
  });
});

describe("an emit with an ack", () => {
  it("that cannot be encoded throws, and nobody waits for an answer or the time limit", () => {
    const { socket, clock, client } = openSocket();
    const answered = vi.fn();
    const before = clock.pendingTimers;
    expect(() => socket.emit("ask", 1n, answered)).toThrow(TypeError);
    expect(() => socket.timeout(100).emit("ask", 1n, answered)).toThrow(TypeError);
    client.send("30[1]", "31[1]");
    expect([clock.pendingTimers, answered.mock.calls]).toEqual([before, []]);
  });

  it("that is volatile and dropped keeps nothing where there is no time limit", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    client.port.holdsWrites = true;
    socket.emit("a");
    client.take();
    socket.volatile.emit("ask", answered);
    client.port.written();
    client.send("30[1]");
    expect([client.take(), answered.mock.calls]).toEqual([[], []]);
  });

  it("that is volatile and dropped hears that its time is up, where there is a time limit", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    client.port.holdsWrites = true;
    socket.emit("a");
    client.take();
    socket.volatile.timeout(100).emit("ask", answered);
    clock.advance(100);
    expect(answered.mock.calls).toEqual([[expect.objectContaining({ message: "operation has timed out" })]]);
  });

  it("that is volatile and leaves is answered as any other", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    socket.volatile.emit("ask", answered);
    client.send("30[1]");
    expect(answered.mock.calls).toEqual([[1]]);
  });
});
