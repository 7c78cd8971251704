// Rules of the broker in memory, which are those of every bus: order, a status that is true, a log without gaps that nobody is
// told of, and values that one taker has.
import { createFakeClock, createSeededRandom } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { BusLog, BusLogEntry, BusStore } from "./bus.ts";
import { createMemoryBroker, type MemoryBrokerOptions } from "./memory-bus.ts";

function createBroker(options: Omit<MemoryBrokerOptions, "clock"> = {}) {
  const clock = createFakeClock();
  const broker = createMemoryBroker({ random: createSeededRandom(3), ...options, clock });
  return { broker, clock };
}

async function settle(): Promise<void> {
  for (let round = 0; round < 30; round++) await Promise.resolve();
}

function logOf({ log }: { readonly log?: BusLog }): BusLog {
  if (log === undefined) throw new Error("Cannot test the log: the bus has none");
  return log;
}

function storeOf({ store }: { readonly store?: BusStore }): BusStore {
  if (store === undefined) throw new Error("Cannot test the store: the bus has none");
  return store;
}

/** What a follower is told, as texts. */
function createFollower() {
  const told: string[] = [];
  return {
    told,
    entry: ({ bytes }: BusLogEntry) => void told.push(String(bytes[0])),
    gap: () => void told.push("gap"),
  };
}

async function numbersIn(entries: AsyncIterable<BusLogEntry>): Promise<(number | undefined)[]> {
  const numbers: (number | undefined)[] = [];
  for await (const { bytes } of entries) numbers.push(bytes[0]);
  return numbers;
}

describe("a topic of the broker in memory", () => {
  it("brings bytes of its own to all that have joined, also to the one that sends, and to nobody else", async () => {
    const { broker } = createBroker();
    const [one, two, three] = [broker.bus(), broker.bus(), broker.bus()];
    const received = vi.fn();
    for (const bus of [one, two]) await bus.join("t", received);
    await three.join("other", received);
    const bytes = Uint8Array.of(1);
    const sent = one.publish("t", bytes);
    bytes[0] = 2;
    await sent;
    await settle();
    expect([received.mock.calls, await three.subscribers?.("t")]).toEqual([
      [[Uint8Array.of(1)], [Uint8Array.of(1)]],
      2,
    ]);
  });

  it("is joined once, and brings nothing more once it is left", async () => {
    const { broker } = createBroker();
    const bus = broker.bus();
    const received = vi.fn();
    const leave = await bus.join("t", received);
    await expect(bus.join("t", received)).rejects.toThrow("has joined it already");
    await leave();
    await bus.publish("t", Uint8Array.of(1));
    await settle();
    expect(received).not.toHaveBeenCalled();
  });

  it("loses the share of messages that it is told to, and brings the rest in order", async () => {
    const { broker, clock } = createBroker({ lossShare: 0.5, delayMs: [0, 20] });
    const [one, two] = [broker.bus(), broker.bus()];
    const received: number[] = [];
    await two.join("t", (bytes) => void received.push(bytes[0] ?? 0));
    for (let num = 0; num < 100; num++) await one.publish("t", Uint8Array.of(num));
    clock.advance(100);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(received.length).toBeGreaterThan(30);
    expect(received.length).toBeLessThan(70);
  });

  it("takes no message that is too large, and none while it is away or closed", async () => {
    const { broker } = createBroker({ maxMessageBytes: 2, keeps: false });
    const bus = broker.bus();
    await expect(bus.publish("t", new Uint8Array(3))).rejects.toThrow(RangeError);
    broker.leave();
    await expect(bus.publish("t", new Uint8Array(1))).rejects.toThrow("the broker is away");
    broker.comeBack();
    await bus.close();
    await expect(bus.publish("t", new Uint8Array(1))).rejects.toThrow("the broker is closed");
    expect([bus.log, bus.store]).toEqual([undefined, undefined]);
  });

  it("brings nothing to a node that is cut off, which learns of it when that is mended", async () => {
    const { broker } = createBroker();
    const [one, two] = [broker.bus(), broker.bus()];
    const [received, statuses] = [vi.fn(), vi.fn()];
    await two.join("t", received);
    const stop = two.onStatus(statuses);
    two.cut(false);
    await one.publish("t", Uint8Array.of(1));
    const sent = two.publish("t", Uint8Array.of(2)).catch((error: unknown) => error);
    await settle();
    expect([received.mock.calls, two.status]).toEqual([[], "up"]);
    two.heal();
    expect(await sent).toEqual(new Error("the connection to the broker was lost"));
    expect(statuses.mock.calls).toEqual([["down"], ["up"]]);
    stop();
    two.kill();
    expect(statuses).toHaveBeenCalledTimes(2);
  });
});

