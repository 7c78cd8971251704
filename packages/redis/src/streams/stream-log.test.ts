// A log over streams that a test holds in its hands, and the bus that has it.
import { expect, test } from "vitest";
import { channelNameOf } from "../channel-name.ts";
import { listIn, textIn } from "./command-line.ts";
import { FakeStreams } from "./fake-streams.ts";
import { OWN_RECORDS, type RecordForm } from "./record-form.ts";
import { StreamsBus } from "./streams-bus.ts";

const KEY = "{tag}t";
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function createScene(isReady = true, form: RecordForm = OWN_RECORDS) {
  const redis = new FakeStreams();
  const warned: string[] = [];
  let due: (() => void)[] = [];
  const surroundings = {
    after(_ms: number, action: () => void) {
      due.push(action);
      return () => undefined;
    },
    warn: (code: string, text: string) => void warned.push(`${code} ${text}`),
  };
  const topicsLog: string[] = [];
  const topics = {
    maxMessageBytes: 1_000,
    status: "up",
    onStatus: () => () => undefined,
    publish: async (topic: string) => void topicsLog.push(`publish ${topic}`),
    join: async (topic: string) => {
      topicsLog.push(`join ${topic}`);
      return async () => undefined;
    },
    subscribers: async () => 3,
    close: async () => void topicsLog.push("close"),
  } as const;
  const bus = new StreamsBus({
    topics,
    closeTopics: () => void topicsLog.push("end"),
    commands: redis.line(),
    waiting: redis.line(),
    maxEntries: 100,
    form,
    keyOf: (topic) => `{tag}${topic}`,
    wakeKey: "{tag}wake#me",
    surroundings,
  });
  if (isReady) redis.turn(true);
  const told: (number | string)[] = [];
  const follower = {
    entry: ({ bytes }: { readonly bytes: Uint8Array }) => void told.push(bytes[0] ?? -1),
    gap: () => void told.push("gap"),
  };
  const passTime = async (): Promise<void> => {
    const now = due;
    due = [];
    for (const action of now) action();
    await turns();
  };
  return { redis, bus, log: bus.log, told, follower, warned, topicsLog, passTime };
}

test("a follower is told of what comes after it has begun, and of streams that are followed later", async () => {
  const { redis, log, told, follower } = createScene();
  redis.write(KEY, "d", Uint8Array.of(9));
  const { from, leave } = await log.follow("t", follower);
  await log.follow("u", follower);
  await log.append("t", Uint8Array.of(1));
  await turns();
  await log.append("u", Uint8Array.of(2));
  redis.write(KEY, "other", "field");
  await turns();
  await leave();
  await log.append("t", Uint8Array.of(3));
  await turns();
  expect([from, told]).toEqual(["1-0", [1, 2]]);
  expect(redis.commands.find(([name]) => name === "XREAD")?.slice(0, 8)).toEqual([
    "XREAD",
    "COUNT",
    "500",
    "BLOCK",
    "5000",
    "STREAMS",
    "{tag}wake#me",
    KEY,
  ]);
});

test("topics with halves of pairs in their names are no other topics", async () => {
  const { log, told, follower } = createScene();
  await log.follow("half \ud83d", follower);
  await log.append("half \ud83e", Uint8Array.of(1));
  await log.append("half \ud83d", Uint8Array.of(2));
  await turns();
  expect([told, channelNameOf("whole \u{1f408}")]).toEqual([[2], "whole \u{1f408}"]);
});

test("a stream that is others' is read from its beginning where it is empty, and is not made to end", async () => {
  const { begin: _begin, idleS: _idle, ...others } = OWN_RECORDS;
  const { redis, log, told, follower } = createScene(true, others);
  const { from } = await log.follow("t", follower);
  await log.append("t", Uint8Array.of(1));
  await turns();
  const names = redis.commands.filter(([, key]) => key === KEY).map(([name]) => name);
  expect([from, told, names.includes("EXPIRE")]).toEqual(["0-0", [1], false]);
});

