// Rules of a connection on WebSocket: frames in and out, back-pressure, heartbeat of both revisions, and the end.

import { eio4 } from "@bowline/protocol";
import { createFakePlatform, FakeUpgrade, FakeWebSocket } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS } from "./options.ts";
import { EngineServer } from "./server.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";

/** A session on WebSocket with its handshake behind it. */
function openSession(protocol: 3 | 4 = 4, query = "") {
  const platform = createFakePlatform();
  const { clock } = platform;
  const engine = new EngineServer(ENGINE_DEFAULTS, platform);
  const heard: unknown[] = [];
  const opened: Connection[] = [];
  engine.on("connection", (connection) => {
    opened.push(connection);
    connection.on("message", (data) => heard.push(data));
    connection.on("close", (reason) => heard.push(`closed ${reason}`));
  });
  const upgrade = new FakeUpgrade(`/engine.io/?EIO=${protocol}&transport=websocket${query}`, { native: "the request" });
  engine.handleUpgrade(upgrade);
  clock.endTurn();
  const [connection] = opened;
  if (connection === undefined) throw new Error("Cannot open the session: the handshake was refused");
  const { port } = upgrade;
  port.take();
  return {
    clock,
    connection,
    heard,
    port,
    send(data: string | Uint8Array, compress = false): void {
      const frame = connection.dialect.frame({ type: "message", data }, !connection.transport.supportsBinary);
      connection.transmit({ frames: [frame], compress });
    },
  };
}

describe("messages on WebSocket", () => {
  it("of one turn leave in one write, each as a message of its own", () => {
    const { send, port, clock } = openSession();
    send("a");
    send(Uint8Array.of(1, 2));
    expect(port.take()).toEqual([]);
    clock.endTurn();
    expect(port.writes.at(-1)?.messages).toEqual(["4a", Uint8Array.of(1, 2)]);
  });

  it("carry the type byte in revision 3 where they are bytes, both ways", () => {
    const { send, port, clock, heard } = openSession(3);
    send(Uint8Array.of(1, 2));
    clock.endTurn();
    port.receive("4a", Uint8Array.of(4, 9), "b4AQI=");
    expect([port.take(), heard]).toEqual([[Uint8Array.of(4, 1, 2)], ["a", Uint8Array.of(9), Uint8Array.of(1, 2)]]);
  });

  it.each([
    [3, "b4AQI="],
    [4, "bAQI="],
  ] as const)("of revision %i are base64 where the request said b64", (protocol, frame) => {
    const { send, port, clock } = openSession(protocol, "&b64=1");
    send(Uint8Array.of(1, 2));
    clock.endTurn();
    expect(port.take()).toEqual([frame]);
  });

  it("are heard in order, text and bytes", () => {
    const { port, heard } = openSession();
    port.receive("4a", Uint8Array.of(7), "4", "bAQI=");
    expect(heard).toEqual(["a", Uint8Array.of(7), "", Uint8Array.of(1, 2)]);
  });

  it("wait while the batch before is being written", () => {
    const { send, port, clock, connection } = openSession();
    const drained = vi.fn();
    connection.on("drain", drained);
    port.holdsWrites = true;
    send("a");
    clock.endTurn();
    send("b");
    send("c");
    clock.endTurn();
    expect([port.take(), connection.writable, drained.mock.calls.length]).toEqual([["4a"], false, 0]);
    port.written();
    expect([port.take(), connection.writable]).toEqual([["4b", "4c"], false]);
    port.written();
    expect([connection.writable, drained.mock.calls.length]).toEqual([true, 1]);
  });

  it("may be compressed if one of the batch may", () => {
    const { send, port, clock } = openSession();
    send("a", false);
    clock.endTurn();
    send("b", false);
    send("c", true);
    clock.endTurn();
    expect(port.writes.slice(-2).map(({ compress }) => compress)).toEqual([false, true]);
  });
});

