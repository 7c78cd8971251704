// A bus over lines that the test holds in its hands.
import { expect, test } from "vitest";
import { PubSubBus } from "./pub-sub-bus.ts";
import type { Listener } from "./redis-client.ts";

function createLines() {
  const changes = new Set<() => void>();
  const heard = new Map<string, Listener>();
  const log: string[] = [];
  const warned: string[] = [];
  const timers = new Map<() => void, number>();
  const surroundings = {
    after(ms: number, action: () => void) {
      timers.set(action, ms);
      return () => void timers.delete(action);
    },
    warn: (code: string, text: string) => void warned.push(`${code} ${text}`),
  };
  const line = {
    isReady: false,
    refuses: false,
    onChange(listener: () => void) {
      changes.add(listener);
      return () => void changes.delete(listener);
    },
    async publish(_kind: string, channel: string, bytes: Uint8Array) {
      heard.get(channel)?.(bytes);
    },
    count: async () => heard.size,
    async subscribe(_kind: string, channel: string, listener: Listener) {
      if (line.refuses) throw new Error("NOPERM not you");
      log.push(`+${channel}`);
      heard.set(channel, listener);
    },
    async unsubscribe(_kind: string, channel: string) {
      log.push(`-${channel}`);
      heard.delete(channel);
    },
    close: () => undefined,
  };
  const turn = async (isReady: boolean): Promise<void> => {
    line.isReady = isReady;
    for (const change of [...changes]) change();
    for (let at = 0; at < 10; at++) await Promise.resolve();
  };
  const kindOf = (): "channel" => "channel";
  const parts = { publisher: line, subscriber: line, kindOf, surroundings };
  const passTime = (): Promise<void> => {
    const due = [...timers.keys()];
    timers.clear();
    for (const action of due) action();
    return turn(line.isReady);
  };
  return { bus: new PubSubBus(parts), parts, line, log, turn, warned, timers, passTime };
}

test("a bus is up once its lines are ready, down when one is lost, and up when all topics are subscribed anew", async () => {
  const { bus, log, turn } = createLines();
  const told: string[] = [bus.status];
  bus.onStatus((status) => told.push(status));
  await turn(true);
  await bus.join("t", () => undefined);
  await turn(false);
  await turn(true);
  expect([told, log]).toEqual([
    ["connecting", "up", "down", "up"],
    ["+t", "+t"],
  ]);
});

test("a bus that is away refuses with a code, and one that is closed with another", async () => {
  const { bus, turn } = createLines();
  await expect(bus.publish("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
  await expect(bus.join("t", () => undefined)).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
  await expect(bus.subscribers("t")).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
  await turn(true);
  await bus.close();
  await bus.close();
  await expect(bus.publish("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_CLOSED" });
});

test("what is too large is refused, and a limit that makes no sense as well", async () => {
  const { bus, parts, turn } = createLines();
  await turn(true);
  await expect(bus.publish("t", new Uint8Array(bus.maxMessageBytes + 1))).rejects.toThrow(RangeError);
  expect(() => new PubSubBus(parts, { maxMessageBytes: 0 })).toThrow(RangeError);
});

test("a topic is joined once, left once, and may be joined again after Redis has refused it", async () => {
  const { bus, line, log, turn } = createLines();
  await turn(true);
  line.refuses = true;
  await expect(bus.join("t", () => undefined)).rejects.toMatchObject({ code: "BOWLINE_BUS_REFUSED" });
  line.refuses = false;
  const leave = await bus.join("t", () => undefined);
  await expect(bus.join("t", () => undefined)).rejects.toThrow(TypeError);
  await leave();
  await leave();
  expect(log).toEqual(["-t", "+t", "-t"]);
});

test("what a receiver throws is told, and harms nobody else", async () => {
  const { bus, turn, warned } = createLines();
  await turn(true);
  const got: number[] = [];
  await bus.join("bad", () => {
    throw new Error("mine");
  });
  await bus.join("good", (bytes) => got.push(bytes.length));
  await bus.publish("bad", Uint8Array.of(1));
  await bus.publish("good", Uint8Array.of(1, 2));
  expect([warned, got, await bus.subscribers("good")]).toEqual([
    ['BOWLINE_BUS_RECEIVER A receiver of "bad" has thrown: Error: mine'],
    [2],
    2,
  ]);
});

test("a bus that may not hear its topics any more is not up, says so once, and tries again", async () => {
  const { bus, line, turn, warned, passTime } = createLines();
  await turn(true);
  await bus.join("t", () => undefined);
  await turn(false);
  line.refuses = true;
  await turn(true);
  await passTime();
  expect([bus.status, warned.length, warned[0]]).toEqual(["down", 1, expect.stringContaining("NOPERM")]);
  line.refuses = false;
  await passTime();
  expect(bus.status).toBe("up");
});

test("a line that is lost while topics are subscribed anew has them subscribed once more", async () => {
  const { bus, line, log, turn } = createLines();
  await turn(true);
  await bus.join("t", () => undefined);
  await turn(false);
  let goOn = (): void => undefined;
  const { subscribe } = line;
  line.subscribe = async (...args) => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    return subscribe(...args);
  };
  await turn(true);
  await turn(false);
  await turn(true);
  line.subscribe = subscribe;
  goOn();
  await turn(true);
  expect([bus.status, log]).toEqual(["up", ["+t", "+t", "+t"]]);
});

test("a Redis that is not there from the beginning is told of after a while, and one that comes is not", async () => {
  const [absent, present] = [createLines(), createLines()];
  await present.turn(true);
  for (let second = 0; second < 20; second++) {
    await absent.passTime();
    await present.passTime();
  }
  expect([absent.warned, present.warned]).toEqual([[expect.stringContaining("BOWLINE_BUS_AWAY Cannot reach")], []]);
});

test("what is published while the connection breaks is refused as absence", async () => {
  const { bus, line, turn } = createLines();
  await turn(true);
  line.publish = () => Promise.reject(new Error("read ECONNRESET"));
  await expect(bus.publish("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
});

test("a bus that is closed while it is away waits for nobody", async () => {
  const { bus, line, turn, log } = createLines();
  await turn(true);
  const leave = await bus.join("t", () => undefined);
  await bus.join("u", () => undefined);
  await turn(false);
  line.unsubscribe = (_kind, channel) => {
    log.push(`never ${channel}`);
    return new Promise(() => undefined);
  };
  await leave();
  await bus.close();
  expect([bus.status, log]).toEqual(["closed", ["+t", "+u", "never t", "never u"]]);
});
