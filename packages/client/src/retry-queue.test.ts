import { describe, expect, test } from "vitest";
import { createConnected, createSocket, openEngine, type Parts, sent, welcome } from "../test-support/socket-parts.ts";

const RETRIES = { retries: 2, ackTimeout: 1000 };

function noteAnswers({ socket, told }: Parts, ...events: readonly string[]): void {
  for (const event of events) {
    socket.emit(event, (...answer: unknown[]) => told.push(`${event}: ${answer.map(String).join(" ")}`));
  }
}

describe("events that are sent until they are acknowledged", () => {
  test("leave one by one, in order, each when the one before was acknowledged", () => {
    const parts = createConnected(RETRIES);
    noteAnswers(parts, "a", "b");
    expect(sent(parts)).toEqual(['420["a"]']);
    parts.platform.socket().message('430["yes"]');
    expect([sent(parts), parts.told.at(-1)]).toEqual([['421["b"]'], "a: null yes"]);
  });

  test("expect an acknowledgement, though the program does not", () => {
    const parts = createConnected(RETRIES);
    parts.socket.emit("a", 1).emit("b");
    expect(sent(parts)).toEqual(['420["a",1]']);
    parts.platform.socket().message("430[]");
    expect(sent(parts)).toEqual(['421["b"]']);
  });

  test("are sent again with a new id when no answer comes in time, until the tries are used up", () => {
    const parts = createConnected(RETRIES);
    noteAnswers(parts, "a", "b");
    const seen = [sent(parts)];
    for (let tries = 0; tries < 3; tries++) {
      parts.platform.clock.advance(1000);
      seen.push(sent(parts));
    }
    expect(seen).toEqual([['420["a"]'], ['421["a"]'], ['422["a"]'], ['423["b"]']]);
    expect(parts.told.at(-1)).toBe("a: AckTimeoutError: operation has timed out");
  });

  test("have as many tries as those before them", () => {
    const parts = createConnected({ retries: 1, ackTimeout: 1000 });
    noteAnswers(parts, "a", "b");
    parts.platform.clock.advance(1000);
    parts.platform.socket().message("431[]");
    sent(parts);
    parts.platform.clock.advance(1000);
    expect([sent(parts), parts.told]).toEqual([['423["b"]'], ["connect id1", "a: null"]]);
  });

  test("wait no longer than the modifier says", () => {
    const parts = createConnected(RETRIES);
    parts.socket.timeout(10).emit("a");
    sent(parts);
    parts.platform.clock.advance(10);
    expect(sent(parts)).toEqual(['421["a"]']);
  });

  test("take no answer of an earlier try", () => {
    const parts = createConnected(RETRIES);
    noteAnswers(parts, "a");
    parts.platform.clock.advance(1000);
    parts.platform.socket().message('430["late"]');
    expect(parts.told).toEqual(["connect id1"]);
  });

  test("are sent again over the next connection, before connect is told", () => {
    const parts = createConnected(RETRIES);
    noteAnswers(parts, "a");
    parts.socket.onAnyOutgoing((event) => parts.told.push(`sent ${event}`));
    sent(parts);
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    welcome(parts, "id2");
    expect(sent(parts)).toEqual(["40", '421["a"]']);
    expect(parts.told).toEqual(["connect id1", "disconnect transport close", "sent a", "connect id2"]);
  });

  test("are given up when every try was cut off", () => {
    const parts = createConnected({ retries: 1, ackTimeout: 60_000 });
    noteAnswers(parts, "a", "b");
    parts.socket.disconnect().connect();
    welcome(parts);
    parts.socket.disconnect();
    expect(parts.told.at(-1)).toBe("a: AckDisconnectedError: socket has been disconnected");
    parts.socket.connect();
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '422["b"]']);
  });

  test("wait while there is no connection, in a queue of their own, and leave behind what waits to be sent once", () => {
    const parts = createSocket(RETRIES, "/", RETRIES);
    parts.socket.emit("a");
    expect(parts.socket.sendBuffer).toEqual([]);
    openEngine(parts);
    sent(parts);
    parts.platform.clock.advance(5000);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(sent(parts)).toEqual(['420["a"]']);
  });

  test("wait for the next connection when this one is overdue", () => {
    const parts = createConnected(RETRIES);
    parts.platform.clock.suspend(60_000);
    parts.socket.emit("a");
    expect(sent(parts)).toEqual([]);
    parts.platform.clock.advance(1000);
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '420["a"]']);
  });

  test("can be awaited", async () => {
    const parts = createConnected(RETRIES);
    const answer = parts.socket.emitWithAck("a");
    sent(parts);
    parts.platform.socket().message('430["yes"]');
    expect(await answer).toBe("yes");
  });

  test("stay where they are when the program leaves, and go on when it comes back", () => {
    const parts = createConnected(RETRIES);
    noteAnswers(parts, "a", "b");
    sent(parts);
    parts.socket.disconnect().connect();
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '421["a"]']);
  });

  test("do not hold back what is volatile, which is sent once", () => {
    const parts = createConnected(RETRIES);
    parts.socket.emit("a").volatile.emit("now");
    expect(sent(parts)).toEqual(['420["a"]', '42["now"]']);
  });

  test("throw at the caller what has no JSON, and nothing waits behind it", () => {
    const parts = createConnected(RETRIES);
    expect(() => parts.socket.emit("a", 1n)).toThrow(TypeError);
    parts.socket.emit("b");
    expect(sent(parts)).toEqual(['421["b"]']);
  });

  test("go on behind one that has no JSON when its turn comes, which is told as uncaught", () => {
    const parts = createSocket(RETRIES, "/", RETRIES);
    parts.socket.emit("a", 1n).emit("b");
    welcome(parts);
    expect(sent(parts)).toEqual(["40", '421["b"]']);
    expect(() => parts.platform.clock.advance(0)).toThrow("BigInt");
  });

  test("go on behind an acknowledgement that throws", () => {
    const parts = createConnected(RETRIES);
    parts.socket.emit("a", () => {
      throw new Error("mine");
    });
    parts.socket.emit("b");
    parts.platform.socket().message("430[]");
    expect(sent(parts)).toEqual(['420["a"]', '421["b"]']);
    expect(() => parts.platform.clock.advance(0)).toThrow("mine");
  });
});

