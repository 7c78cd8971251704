// Rules of a namespace's log as one node sees it: each event once and in order, nothing missing between broker and memory, and
// every wait ends.
import { createFakeClock, createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { settle } from "../../test-support/bus-cluster.ts";
import type { BusLog } from "./bus.ts";
import { type EventRecord, encodeRecord, type RecordBody } from "./log-record.ts";
import type { TailLimits } from "./log-tail.ts";
import { createMemoryBroker } from "./memory-bus.ts";
import { ReplicatedLog } from "./replicated-log.ts";

const TOPIC = "log";

const event = (name: string): EventRecord => ({
  kind: "event",
  rooms: [],
  except: [],
  compress: undefined,
  data: [name],
});

/** The log of one node, and another one that writes what the test wants. */
function createScene(limits: Partial<TailLimits> = {}) {
  const clock = createFakeClock();
  const broker = createMemoryBroker({ clock });
  const [bus, other] = [broker.bus(), broker.bus()];
  const told: string[] = [];
  const warnings: string[] = [];
  const uncaught: unknown[] = [];
  const own: BusLog = { ...logOf(bus) };
  const replica = new ReplicatedLog(
    {
      bus,
      log: own,
      topic: TOPIC,
      clock,
      random: createSeededRandom(1),
      limits: { maxEntries: 100, maxBytes: 1e6, maxAgeMs: 60_000, ...limits },
      maxPendingBytes: 1e6,
    },
    {
      ready: () => void told.push("ready"),
      deliver: ({ data }, offset) => {
        if (data[0] === "throws") throw new Error("a mistake");
        told.push(`${String(data[0])} at ${offset.replace(/^[\w-]{8}\./, "own.")}`);
      },
      taken: (sid, fence) => void told.push(`${sid} taken ${fence}`),
      missed: () => void told.push("missed"),
      dropped: (reason) => void told.push(`dropped: ${reason}`),
      warn: (text) => void warnings.push(text),
      reportUncaught: (error) => void uncaught.push(error),
    },
  );
  let number = 0;
  const write = async (body: RecordBody, origin = { writer: "other", number: ++number }): Promise<void> => {
    await logOf(other).append(TOPIC, encodeRecord(origin, body));
    await settle();
  };
  const writeAll = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) await write(event(name));
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  const start = async (): Promise<void> => {
    replica.start();
    await settle();
  };
  return { clock, broker, bus, other, own, replica, told, warnings, uncaught, write, writeAll, pass, start };
}

function logOf({ log }: { readonly log?: BusLog }): BusLog {
  if (log === undefined) throw new Error("Cannot test the log: the bus has none");
  return log;
}

/** Names of the events behind an offset; undefined where they cannot be had. */
async function missedAfter(replica: ReplicatedLog, offset: string): Promise<unknown[] | undefined> {
  const read = await replica.missedSince(offset);
  return read?.().map(({ data }) => data[0]);
}

