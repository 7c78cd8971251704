// Rules for a log whose broker loses what it had shown, as one does that takes the place of another which has died: nobody
// misses anything, nothing comes twice, and who shows an offset of the log has had all that lies before it.
import { createFakeClock, createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { settle } from "../../test-support/bus-cluster.ts";
import type { BusLog, BusStatus, LogFollower } from "./bus.ts";
import type { RecordBody } from "./log-record.ts";
import { ReplicatedLog } from "./replicated-log.ts";

const TOPIC = "log";

const event = (name: string): RecordBody => ({
  kind: "event",
  rooms: [],
  except: [],
  compress: undefined,
  data: [name],
});

interface Reader {
  readonly follower: LogFollower;
  at: number;
  isPaused: boolean;
}

/** A log that can lose its end: what is appended afterwards gets higher numbers all the same. */
function createBroker() {
  let entries: { readonly num: number; readonly bytes: Uint8Array }[] = [];
  let last = 0;
  const readers: Reader[] = [];
  const listeners = new Set<(status: BusStatus) => void>();
  const broker: { status: BusStatus; isSilent: boolean } = { status: "up", isSilent: false };
  const carry = (): void => {
    for (const reader of readers) {
      if (reader.isPaused || broker.status !== "up") continue;
      let from = entries.length;
      while ((entries[from - 1]?.num ?? 0) > reader.at) from--;
      for (const { num, bytes } of entries.slice(from)) {
        reader.at = num;
        reader.follower.entry({ offset: String(num), bytes });
      }
    }
  };
  const log: BusLog = {
    async append(_, bytes) {
      if (broker.status !== "up") throw new Error("away");
      entries.push({ num: ++last, bytes });
      const offset = String(last);
      queueMicrotask(carry);
      return offset;
    },
    async follow(_, follower) {
      const reader = { follower, at: last, isPaused: false };
      readers.push(reader);
      return { from: String(last), leave: async () => undefined };
    },
    async *read(_, after) {
      yield* entries.filter(({ num }) => num > Number(after)).map(({ num, bytes }) => ({ offset: String(num), bytes }));
    },
    reaches: async (_, offset) => entries.some(({ num }) => num === Number(offset)) || Number(offset) === 0,
    async lastUpTo(_, offset) {
      if (broker.isSilent) throw new Error("not now");
      const found = entries.filter(({ num }) => num <= Number(offset)).at(-1);
      return String(found?.num ?? 0);
    },
    compare: (one, other) => Number(one) - Number(other),
  };
  const bus = {
    get status() {
      return broker.status;
    },
    onStatus(listener: (status: BusStatus) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const turn = async (status: BusStatus): Promise<void> => {
    broker.status = status;
    for (const listener of listeners) listener(status);
    carry();
    await settle();
  };
  return {
    bus,
    log,
    broker,
    readers,
    down: () => turn("down"),
    up: () => turn("up"),
    lose: (count: number) => {
      entries = entries.slice(0, entries.length - count);
    },
  };
}

/** Two nodes, `a` and `b`, that follow one log. */
async function createScene() {
  const clock = createFakeClock();
  const broker = createBroker();
  const start = async (seed: number) => {
    const told: string[] = [];
    const replica = new ReplicatedLog(
      {
        bus: broker.bus,
        log: broker.log,
        topic: TOPIC,
        clock,
        random: createSeededRandom(seed),
        limits: { maxEntries: 10_000, maxBytes: 1e8, maxAgeMs: 60_000 },
        maxPendingBytes: 1e7,
      },
      {
        ready: () => undefined,
        deliver: ({ data }, offset) => void told.push(`${String(data[0])} at ${offset.replace(/^[\w-]{8}\./, "own.")}`),
        taken: (sid) => void told.push(`${sid} taken`),
        missed: () => void told.push("missed"),
        dropped: (reason) => void told.push(`dropped: ${reason}`),
        warn: () => undefined,
        reportUncaught: (error) => void told.push(String(error)),
      },
    );
    replica.start();
    await settle();
    return { replica, told };
  };
  const [a, b] = [await start(1), await start(2)];
  const [readerA, readerB] = broker.readers;
  if (readerA === undefined || readerB === undefined) expect.fail("nobody follows the log");
  const write = async (node: typeof a, ...names: readonly string[]): Promise<void> => {
    for (const name of names) void node.replica.append(event(name));
    await settle();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { ...broker, clock, a, b, readerA, readerB, write, pass };
}

async function missedAfter({ replica }: { readonly replica: ReplicatedLog }, offset: string) {
  const read = await replica.missedSince(offset);
  return read?.().map(({ data }) => data[0]);
}

describe("entries that a broker loses after it has shown them", () => {
  it("reach who had not read them, since their writer writes them once more; others are not told twice", async () => {
    const { a, b, readerB, write, down, lose, up } = await createScene();
    await write(a, "x");
    readerB.isPaused = true;
    await write(a, "y", "z");
    await down();
    lose(2);
    readerB.isPaused = false;
    await up();
    await write(a, "after");
    expect(a.told).toEqual(["x at 1", "y at 2", "z at 3", "after at 6"]);
    expect(b.told).toEqual(["x at 1", "y at 4", "z at 5", "after at 6"]);
  });

  it("stand before what was said while the broker was away, and an event of that time is told once", async () => {
    const { a, b, readerB, write, down, lose, up } = await createScene();
    readerB.isPaused = true;
    await write(a, "x");
    await down();
    lose(1);
    await write(a, "meanwhile");
    readerB.isPaused = false;
    await up();
    expect(a.told.map((text) => text.split(" ")[0])).toEqual(["x", "meanwhile"]);
    expect(b.told).toEqual(["x at 2", "meanwhile at 3"]);
  });

  it("give their place to where they have returned, also for who has not written them", async () => {
    const { a, b, write, down, lose, up } = await createScene();
    await write(a, "x", "y");
    await write(b, "of b");
    await down();
    lose(2);
    await up();
    await write(a, "after");
    // In the log now: x, what has returned in whichever order, and what came after.
    const [fromA, fromB] = [await missedAfter(a, "1"), await missedAfter(b, "1")];
    expect(fromA).toEqual(fromB);
    expect([...(fromA ?? [])].sort()).toEqual(["after", "of b", "y"]);
    expect(a.told.filter((text) => text.startsWith("y") || text.startsWith("of b"))).toHaveLength(2);
  });

  it("keep offsets of the log from those who have had them, until they have returned", async () => {
    const { a, b, readerA, write, down, lose, up } = await createScene();
    await write(a, "x");
    await down();
    lose(1);
    // The one who is to write it again does not read the log for a while.
    readerA.isPaused = true;
    await up();
    expect([b.replica.currentOffset, a.replica.currentOffset.length > 8]).toEqual(["2", true]);
    readerA.isPaused = false;
    await write(b, "y");
    expect([a.replica.currentOffset, b.replica.currentOffset]).toEqual(["3", "3"]);
    expect(b.told).toEqual(["x at 1", "y at 3"]);
  });

  it("are not waited for longer than ten seconds, where their writer has died", async () => {
    const { a, b, write, down, lose, up, pass } = await createScene();
    await write(a, "x");
    await down();
    lose(1);
    await a.replica.close();
    await up();
    await write(b, "y");
    expect(b.told.map((text) => text.split(" ")[0])).toEqual(["x", "y"]);
    const vain = missedAfter(b, "2");
    await pass(3_000);
    expect(await vain).toBeUndefined();
    await pass(7_000);
    await write(b, "z");
    expect([b.told.at(-1), await missedAfter(b, "2")]).toEqual(["z at 3", ["z"]]);
  });

  it("are a gap where it is more than is remembered", async () => {
    const { a, write, down, lose, up } = await createScene();
    for (let round = 0; round < 83; round++) await write(a, ...Array.from({ length: 100 }, () => "n"));
    await down();
    lose(8_250);
    await up();
    expect(a.told.at(-1)).toBe("missed");
  });

  it("are told as dropped where they are too large to be remembered, and the others return", async () => {
    const { a, b, readerB, write, down, lose, up } = await createScene();
    await write(a, "x");
    readerB.isPaused = true;
    await write(a, "l".repeat(4 * 1024 * 1024), "y");
    await down();
    lose(2);
    readerB.isPaused = false;
    await up();
    expect([a.told.at(-1), b.told]).toEqual(["dropped: failed", ["x at 1", "y at 4"]]);
  });

  it("are asked about again where the broker does not answer", async () => {
    const { a, b, broker, readerB, write, down, lose, up, pass } = await createScene();
    readerB.isPaused = true;
    await write(a, "x");
    await down();
    lose(1);
    readerB.isPaused = false;
    broker.isSilent = true;
    await up();
    expect(b.told).toEqual([]);
    broker.isSilent = false;
    await pass(500);
    expect([b.told, a.told]).toEqual([["x at 2"], ["x at 1"]]);
  });
});

describe("a broker that was away and has lost nothing", () => {
  it("is asked once, and everybody goes on", async () => {
    const { a, b, write, down, up } = await createScene();
    await write(a, "x");
    await down();
    await up();
    await write(b, "y");
    expect([a.told, b.told]).toEqual([
      ["x at 1", "y at 2"],
      ["x at 1", "y at 2"],
    ]);
    expect(await missedAfter(a, "1")).toEqual(["y"]);
  });
});