describe("events at a server that tells what comes again", () => {
  const ID = 2 ** 40;

  function createMarked(): Parts {
    const parts = createSocket(RETRIES);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id1","pid":"bwl_0123456789abcdef"}');
    sent(parts);
    return parts;
  }

  test("keep their id when no answer comes in time, and take the answer to any attempt", () => {
    const parts = createMarked();
    noteAnswers(parts, "a", "b");
    const seen = [sent(parts)];
    parts.platform.clock.advance(1000);
    seen.push(sent(parts));
    parts.platform.socket().message(`43${ID}["yes"]`);
    seen.push(sent(parts));
    expect(seen).toEqual([[`42${ID}["a"]`], [`42${ID}["a"]`], [`42${ID + 1}["b"]`]]);
    expect(parts.told.at(-1)).toBe("a: null yes");
  });

  test("keep their id over the next connection", () => {
    const parts = createMarked();
    parts.socket.emit("a");
    sent(parts);
    parts.platform.socket().close();
    parts.platform.clock.advance(1000);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id1","pid":"bwl_0123456789abcdef"}');
    expect(sent(parts).at(-1)).toBe(`42${ID}["a"]`);
  });

  test("have ids of their own beside events that are sent once", () => {
    const parts = createMarked();
    parts.socket.volatile.emit("now", () => undefined);
    parts.socket.emit("a");
    expect(sent(parts)).toEqual(['420["now"]', `42${ID + 1}["a"]`]);
  });

  test("get an id that stays where the first attempt went to a server that does not tell", () => {
    const parts = createConnected(RETRIES);
    parts.socket.emit("a");
    sent(parts);
    parts.platform.socket().close();
    parts.platform.clock.advance(1000);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id2","pid":"bwl_0123456789abcdef"}');
    expect(sent(parts).at(-1)).toBe(`42${ID + 1}["a"]`);
  });
});
