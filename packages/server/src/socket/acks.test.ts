// Rules of acknowledgements on one socket: asked once, answered once, late or never.
import { AckDisconnectedError, AckTimeoutError } from "@bowline/protocol";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { MAX_PENDING_ACKS } from "./inbox.ts";
import { SocketServer } from "./server.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

type Answer = (...args: unknown[]) => void;

/** A socket in the main namespace and its client at the other end. */
function openSocket() {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const client = new FakeClient(io.door, platform.clock).join();
  const [socket] = [...io.sockets.sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { io, platform, clock: platform.clock, client, socket, uncaught: platform.uncaught };
}

const TIMED_OUT = new AckTimeoutError();
const DISCONNECTED = new AckDisconnectedError();

describe("an ack that the client owes", () => {
  it("is asked for with an id, and called with the answer", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    socket.emit("ask", 1, answered);
    expect(client.take()).toEqual(['20["ask",1]']);
    client.send('30["yes",2]');
    expect(answered.mock.calls).toEqual([["yes", 2]]);
  });

  it("is given up when the client owes a hundred thousand younger ones, which is told once", () => {
    const { socket, client, platform } = openSocket();
    const [oldest, youngest] = [vi.fn(), vi.fn()];
    socket.emit("ask", oldest);
    for (let id = 2; id <= MAX_PENDING_ACKS + 1; id++) socket.expectReply(id, () => undefined);
    socket.emit("ask", youngest);
    client.send('30["late"]', '31["yes"]');
    expect([oldest.mock.calls, youngest.mock.calls, socket.acks.size]).toEqual([[], [["yes"]], MAX_PENDING_ACKS - 1]);
    expect(platform.warnings).toEqual([["BOWLINE_ACK_FORGOTTEN", expect.stringContaining("timeout()")]]);
  });

  it("is given up with a warning of its own for each socket", () => {
    const { io, platform, socket } = openSocket();
    new FakeClient(io.door, platform.clock).join();
    const other = [...io.sockets.sockets.values()].at(-1);
    for (let id = 0; id <= MAX_PENDING_ACKS; id++) {
      socket.expectReply(id, () => undefined);
      other?.expectReply(id, () => undefined);
    }
    expect(platform.warnings).toHaveLength(2);
  });

  it("may bring bytes", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    socket.emit("ask", answered);
    client.send('61-0[{"_placeholder":true,"num":0}]', Uint8Array.of(1));
    expect(answered.mock.calls).toEqual([[Uint8Array.of(1)]]);
  });

  it("has an id that counts for the whole namespace", () => {
    const { io, socket, client } = openSocket();
    socket.emit("a", vi.fn());
    io.timeout(1).emit("b", vi.fn());
    socket.emit("c", vi.fn());
    expect(client.take()).toEqual(['20["a"]', '21["b"]', '22["c"]']);
  });

  it("is called once, however often the client answers", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    socket.emit("ask", answered);
    client.send("30[1]", "30[2]");
    expect(answered.mock.calls).toEqual([[1]]);
  });

  it.each(["399[1]", "3[1]", "30[1]"])("is not there: the answer %s is ignored", (packet) => {
    const { client, uncaught } = openSocket();
    client.send(packet);
    expect([client.port.closes, uncaught]).toEqual([0, []]);
  });

  it("that throws is reported, and the socket lives", () => {
    const { socket, client, uncaught } = openSocket();
    const mistake = new Error("a callback's mistake");
    socket.emit("ask", () => {
      throw mistake;
    });
    client.send("30[1]");
    expect([uncaught, client.port.closes]).toEqual([[mistake], 0]);
  });
});

