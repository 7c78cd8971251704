// What every bus has to keep to, whatever the broker is: topics, and where it has them, the log and the store.
// Place: suite -> **bus** -> the broker of this machine
// Rules: each test has topics and keys of its own; a test waits for what comes, and for nothing by the clock but where it
//        shows that something does not come.

import { randomBytes } from "node:crypto";
import type { Bus, BusLogEntry } from "@bowline/adapter/cluster";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

/** Buses of one broker. */
export interface BusKind {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
  /** Prepares for any number of buses, each as a node has it. */
  open(): Promise<{ createBus(): Promise<Bus>; close(): Promise<void> }>;
  /** Whether there is a log and a store. */
  readonly keeps: boolean;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Waits until something is so. @param what said where it does not become so. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  await vi.waitUntil(isSo, { timeout: 15_000, interval: 10 }).catch(() => {
    throw new Error(`Cannot go on: ${what} did not come`);
  });
}

const unique = (): string => randomBytes(8).toString("hex");

/** Waits until a bus has reached its broker. */
export async function untilUp(bus: Bus): Promise<void> {
  await until(() => bus.status === "up", "the bus to be up");
}

/** A follower that keeps what it is told. */
export function createFollower(): {
  readonly told: string[];
  readonly entries: BusLogEntry[];
  entry(entry: BusLogEntry): void;
  gap(): void;
} {
  const told: string[] = [];
  const entries: BusLogEntry[] = [];
  return {
    told,
    entries,
    entry(entry) {
      entries.push(entry);
      told.push(decode(entry.bytes));
    },
    gap: () => void told.push("(gap)"),
  };
}

/** Plays the rules of buses on one of them. */
export function busSuite(kind: BusKind): void {
  describe.skipIf(kind.missing !== undefined)(`a bus of ${kind.name}${skipped(kind)}`, () => {
    let opened: Awaited<ReturnType<BusKind["open"]>>;
    beforeAll(async () => {
      opened = await kind.open();
    });
    afterAll(() => opened.close());

    async function start(): Promise<Bus> {
      const bus = await opened.createBus();
      onTestFinished(() => bus.close());
      await untilUp(bus);
      return bus;
    }

    topicRules(start);
    if (kind.keeps) {
      logRules(start);
      storeRules(start);
    }
  });
}

const skipped = ({ missing }: BusKind): string => (missing === undefined ? "" : ` (skipped: ${missing})`);

async function drain(entries: AsyncIterable<BusLogEntry>): Promise<string[]> {
  const read: string[] = [];
  for await (const { bytes } of entries) read.push(decode(bytes));
  return read;
}

function topicRules(start: () => Promise<Bus>): void {
  test("what one node publishes others get in that order, whatever its size", async () => {
    const [sender, receiver] = [await start(), await start()];
    const topic = unique();
    const got: string[] = [];
    await receiver.join(topic, (bytes) => got.push(`${bytes.byteLength} ${bytes[0]}`));
    const sizes = [0, 1, 20_000, 2, 5_900, 6_100, 300_000, 3, 4];
    await Promise.all(sizes.map((size, index) => sender.publish(topic, new Uint8Array(size).fill(index))));
    await until(() => got.length === sizes.length, "all messages");
    expect(got).toEqual(sizes.map((size, index) => `${size} ${size === 0 ? undefined : index}`));
  });

  test("every byte comes as it was sent", async () => {
    const bus = await start();
    const [topic, got] = [unique(), [] as Uint8Array[]];
    await bus.join(topic, (bytes) => got.push(new Uint8Array(bytes)));
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    await bus.publish(topic, all);
    await until(() => got.length === 1, "the message");
    expect(got).toEqual([all]);
  });

  test("the same bytes that are published twice in one turn come twice", async () => {
    const bus = await start();
    const [topic, got] = [unique(), [] as string[]];
    await bus.join(topic, (bytes) => got.push(decode(bytes)));
    await Promise.all([bus.publish(topic, encode("same")), bus.publish(topic, encode("same"))]);
    await bus.publish(topic, encode("end"));
    await until(() => got.at(-1) === "end", "the last message");
    expect(got).toEqual(["same", "same", "end"]);
  });

  test.each([
    ["spaces, dots and wildcards", "a room.* with > and\ttabs"],
    ["a statement of SQL", `x"; DROP TABLE bowline_log; --'); SELECT pg_notify('x`],
    ["letters of many scripts", "żółw 猫 🐈"],
    ["nothing", ""],
    ["a zero byte", "zero\0byte"],
    ["half a pair of code units", "\ud83d"],
    ["a thousand letters", "long".repeat(250)],
    ["a greater than", ">"],
    ["a star", "*"],
  ])("a topic may have %s in its name, and is no other topic", async (_, name) => {
    const bus = await start();
    const head = unique();
    const got: string[] = [];
    const stop = await bus.join(head + name, (bytes) => got.push(decode(bytes)));
    await bus.join(`${head}${name}2`, (bytes) => got.push(`other ${decode(bytes)}`));
    await bus.publish(`${head}elsewhere`, encode("no"));
    await bus.publish(`${head}${name}2`, encode("two"));
    await bus.publish(head + name, encode("one"));
    await until(() => got.length === 2, "both messages");
    expect(got).toEqual(["other two", "one"]);
    await stop();
  });

  test("a topic that was left brings nothing more, and may be joined again", async () => {
    const bus = await start();
    const [topic, other, got] = [unique(), unique(), [] as string[]];
    const leave = await bus.join(topic, (bytes) => got.push(`first ${decode(bytes)}`));
    await bus.join(other, (bytes) => got.push(decode(bytes)));
    await leave();
    await bus.publish(topic, encode("missed"));
    await bus.publish(other, encode("between"));
    await bus.join(topic, (bytes) => got.push(`second ${decode(bytes)}`));
    await bus.publish(topic, encode("heard"));
    await until(() => got.length === 2, "two messages");
    expect(got).toEqual(["between", "second heard"]);
  });

  test("a receiver that throws harms neither the bus nor what comes next", async () => {
    const bus = await start();
    const [topic, got] = [unique(), [] as string[]];
    const warned = new Promise((resolve) => process.once("warning", resolve));
    await bus.join(topic, (bytes) => {
      got.push(decode(bytes));
      if (got.length === 1) throw new Error("of the receiver");
    });
    await bus.publish(topic, encode("one"));
    await bus.publish(topic, encode("two"));
    await until(() => got.length === 2, "both messages");
    expect(await warned).toMatchObject({ code: "BOWLINE_BUS_RECEIVER" });
  });

  test("more than the bus takes is refused", async () => {
    const bus = await start();
    await expect(bus.publish(unique(), new Uint8Array(bus.maxMessageBytes + 1))).rejects.toThrow(RangeError);
  });

  test("a bus that was closed refuses all, and says so", async () => {
    const bus = await start();
    const statuses: string[] = [];
    bus.onStatus((status) => statuses.push(status));
    await bus.close();
    await expect(bus.publish(unique(), encode("x"))).rejects.toMatchObject({ code: "BOWLINE_BUS_CLOSED" });
    await expect(bus.join(unique(), () => undefined)).rejects.toMatchObject({ code: "BOWLINE_BUS_CLOSED" });
    expect(statuses).toEqual(["closed"]);
  });
}

