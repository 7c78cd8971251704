import { describe, expect, test } from "vitest";
import { createSocket, openEngine, type Parts, sent, welcome } from "../test-support/socket-parts.ts";
import { BufferFullError } from "./emission.ts";
import type { ClientOptions } from "./options.ts";

function createBounded(options: ClientOptions): Parts {
  const parts = createSocket(options);
  parts.socket.on("dropped", (dropped) => parts.told.push(`dropped ${JSON.stringify(dropped)}`));
  return parts;
}

describe("the buffer of events to be sent", () => {
  test("drops the newest when it is full, and tells so", () => {
    const parts = createBounded({ maxSendBuffer: 1 });
    parts.socket.emit("a").emit("b", 1, () => {});
    expect(parts.told).toEqual(['dropped {"event":"b","args":[1],"buffer":"send","reason":"the send buffer is full"}']);
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '42["a"]']);
  });

  test("has room again when the program empties it", () => {
    const parts = createBounded({ maxSendBuffer: 1 });
    parts.socket.emit("a");
    parts.socket.sendBuffer = [];
    parts.socket.emit("b");
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '42["b"]']);
  });

  test("gives an acknowledgement that takes an error one, in a later turn", () => {
    const { platform, socket } = createBounded({ maxSendBuffer: 0 });
    const answers: unknown[] = [];
    socket.timeout(1000).emit("a", (error: unknown) => answers.push(error));
    socket.emit("b", (answer: unknown) => answers.push(answer));
    expect(answers).toEqual([]);
    platform.clock.advance(5000);
    expect(answers).toEqual([new BufferFullError()]);
  });

  test("lets what is awaited reject with a code", async () => {
    const { platform, socket } = createBounded({ maxSendBuffer: 0 });
    const answer = socket.emitWithAck("a");
    platform.clock.advance(0);
    await expect(answer).rejects.toMatchObject({ name: "BufferFullError", code: "BOWLINE_BUFFER_FULL" });
  });

  test("holds for events that are sent until they are acknowledged, too", async () => {
    const parts = createBounded({ retries: 1, maxSendBuffer: 1 });
    parts.socket.emit("a");
    const answer = parts.socket.emitWithAck("b");
    parts.platform.clock.advance(0);
    await expect(answer).rejects.toBeInstanceOf(BufferFullError);
    expect(parts.told).toHaveLength(1);
  });

  test("holds a hundred thousand by default, and any number where the program says so", () => {
    const bounded = createBounded({});
    const endless = createBounded({ maxSendBuffer: Number.POSITIVE_INFINITY });
    for (let count = 0; count < 100_001; count++) {
      bounded.socket.emit("a");
      endless.socket.emit("a");
    }
    expect([bounded.socket.sendBuffer.length, bounded.told.length]).toEqual([100_000, 1]);
    expect([endless.socket.sendBuffer.length, endless.told]).toEqual([100_001, []]);
  });

  test("throws nothing at the one who emits when a listener of the drop throws", () => {
    const { platform, socket } = createBounded({ maxSendBuffer: 0 });
    socket.on("dropped", () => {
      throw new Error("mine");
    });
    socket.emit("a");
    expect(() => platform.clock.advance(0)).toThrow("mine");
  });
});

describe("the buffer of received events", () => {
  test("drops the newest when it is full, and tells so", () => {
    const parts = createBounded({ maxReceiveBuffer: 1 });
    parts.socket.on("news", (value) => parts.told.push(`news ${value}`));
    openEngine(parts);
    parts.platform.socket().message('42["news",1]');
    parts.platform.socket().message('427["news",2]');
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(parts.told).toEqual([
      'dropped {"event":"news","args":[2],"buffer":"receive","reason":"the receive buffer is full"}',
      "news 1",
      "connect id1",
    ]);
  });
});