describe("the end of a WebSocket", () => {
  it("without an error is a transport close, with one a transport error", () => {
    const [clean, broken] = [openSession(), openSession()];
    clean.port.vanish();
    broken.port.vanish(new Error("reset"));
    expect([clean.heard, broken.heard]).toEqual([["closed transport close"], ["closed transport error"]]);
  });

  it("comes with a failed write", () => {
    const { send, port, clock, heard } = openSession();
    port.holdsWrites = true;
    send("a");
    clock.endTurn();
    port.written(new Error("broken pipe"));
    expect(heard).toEqual(["closed transport error"]);
  });

  it("is told once, and nothing is heard behind it", () => {
    const { port, heard, connection, send, clock } = openSession();
    port.vanish();
    port.vanish(new Error("again"));
    port.receive("4a");
    send("b");
    clock.endTurn();
    expect([heard, port.take(), connection.readyState]).toEqual([["closed transport close"], [], "closed"]);
  });

  it("by the server is a close frame once everything has left", () => {
    const { send, port, connection, heard } = openSession();
    send("a");
    connection.close();
    expect([port.take(), port.closes, heard]).toEqual([["4a"], 1, ["closed forced close"]]);
  });

  it("by the server waits for a batch that is being written", () => {
    const { send, port, connection, heard, clock } = openSession();
    port.holdsWrites = true;
    send("a");
    clock.endTurn();
    send("b");
    connection.close();
    expect([port.closes, connection.readyState, heard]).toEqual([0, "closing", []]);
    port.written();
    expect([port.take(), port.closes, heard]).toEqual([["4a", "4b"], 1, ["closed forced close"]]);
  });

  it("by the server at once still hands over what the WebSocket takes now", () => {
    const { send, port, connection, heard, clock } = openSession();
    send("a");
    connection.close(true);
    clock.endTurn();
    expect([port.take(), port.closes, heard]).toEqual([["4a"], 1, ["closed forced close"]]);
  });

  it("by the server at once drops what waits for a busy WebSocket", () => {
    const { send, port, connection, heard, clock } = openSession();
    port.holdsWrites = true;
    send("a");
    clock.endTurn();
    send("b");
    connection.close(true);
    port.written();
    expect([port.take(), port.closes, heard]).toEqual([["4a"], 1, ["closed forced close"]]);
  });

  it.each(["9", "", "x", "b*"])("comes as a parse error with the frame %j", (frame) => {
    const { port, heard, connection } = openSession();
    port.receive("4a", frame, "4b");
    expect([heard, port.closes, connection.readyState]).toEqual([["a", "closed parse error"], 1, "closed"]);
  });

  it.each([Uint8Array.of(), Uint8Array.of(9)])("comes as a parse error with the bytes %s of revision 3", (frame) => {
    const { port, heard } = openSession(3);
    port.receive(frame);
    expect(heard).toEqual(["closed parse error"]);
  });

  it.each(["0", "1", "5", "6", "3"])("does not come with a stray packet %s", (packet) => {
    const { port, heard, connection } = openSession();
    port.receive(packet);
    expect([heard, connection.readyState, port.closes]).toEqual([[], "open", 0]);
  });

  it("is told to the one who listens to the connection, with what is known of it", () => {
    const { connection, port } = openSession();
    const listener = { message: vi.fn(), closed: vi.fn() };
    connection.listen(listener);
    const cause = new Error("reset");
    port.receive("4a");
    port.vanish(cause);
    expect([listener.message.mock.calls, listener.closed.mock.calls]).toEqual([[["a"]], [["transport error", cause]]]);
  });
});

