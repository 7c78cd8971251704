// A bus over lines that the test holds in its hands.
import { expect, test } from "vitest";
import { PubSubBus } from "./pub-sub-bus.ts";
import type { Listener } from "./redis-client.ts";

function createLines() {
  const changes = new Set<() => void>();
  const heard = new Map<string, Listener>();
  const log: string[] = [];
  const uncaught: unknown[] = [];
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
      if (line.refuses) throw new Error("NOPERM");
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
  const bus = new PubSubBus({
    publisher: line,
    subscriber: line,
    kindOf: () => "channel",
    reportUncaught: (error) => void uncaught.push(error),
  });
  return { bus, line, log, turn, uncaught };
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
  await expect(bus.publish("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_REDIS_AWAY" });
  await expect(bus.join("t", () => undefined)).rejects.toMatchObject({ code: "BOWLINE_REDIS_AWAY" });
  await expect(bus.subscribers("t")).rejects.toMatchObject({ code: "BOWLINE_REDIS_AWAY" });
  await turn(true);
  await bus.close();
  await bus.close();
  await expect(bus.publish("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_REDIS_CLOSED" });
});

test("what is too large is refused, and a limit that makes no sense as well", async () => {
  const { bus, turn } = createLines();
  await turn(true);
  await expect(bus.publish("t", new Uint8Array(bus.maxMessageBytes + 1))).rejects.toThrow(RangeError);
  const parts = { publisher: createLines().line, subscriber: createLines().line };
  const reportUncaught = (): void => undefined;
  expect(() => new PubSubBus({ ...parts, kindOf: () => "channel", reportUncaught }, { maxMessageBytes: 0 })).toThrow(
    RangeError,
  );
});

test("a topic is joined once, left once, and may be joined again after Redis has refused it", async () => {
  const { bus, line, log, turn } = createLines();
  await turn(true);
  line.refuses = true;
  await expect(bus.join("t", () => undefined)).rejects.toThrow("NOPERM");
  line.refuses = false;
  const leave = await bus.join("t", () => undefined);
  await expect(bus.join("t", () => undefined)).rejects.toThrow(TypeError);
  await leave();
  await leave();
  expect(log).toEqual(["-t", "+t", "-t"]);
});

test("what a receiver throws is reported, and harms nobody else", async () => {
  const { bus, turn, uncaught } = createLines();
  await turn(true);
  const got: number[] = [];
  await bus.join("bad", () => {
    throw new Error("mine");
  });
  await bus.join("good", (bytes) => got.push(bytes.length));
  await bus.publish("bad", Uint8Array.of(1));
  await bus.publish("good", Uint8Array.of(1, 2));
  expect([uncaught, got, await bus.subscribers("good")]).toEqual([[new Error("mine")], [2], 2]);
});