test("what is there behind an offset is read in order, and nothing behind the last one", async () => {
  const { redis, log } = createScene();
  await log.follow("t", { entry: () => undefined, gap: () => undefined });
  const offsets = [await log.append("t", Uint8Array.of(1)), await log.append("t", Uint8Array.of(2))];
  const read = async (after: string): Promise<number[]> => {
    const found: number[] = [];
    for await (const { bytes } of log.read("t", after)) found.push(bytes[0] ?? -1);
    return found;
  };
  expect([await read("nonsense"), await read(offsets[0] ?? ""), await read(offsets[1] ?? "")]).toEqual([
    [1, 2],
    [2],
    [],
  ]);
  const reached = await Promise.all([...offsets, "0-5", "99-0", "2-00", "x"].map((offset) => log.reaches("t", offset)));
  expect([reached, await log.reaches("nothing", "1-0")]).toEqual([[true, true, false, false, false, false], false]);
  expect(log.compare("2-1", "2-0")).toBeGreaterThan(0);
  redis.streams.clear();
  expect(await read("0-0")).toEqual([]);
});

test("what goes while the entries behind an offset are read ends the reading", async () => {
  const { redis, log } = createScene();
  await log.append("t", Uint8Array.of(1));
  const reading = log.read("t", "0-0")[Symbol.asyncIterator]();
  const next = reading.next();
  redis.streams.set(KEY, []);
  expect(await next).toMatchObject({ done: true });
});

test("a connection that is lost goes on where it was, and tells what has gone meanwhile", async () => {
  const { redis, bus, log, told, follower, passTime } = createScene();
  await log.follow("t", follower);
  await log.append("t", Uint8Array.of(1));
  await turns();
  redis.turn(false);
  await turns();
  expect(bus.status).toBe("down");
  redis.write(KEY, "d", Uint8Array.of(2));
  redis.turn(true);
  await passTime();
  expect([bus.status, told]).toEqual(["up", [1, 2]]);
  redis.turn(false);
  for (const number of [3, 4, 5]) redis.write(KEY, "d", Uint8Array.of(number));
  redis.trim(KEY, 4);
  redis.turn(true);
  await turns();
  await passTime();
  expect(told).toEqual([1, 2, "gap", 4, 5]);
});

test("what a new master lacks is found, and what it appends stands behind what was told", async () => {
  const { redis, log, told, follower, passTime } = createScene();
  await log.follow("t", follower);
  const [first, last] = [await log.append("t", Uint8Array.of(1)), await log.append("t", Uint8Array.of(2))];
  await turns();
  expect(await log.lastUpTo?.("t", last)).toBe(last);
  redis.turn(false);
  await turns();
  redis.streams.set(KEY, (redis.streams.get(KEY) ?? []).slice(0, -1));
  redis.turn(true);
  await passTime();
  expect(await log.lastUpTo?.("t", last)).toBe(first);
  expect(redis.streams.get(KEY)?.at(-1)?.[0]).toBe(last.replace("-0", "-1"));
  expect(await log.lastUpTo?.("t", last)).toBe(first);
  await log.append("t", Uint8Array.of(3));
  await turns();
  expect([told, await log.reaches("t", last), await log.reaches("t", first)]).toEqual([[1, 2, 3], false, true]);
});

test("a new master that has nothing is a gap, and streams of others are not marked", async () => {
  const { begin: _begin, ...others } = OWN_RECORDS;
  const { redis, log } = createScene(true, others);
  await log.append("t", Uint8Array.of(1));
  const last = await log.append("t", Uint8Array.of(2));
  redis.streams.set(KEY, (redis.streams.get(KEY) ?? []).slice(0, -1));
  expect([await log.lastUpTo?.("t", last), redis.streams.get(KEY)?.length]).toEqual(["1-0", 1]);
  redis.streams.clear();
  expect(await log.lastUpTo?.("t", last)).toBeUndefined();
});