describe("the heartbeat of revision 4", () => {
  it("is a ping after the interval, and one interval after each pong", () => {
    const { port, clock } = openSession();
    clock.advance(24_999);
    expect(port.take()).toEqual([]);
    clock.advance(1);
    expect(port.take()).toEqual(["2"]);
    clock.advance(5000);
    port.receive("3");
    clock.advance(24_999);
    expect(port.take()).toEqual([]);
    clock.advance(1);
    expect(port.take()).toEqual(["2"]);
  });

  it("is told to the program when the pong comes, and not when the ping leaves", () => {
    const { port, clock, connection } = openSession();
    const beats = vi.fn();
    connection.on("heartbeat", beats);
    clock.advance(25_000);
    expect(beats).not.toHaveBeenCalled();
    port.receive("3");
    expect(beats).toHaveBeenCalledTimes(1);
  });

  it("ends the session when no pong comes in time, with a close frame", () => {
    const { port, clock, heard } = openSession();
    clock.advance(44_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect([heard, port.closes, clock.pendingTimers]).toEqual([["closed ping timeout"], 1, 0]);
  });

  it.each(["2", "2probe"])("ends the session with a transport error when the client says %s", (ping) => {
    const { port, heard } = openSession();
    port.receive(ping);
    expect(heard).toEqual(["closed transport error"]);
  });
});

describe("the heartbeat of revision 3", () => {
  it("is told to the program when a ping comes", () => {
    const { port, connection } = openSession(3);
    const beats = vi.fn();
    connection.on("heartbeat", beats);
    port.receive("2");
    expect(beats).toHaveBeenCalledTimes(1);
  });

  it("is an empty answer to each ping of the client, whatever it says", () => {
    const { port } = openSession(3);
    port.receive("2", "2probe");
    expect(port.take()).toEqual(["3", "3"]);
  });

  it("ends the session after interval and timeout of silence; the server pings nobody", () => {
    const { port, clock, heard } = openSession(3);
    clock.advance(44_999);
    expect([heard, port.take()]).toEqual([[], []]);
    clock.advance(1);
    expect([heard, port.closes]).toEqual([["closed ping timeout"], 1]);
  });

  it.each(["2", "4a", "3"])("goes on with a packet %s", (packet) => {
    const { port, clock, connection } = openSession(3);
    clock.advance(44_999);
    port.receive(packet);
    clock.advance(44_999);
    expect(connection.readyState).toBe("open");
    clock.advance(1);
    expect(connection.readyState).toBe("closed");
  });
});

describe("a connection", () => {
  it("tells what programs read from it", () => {
    const { connection } = openSession(3, "&token=x");
    expect(connection.id).toMatch(/^[\w-]{20}$/);
    expect([connection.protocol, connection.transport.name, connection.readyState]).toEqual([3, "websocket", "open"]);
    expect([connection.remoteAddress, connection.request, connection.query["token"]]).toEqual([
      "203.0.113.7",
      "the request",
      "x",
    ]);
    expect([connection.upgraded, connection.upgrading]).toEqual([false, false]);
  });
});

describe("a WebSocket carrier by itself", () => {
  it("refuses a batch while another is being written", () => {
    const port = new FakeWebSocket();
    const carrier = new WebSocketCarrier(port, eio4, true);
    port.holdsWrites = true;
    carrier.send([]);
    expect(() => carrier.send([])).toThrow(new TypeError("Cannot send: the WebSocket is busy"));
    carrier.sendAlone({ type: "pong" });
    expect(port.messages).toEqual([]);
  });

  it.each([
    ["written", undefined, undefined],
    ["lost", new Error("gone"), "transport error"],
  ])("tells packets that they were %s, and stays gone if it has gone meanwhile", (_, failure, reason) => {
    const port = new FakeWebSocket();
    const carrier = new WebSocketCarrier(port, eio4, true);
    const told: unknown[] = [];
    port.holdsWrites = true;
    carrier.send([{ frames: [], compress: false, flushed: (failure) => told.push(failure) }]);
    carrier.close("discard");
    port.written(failure);
    expect([told, carrier.writable]).toEqual([[reason], false]);
  });

  it("says goodbye once", () => {
    const port = new FakeWebSocket();
    const carrier = new WebSocketCarrier(port, eio4, true);
    carrier.close("flush");
    carrier.close("discard");
    expect(port.closes).toBe(1);
  });
});