function logRules(start: () => Promise<Bus>): void {
  async function startLog(): Promise<NonNullable<Bus["log"]>> {
    const { log } = await start();
    if (log === undefined) throw new Error("the bus has no log");
    return log;
  }

  test("entries have offsets in order, and are read behind any of them", async () => {
    const log = await startLog();
    const topic = unique();
    const offsets = await Promise.all(["a", "b", "c", "d"].map((text) => log.append(topic, encode(text))));
    const [first = "", second = "", , last = ""] = offsets;
    expect([log.compare(first, second) < 0, log.compare(last, second) > 0, log.compare(last, last)]).toEqual([
      true,
      true,
      0,
    ]);
    expect(await drain(log.read(topic, second))).toEqual(["c", "d"]);
    expect(await drain(log.read(topic, last))).toEqual([]);
  });

  test("a follower is told of each entry once and in order, of every node and every size, its own among them", async () => {
    const [one, other] = [await startLog(), await startLog()];
    const topic = unique();
    await one.append(topic, encode("before"));
    const follower = createFollower();
    const { from, leave } = await one.follow(topic, follower);
    const texts = Array.from({ length: 40 }, (_, index) => `${index} ${"x".repeat(index % 5 === 0 ? 20_000 : 10)}`);
    await Promise.all(texts.map((text, index) => (index % 2 === 0 ? one : other).append(topic, encode(text))));
    await until(() => follower.told.length >= texts.length, "all entries");
    expect([...follower.told].sort()).toEqual([...texts].sort());
    expect(await drain(one.read(topic, from))).toEqual(follower.told);
    await leave();
    await other.append(topic, encode("after"));
    expect(follower.told).toHaveLength(texts.length);
  });

  test("a follower misses none of many concurrent writers' entries, and all followers see the same order", async () => {
    const logs = await Promise.all([startLog(), startLog(), startLog(), startLog()]);
    const topic = unique();
    const followers = logs.map(() => createFollower());
    await Promise.all(logs.map((log, index) => log.follow(topic, followers[index] ?? createFollower())));
    const perWriter = 60;
    await Promise.all(
      logs.map(async (log, writer) => {
        for (let count = 0; count < perWriter; count++) await log.append(topic, encode(`${writer}:${count}`));
      }),
    );
    await until(() => followers.every(({ told }) => told.length >= logs.length * perWriter), "all entries");
    const [first] = followers;
    expect(new Set(first?.told).size).toBe(logs.length * perWriter);
    for (const { told } of followers) expect(told).toEqual(first?.told);
    for (const writer of logs.keys()) {
      const own = first?.told.filter((text) => text.startsWith(`${writer}:`));
      expect(own).toEqual(Array.from({ length: perWriter }, (_, count) => `${writer}:${count}`));
    }
  });

  test("an entry that is larger than the bus takes is refused", async () => {
    const bus = await start();
    const appending = bus.log?.append(unique(), new Uint8Array(bus.maxMessageBytes + 1));
    await expect(appending).rejects.toThrow(RangeError);
  });

  test("whether an offset is reached is known, and nonsense is no offset", async () => {
    const log = await startLog();
    const [topic, other] = [unique(), unique()];
    const { from } = await log.follow(topic, createFollower());
    const offset = await log.append(topic, encode("a"));
    expect(await log.reaches(topic, from)).toBe(true);
    expect(await log.reaches(topic, offset)).toBe(true);
    for (const nonsense of ["", "x", "1-2", `${offset}0`, "'; DROP", offset.toUpperCase().concat("!")]) {
      expect(await log.reaches(topic, nonsense)).toBe(false);
    }
    await log.append(other, encode("b"));
    expect(await log.reaches(other, offset.replace(/-.*/, "-zz"))).toBe(false);
  });
}