describe("the log of the broker in memory", () => {
  it("tells a follower of each entry once, in order, also of those that came while its node was away", async () => {
    const { broker } = createBroker();
    const [one, two] = [broker.bus(), broker.bus()];
    await logOf(one).append("t", Uint8Array.of(0));
    const follower = createFollower();
    const { leave } = await logOf(two).follow("t", follower);
    await logOf(one).append("t", Uint8Array.of(1));
    await settle();
    two.cut(true);
    await logOf(one).append("t", Uint8Array.of(2));
    await logOf(one).append("t", Uint8Array.of(3));
    two.heal();
    await settle();
    await leave();
    await logOf(one).append("t", Uint8Array.of(4));
    await settle();
    expect(follower.told).toEqual(["1", "2", "3"]);
  });

  it("tells of a gap where entries have gone before they were read", async () => {
    const { broker } = createBroker();
    const [one, two] = [broker.bus(), broker.bus()];
    const follower = createFollower();
    await logOf(two).follow("t", follower);
    two.cut(true);
    for (let num = 1; num <= 5; num++) await logOf(one).append("t", Uint8Array.of(num));
    broker.trimLog("t", 2);
    two.heal();
    await settle();
    expect(follower.told).toEqual(["gap", "4", "5"]);
  });

  it("gives what stands behind an offset, and says whether all of it is there", async () => {
    const { broker } = createBroker();
    const log = logOf(broker.bus());
    const offsets: string[] = [];
    for (let num = 1; num <= 4; num++) offsets.push(await log.append("t", Uint8Array.of(num)));
    const [first = "", second = "", third = ""] = offsets;
    expect(await numbersIn(log.read("t", second))).toEqual([3, 4]);
    expect(log.compare(first, third)).toBeLessThan(0);
    expect(log.compare(third, third)).toBe(0);
    broker.trimLog("t", 2);
    const reached = [first, second, third, "of another log", "m-99", "m-x"].map((offset) => log.reaches("t", offset));
    expect(await Promise.all(reached)).toEqual([false, true, true, false, false, false]);
  });
});

describe("the store of the broker in memory", () => {
  it("gives a value to one taker alone, with a fence that keeps who has been overtaken from writing", async () => {
    const { broker } = createBroker();
    const [one, two] = [storeOf(broker.bus()), storeOf(broker.bus())];
    await one.put("k", Uint8Array.of(1), 0, 1000);
    expect(broker.kept).toBe(1);
    expect(await two.take("k")).toEqual({ value: Uint8Array.of(1), fence: 1 });
    expect(await one.take("k")).toBeUndefined();
    await one.put("k", Uint8Array.of(2), 0, 1000);
    expect(await one.take("k")).toBeUndefined();
    await two.put("k", Uint8Array.of(3), 1, 1000);
    await one.drop("k", 0);
    expect(await one.take("k")).toEqual({ value: Uint8Array.of(3), fence: 2 });
  });

  it("forgets values in time, or when it is told to", async () => {
    const { broker, clock } = createBroker();
    const store = storeOf(broker.bus());
    await store.put("k", Uint8Array.of(1), 0, 1000);
    await store.put("l", Uint8Array.of(1), 0, 5000);
    clock.advance(1000);
    expect([await store.take("k"), broker.kept]).toEqual([undefined, 1]);
    await store.drop("l", 0);
    await store.drop("none", 0);
    expect([await store.take("l"), broker.kept]).toEqual([undefined, 0]);
  });
});