describe("an ack with a time limit", () => {
  it("takes an error or null first", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    const before = clock.pendingTimers;
    socket.timeout(100).emit("ask", answered);
    client.send('30["yes",2]');
    expect([answered.mock.calls, clock.pendingTimers]).toEqual([[[null, "yes", 2]], before]);
  });

  it("is called once: neither the time limit nor the end calls it after the answer", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    socket.timeout(100).emit("ask", answered);
    client.send("30[1]");
    clock.advance(100);
    client.vanish();
    expect(answered.mock.calls).toEqual([[null, 1]]);
  });

  it("hears in time that there is no answer, and a late one is ignored", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    socket.timeout(100).emit("ask", answered);
    clock.advance(99);
    expect(answered).not.toHaveBeenCalled();
    clock.advance(1);
    client.send("30[1]");
    expect(answered.mock.calls).toEqual([[TIMED_OUT]]);
  });

  it("holds for one emit", () => {
    const { socket, client } = openSocket();
    const [first, second] = [vi.fn(), vi.fn()];
    socket.timeout(100).emit("a", first);
    socket.emit("b", second);
    client.send("30[1]", "31[2]");
    expect([first.mock.calls, second.mock.calls]).toEqual([[[null, 1]], [[2]]]);
  });

  it("hears at once when the socket ends, once, and no timer stays", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    socket.timeout(100).emit("ask", answered);
    client.vanish();
    clock.advance(100);
    expect([answered.mock.calls, clock.pendingTimers]).toEqual([[[DISCONNECTED]], 0]);
  });

  it("hears of the end although the callback before it throws, which is reported", () => {
    const { socket, client, uncaught } = openSocket();
    const mistake = new Error("a callback's mistake");
    const answered = vi.fn();
    socket.timeout(100).emit("a", () => {
      throw mistake;
    });
    socket.timeout(100).emit("b", answered);
    client.vanish();
    expect([answered.mock.calls, uncaught]).toEqual([[[DISCONNECTED]], [mistake]]);
  });

  it("runs out also for an event that is emitted after the end, of which nothing is sent", () => {
    const { socket, client, clock } = openSocket();
    const answered = vi.fn();
    client.send("1");
    socket.timeout(100).emit("ask", answered);
    clock.advance(100);
    expect([answered.mock.calls, client.take()]).toEqual([[[TIMED_OUT]], []]);
  });
});

describe("an ack without a time limit", () => {
  it("is dropped when the socket ends", () => {
    const { socket, client } = openSocket();
    const answered = vi.fn();
    socket.emit("ask", answered);
    client.vanish();
    expect(answered).not.toHaveBeenCalled();
  });
});

describe("emitWithAck", () => {
  it("resolves with the first argument of the answer", async () => {
    const { socket, client } = openSocket();
    const answer = socket.emitWithAck("ask", 1);
    expect(client.take()).toEqual(['20["ask",1]']);
    client.send('30["yes",2]');
    await expect(answer).resolves.toBe("yes");
  });

  it("resolves with the answer under a time limit too", async () => {
    const { socket, client } = openSocket();
    const answer = socket.timeout(100).emitWithAck("ask");
    client.send('30["yes"]');
    await expect(answer).resolves.toBe("yes");
  });

  it("rejects when the time is up, or the socket ends", async () => {
    const { socket, client, clock } = openSocket();
    const slow = socket.timeout(100).emitWithAck("ask");
    clock.advance(100);
    await expect(slow).rejects.toEqual(TIMED_OUT);
    const cut = socket.timeout(100).emitWithAck("ask");
    client.vanish();
    await expect(cut).rejects.toEqual(DISCONNECTED);
  });

  it("rejects a reserved name", async () => {
    await expect(openSocket().socket.emitWithAck("connect")).rejects.toThrow(TypeError);
  });
});

describe("an ack that we owe", () => {
  it("answers with the client's id", () => {
    const { socket, client } = openSocket();
    socket.on("ask", (question: number, answer: Answer) => answer(question, "yes"));
    client.send('2456["ask",1]');
    expect(client.take()).toEqual(['3456[1,"yes"]']);
  });

  it("may be empty, and may bring bytes", () => {
    const { socket, client } = openSocket();
    socket.on("none", (answer: Answer) => answer());
    socket.on("bytes", (answer: Answer) => answer(Uint8Array.of(1)));
    client.send('20["none"]', '21["bytes"]');
    expect(client.take()).toEqual(["30[]", '61-1[{"_placeholder":true,"num":0}]', Uint8Array.of(1)]);
  });

  it("answers once", () => {
    const { socket, client } = openSocket();
    socket.on("ask", (answer: Answer) => {
      answer(1);
      answer(2);
    });
    client.send('20["ask"]');
    expect(client.take()).toEqual(["30[1]"]);
  });

  it("answers nobody once the socket has ended", () => {
    const { socket, client } = openSocket();
    const answers: Answer[] = [];
    socket.on("ask", (answer: Answer) => answers.push(answer));
    client.send('20["ask"]', "1");
    answers[0]?.(1);
    expect(client.take()).toEqual([]);
  });
});