function storeRules(start: () => Promise<Bus>): void {
  const MINUTE_MS = 60_000;

  async function startStore(): Promise<NonNullable<Bus["store"]>> {
    const { store } = await start();
    if (store === undefined) throw new Error("the bus has no store");
    return store;
  }

  test("a value is taken once, and its fence rises", async () => {
    const store = await startStore();
    const key = `key ${unique()}'; DROP . * > 🐈`;
    await store.put(key, Uint8Array.of(0, 255), 3, MINUTE_MS);
    const taken = await store.take(key);
    expect([[...(taken?.value ?? [])], taken?.fence]).toEqual([[0, 255], 4]);
    expect(await store.take(key)).toBeUndefined();
    expect(await store.take(unique())).toBeUndefined();
  });

  test("of many takers on several nodes one gets the value", async () => {
    const stores = await Promise.all([startStore(), startStore(), startStore()]);
    for (let round = 0; round < 5; round++) {
      const key = unique();
      await stores[0]?.put(key, encode("v"), 0, MINUTE_MS);
      const taken = await Promise.all(stores.flatMap((store) => [store.take(key), store.take(key)]));
      expect(taken.filter((found) => found !== undefined)).toHaveLength(1);
    }
  });

  test("a value that is claimed stays, under a fence that whoever had it before is below", async () => {
    const store = await startStore();
    const key = unique();
    await store.put(key, encode("v"), 0, MINUTE_MS);
    const claims = await Promise.all([1, 2, 3].map(() => store.claim?.(key)));
    expect(claims.map((claim) => [decode(claim?.value ?? new Uint8Array()), claim?.fence]).sort()).toEqual([
      ["v", 1],
      ["v", 2],
      ["v", 3],
    ]);
    await store.put(key, encode("late"), 2, MINUTE_MS);
    await store.drop(key, 2);
    expect(decode((await store.take(key))?.value ?? new Uint8Array())).toBe("v");
    expect([await store.claim?.(key), await store.claim?.(unique())]).toEqual([undefined, undefined]);
  });

  test("a value that is claimed lasts no longer than it would have", async () => {
    const store = await startStore();
    const key = unique();
    await store.put(key, encode("v"), 0, 300);
    expect(await store.claim?.(key)).toMatchObject({ fence: 1 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await store.claim?.(key)).toBeUndefined();
  });

  test("who has been overtaken can neither bring a value back nor drop the new one", async () => {
    const store = await startStore();
    const key = unique();
    await store.put(key, encode("first"), 0, MINUTE_MS);
    const taken = await store.take(key);
    await store.put(key, encode("late"), 0, MINUTE_MS);
    expect(await store.take(key)).toBeUndefined();
    await store.put(key, encode("second"), taken?.fence ?? 0, MINUTE_MS);
    await store.drop(key, 0);
    const again = await store.take(key);
    expect([decode(again?.value ?? new Uint8Array()), again?.fence]).toEqual(["second", 2]);
  });

  test("a value that was dropped is gone, and its fence stays", async () => {
    const store = await startStore();
    const key = unique();
    await store.put(key, encode("v"), 5, MINUTE_MS);
    await store.drop(key, 5);
    expect(await store.take(key)).toBeUndefined();
    await store.put(key, encode("late"), 4, MINUTE_MS);
    expect(await store.take(key)).toBeUndefined();
  });

  test("the last of several puts without waiting is what is kept", async () => {
    const store = await startStore();
    const key = unique();
    const texts = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(texts.map((text) => store.put(key, encode(text), 1, MINUTE_MS)));
    expect(decode((await store.take(key))?.value ?? new Uint8Array())).toBe("f");
  });

  test("a value that is out of date is gone with its fence", async () => {
    const store = await startStore();
    const key = unique();
    await store.put(key, encode("v"), 9, 40);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await store.take(key)).toBeUndefined();
    await store.put(key, encode("new"), 0, MINUTE_MS);
    expect((await store.take(key))?.fence).toBe(1);
  });
}