test("a refusal is told once, and the reading goes on when it is over", async () => {
  const { redis, log, told, follower, warned, passTime } = createScene();
  await log.follow("t", follower);
  await log.append("t", Uint8Array.of(1));
  redis.refusal = new Error("NOPERM not you");
  await turns();
  await passTime();
  await passTime();
  expect(warned).toEqual([expect.stringContaining('BOWLINE_BUS_REFUSED Cannot read the log: Redis says "NOPERM')]);
  await expect(log.append("t", Uint8Array.of(2))).rejects.toMatchObject({ code: "BOWLINE_BUS_REFUSED" });
  redis.refusal = undefined;
  await log.append("t", Uint8Array.of(3));
  await passTime();
  expect(told).toEqual([1, 3]);
});

test("after large answers fewer entries are read at once", async () => {
  const { redis, log, told, follower } = createScene();
  await log.follow("t", follower);
  redis.write(KEY, "d", new Uint8Array(9_000_000).fill(1));
  await turns();
  await log.append("t", Uint8Array.of(2));
  await turns();
  const counts = redis.commands.filter(([name]) => name === "XREAD").map(([, , count]) => count);
  expect([told, counts]).toEqual([[1, 2], expect.arrayContaining(["500", "250"])]);
});

test("a follower that throws is told of, and hears what comes next", async () => {
  const { log, warned } = createScene();
  const told: number[] = [];
  await log.follow("t", {
    entry({ bytes }) {
      told.push(bytes[0] ?? -1);
      throw new Error("mine");
    },
    gap: () => undefined,
  });
  await log.append("t", Uint8Array.of(1));
  await log.append("t", Uint8Array.of(2));
  await turns();
  expect([told, warned.length, warned[0]]).toEqual([[1, 2], 2, expect.stringContaining("BOWLINE_BUS_RECEIVER")]);
});

test("a follower that leaves as it is told hears nothing of the rest", async () => {
  const { redis, log } = createScene();
  const told: number[] = [];
  const { leave } = await log.follow("t", {
    entry({ bytes }) {
      told.push(bytes[0] ?? -1);
      void leave();
    },
    gap: () => undefined,
  });
  redis.turn(false);
  redis.write(KEY, "d", Uint8Array.of(1));
  redis.write(KEY, "d", Uint8Array.of(2));
  redis.turn(true);
  await turns();
  expect(told.length).toBeLessThan(2);
});

test("streams are kept for a day behind their last entry, and an entry that is too large is refused", async () => {
  const { redis, log } = createScene();
  await log.append("t", Uint8Array.of(1));
  await expect(log.append("t", new Uint8Array(1_001))).rejects.toThrow(RangeError);
  expect(redis.commands.filter(([name]) => name === "EXPIRE")).toEqual([["EXPIRE", KEY, "86400"]]);
  expect(redis.commands[0]?.slice(0, 6)).toEqual(["XADD", KEY, "MAXLEN", "~", "100", "*"]);
});

test("a bus is up while all of its parts are, has the topics of another, and ends with its own connections", async () => {
  const { redis, bus, topicsLog } = createScene(false);
  const statuses: string[] = [bus.status];
  const stop = bus.onStatus((status) => statuses.push(status));
  redis.turn(true);
  redis.turn(false);
  await bus.publish("t", Uint8Array.of(1));
  await bus.join("t", () => undefined);
  expect(await bus.subscribers("t")).toBe(3);
  await bus.close();
  await bus.close();
  stop();
  redis.turn(true);
  await expect(bus.log.append("t", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_CLOSED" });
  expect([statuses, redis.isClosed, topicsLog]).toEqual([
    ["connecting", "up", "down", "closed"],
    true,
    ["publish t", "join t", "close", "end"],
  ]);
});

test("answers that are none are refused, or are empty lists", () => {
  expect([textIn("a"), textIn(Uint8Array.of(98)), listIn(null)]).toEqual(["a", "b", []]);
  expect(() => textIn(1)).toThrow(TypeError);
});