describe("a log that cannot be followed", () => {
  it("is tried again, and what is written meanwhile is told here and in the log afterwards", async () => {
    const { own, replica, told, start, pass } = createScene();
    const { follow } = own;
    own.follow = () => Promise.reject(new Error("not now"));
    await start();
    void replica.append(event("a"));
    expect([told, replica.position]).toEqual([["a at own.1"], undefined]);
    own.follow = follow;
    await pass(500);
    expect(told).toEqual(["a at own.1", "ready"]);
    expect(await missedAfter(replica, "m-0")).toEqual(["a"]);
  });

  it("is asked for once, whatever the broker says meanwhile, and is left where it comes too late", async () => {
    const { own, broker, replica, start, pass } = createScene();
    const { follow } = own;
    const asked: (() => void)[] = [];
    let left = 0;
    own.follow = (topic, follower) =>
      new Promise((resolve) => {
        const leave = async (): Promise<void> => void left++;
        asked.push(() => void follow(topic, follower).then(({ from }) => resolve({ from, leave })));
      });
    await start();
    broker.leave();
    broker.comeBack();
    expect(asked).toHaveLength(1);
    await replica.close();
    for (const answer of asked) answer();
    await pass(0);
    expect([left, replica.position]).toEqual([1, undefined]);
  });

  it("is tried no more once it is closed", async () => {
    const { clock, own, replica, start, pass } = createScene();
    own.follow = () => Promise.reject(new Error("not now"));
    await start();
    await replica.close();
    await pass(10_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is not asked for while the broker is away, and fails in vain after the end", async () => {
    const { own, broker, replica, told, start, pass } = createScene();
    broker.leave();
    await start();
    own.follow = () => new Promise((_, reject) => void setImmediate(() => reject(new Error("too late"))));
    broker.comeBack();
    await replica.close();
    await new Promise((resolve) => setImmediate(resolve));
    await pass(1_000);
    expect([told, replica.position]).toEqual([[], undefined]);
  });
});

describe("an entry of the log", () => {
  it("is told once, also where it comes twice, and in its place", async () => {
    const { start, write, told } = createScene();
    await start();
    await write(event("a"), { writer: "w", number: 1 });
    await write(event("b"), { writer: "w", number: 2 });
    await write(event("a"), { writer: "w", number: 1 });
    await write({ kind: "taken", sid: "s", fence: 2 });
    expect(told).toEqual(["ready", "a at m-1", "b at m-2", "s taken 2"]);
  });

  it("of this node is told when it is shown, and settles then", async () => {
    const { start, replica, told } = createScene();
    await start();
    await replica.append(event("a"));
    expect(told).toEqual(["ready", "a at m-1"]);
  });

  it("that makes no sense is passed over, and costs a warning a minute at most", async () => {
    const { other, start, write, told, warnings, replica } = createScene();
    await start();
    for (let round = 0; round < 50; round++) {
      await logOf(other).append(TOPIC, Uint8Array.of(0xc1));
      await write(event("a"));
    }
    expect([told.length, warnings.length, replica.position]).toEqual([51, 1, "m-100"]);
  });

  it("that pretends to be of this node, which has not written it, does not silence the node", async () => {
    const { start, write, told, warnings, replica } = createScene();
    await start();
    await write(event("forged"), { writer: replica.name, number: Number.MAX_SAFE_INTEGER });
    await replica.append(event("a"));
    expect(told).toEqual(["ready", "a at m-2"]);
    expect(warnings).toEqual([expect.stringContaining("which has not written it")]);
  });

  it("whose telling fails is reported, and the next one is told", async () => {
    const { start, writeAll, told, uncaught } = createScene();
    await start();
    await writeAll("throws", "a");
    expect([told, uncaught]).toEqual([["ready", "a at m-2"], [new Error("a mistake")]]);
  });

  it("is told of ten thousand writers, and after that the ones that were silent for longest are forgotten", async () => {
    const { other, start, write, told } = createScene();
    await start();
    await write(event("first"), { writer: "w0", number: 1 });
    const taken: RecordBody = { kind: "taken", sid: "s", fence: 0 };
    for (let writer = 1; writer <= 10_000; writer++)
      void logOf(other).append(TOPIC, encodeRecord({ writer: `w${writer}`, number: 1 }, taken));
    await settle();
    await write(event("again"), { writer: "w0", number: 1 });
    await write(event("again"), { writer: "w10000", number: 1 });
    expect(told.filter((text) => text.includes(" at "))).toEqual(["first at m-1", "again at m-10002"]);
  });
});

describe("entries that went before they were read", () => {
  it("are told of, and what is behind them cannot be had", async () => {
    const { broker, bus, start, writeAll, told, replica } = createScene();
    await start();
    await writeAll("a");
    bus.cut(true);
    await writeAll("b", "c", "d");
    broker.trimLog(TOPIC, 1);
    bus.heal();
    await settle();
    expect(told).toEqual(["ready", "a at m-1", "missed", "d at m-4"]);
    expect([await missedAfter(replica, "m-0"), await missedAfter(replica, "m-3")]).toEqual([undefined, ["d"]]);
  });
});

describe("what somebody has missed", () => {
  it("is read from memory, and from the broker where it has gone from memory", async () => {
    const { start, write, writeAll, replica } = createScene({ maxEntries: 2 });
    await start();
    await writeAll("a", "b");
    await write({ kind: "taken", sid: "s", fence: 1 });
    await writeAll("c", "d", "e");
    expect(await missedAfter(replica, "m-4")).toEqual(["d", "e"]);
    expect(await missedAfter(replica, "m-1")).toEqual(["b", "c", "d", "e"]);
  });

  it("is read from the broker once for all who come back to a node that has begun later", async () => {
    const { own, replica, writeAll, start } = createScene();
    await writeAll("a", "b", "c");
    await start();
    await writeAll("d");
    let reads = 0;
    const { read } = own;
    own.read = (topic, after) => {
      reads++;
      return read(topic, after);
    };
    const missed = await Promise.all(["m-0", "m-1", "m-0", "m-2"].map((offset) => missedAfter(replica, offset)));
    expect(missed).toEqual([
      ["a", "b", "c", "d"],
      ["b", "c", "d"],
      ["a", "b", "c", "d"],
      ["c", "d"],
    ]);
    await writeAll("e");
    expect([await missedAfter(replica, "m-1"), reads]).toEqual([["b", "c", "d", "e"], 1]);
  });

  it("comes once where it stands in the log twice", async () => {
    const { start, write, writeAll, replica } = createScene({ maxEntries: 1 });
    await start();
    await write(event("a"), { writer: "w", number: 1 });
    await write(event("a"), { writer: "w", number: 1 });
    await writeAll("b", "c");
    expect(await missedAfter(replica, "m-0")).toEqual(["a", "b", "c"]);
  });

  it("comes once where it stands in the log twice, of which a node that has begun later has seen one", async () => {
    const { start, write, writeAll, replica } = createScene();
    await write(event("a"), { writer: "w", number: 1 });
    await start();
    await write(event("a"), { writer: "w", number: 1 });
    await writeAll("b");
    expect(await missedAfter(replica, "m-0")).toEqual(["a", "b"]);
    expect(await missedAfter(replica, "m-0")).toEqual(["a", "b"]);
  });

  it("is read for others where the broker says nothing to the first one for three seconds", async () => {
    const { own, replica, writeAll, start, pass } = createScene();
    await writeAll("a");
    await start();
    const { read } = own;
    own.read = async function* () {
      await new Promise(() => undefined);
    };
    void replica.missedSince("m-0");
    await settle();
    own.read = read;
    const missed = missedAfter(replica, "m-0");
    await pass(3_000);
    expect(await missed).toEqual(["a"]);
  });

  it("cannot be had where it is too much, or has gone from the broker while it was read", async () => {
    const much = createScene({ maxBytes: 900 });
    await much.start();
    for (let round = 0; round < 10; round++) await much.writeAll("x".repeat(200));
    expect(await much.replica.missedSince("m-0")).toBeUndefined();
    const gone = createScene({ maxEntries: 1 });
    await gone.start();
    await gone.writeAll("a", "b", "c");
    gone.own.reaches = async () => false;
    expect(await gone.replica.missedSince("m-0")).toBeUndefined();
  });

  it("cannot be had where memory has moved on beyond what was read", async () => {
    const { own, start, writeAll, replica } = createScene({ maxEntries: 1 });
    await start();
    await writeAll("a", "b", "c");
    const { reaches } = own;
    own.reaches = async (topic, offset) => {
      await writeAll("d", "e", "f");
      return reaches(topic, offset);
    };
    expect(await replica.missedSince("m-0")).toBeUndefined();
  });

  it("is waited for until this node has read as far, for three seconds at most", async () => {
    const { bus, start, writeAll, replica, pass } = createScene();
    await start();
    await writeAll("a");
    bus.cut(false);
    await writeAll("b");
    const [vain, kept] = [missedAfter(replica, "m-2"), missedAfter(replica, "m-1")];
    expect(await kept).toEqual([]);
    await pass(3_000);
    expect(await vain).toBeUndefined();
    const late = missedAfter(replica, "m-2");
    bus.heal();
    await settle();
    expect(await late).toEqual([]);
  });

  it("is not waited for once the log is closed, though its broker is silent", async () => {
    const { own, replica, start } = createScene();
    const { follow } = own;
    own.follow = async (topic, follower) => ({
      ...(await follow(topic, follower)),
      leave: () => Promise.reject(new Error("away")),
    });
    await start();
    const missed = replica.missedSince("m-5");
    await replica.close();
    expect(await missed).toBeUndefined();
  });

  it("is refused where events have been told since that are not in the log", async () => {
    const { broker, start, writeAll, replica } = createScene();
    await start();
    await writeAll("a");
    const read = await replica.missedSince("m-0");
    broker.leave();
    void replica.append(event("b"));
    expect(() => read?.()).toThrow("events were told that are not in it yet");
    broker.comeBack();
    await settle();
    expect(read?.().map(({ data }) => data[0])).toEqual(["a", "b"]);
  });

  it("is forgotten in time", async () => {
    const { start, writeAll, replica, pass, broker } = createScene({ maxAgeMs: 10_000 });
    await start();
    await writeAll("a");
    await pass(15_000);
    broker.trimLog(TOPIC, 0);
    expect(await missedAfter(replica, "m-0")).toBeUndefined();
  });

  it("is nothing after the end", async () => {
    const { start, writeAll, replica, told } = createScene();
    await start();
    await replica.close();
    await writeAll("a");
    await replica.append(event("b"));
    expect(told).toEqual(["ready"]);
  });
});
