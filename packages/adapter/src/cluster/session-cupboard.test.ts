// Rules of the sessions of a namespace in the store of a broker: written in order, under their fence, and never given away twice.

import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { settle } from "../../test-support/bus-cluster.ts";
import { PastStays } from "../past-stays.ts";
import type { BusStatus, BusStore } from "./bus.ts";
import { MemoryCupboard } from "./memory-store.ts";
import { SessionCupboard } from "./session-cupboard.ts";
import { decodeSession, encodeSession } from "./session-record.ts";

/** A cupboard over a store that writes down what is done, and answers when the test wants. */
function createScene({ claims = true }: { readonly claims?: boolean } = {}) {
  const clock = createFakeClock();
  const kept = new MemoryCupboard(() => clock.now());
  const done: string[] = [];
  const warnings: string[] = [];
  const broker: { status: BusStatus; failure: Error | undefined; hold: Promise<void> | undefined } = {
    status: "up",
    failure: undefined,
    hold: undefined,
  };
  const reach = async (what: string): Promise<void> => {
    done.push(what);
    await broker.hold;
    if (broker.failure !== undefined) throw broker.failure;
  };
  const store: BusStore = {
    async put(key, value, fence, ttlMs) {
      const { rooms } = decodeSession(value);
      await reach(`put ${key} ${[...rooms.keys()]} ${fence} ${ttlMs}`);
      kept.put(key, value, fence, ttlMs);
    },
    async take(key) {
      await reach(`take ${key}`);
      return kept.take(key);
    },
    async drop(key, fence) {
      await reach(`drop ${key} ${fence}`);
      kept.drop(key, fence);
    },
    ...(claims
      ? {
          claim: async (key: string) => {
            await reach(`claim ${key}`);
            return kept.claim(key);
          },
        }
      : {}),
  };
  const owner: { position: string | undefined } = { position: "m-1" };
  const cupboard = new SessionCupboard(
    { bus: broker, store, clock, prefix: ":", keptMs: 1_000 },
    {
      get position() {
        return owner.position;
      },
      roomsOf: (sid) => (sid === "unknown" ? undefined : new Set([sid])),
      warn: (text) => void warnings.push(text),
    },
  );
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  /** A session begins, and has been written. */
  const open = async (sid: string, data: unknown = undefined): Promise<void> => {
    await cupboard.open({ sid, pid: `p${sid}`, readData: () => data });
    done.length = 0;
  };
  return { clock, kept, done, warnings, broker, owner, cupboard, pass, open };
}

const LIVE_MS = 61_000;

describe("a session that begins", () => {
  it("is written before its client hears of it", async () => {
    const { cupboard, done, kept } = createScene();
    await cupboard.open({ sid: "a", pid: "pa", readData: () => undefined });
    expect([done, kept.size, cupboard.size, cupboard.sids()]).toEqual([[`put :pa a 0 ${LIVE_MS}`], 1, 1, ["a"]]);
  });

  it("does not wait for a broker that is away, nor for one that does not answer for longer than a second", async () => {
    const { cupboard, broker, pass } = createScene();
    broker.hold = new Promise(() => undefined);
    let hasOpened = false;
    const opening = cupboard.open({ sid: "a", pid: "pa", readData: () => undefined })?.then(() => {
      hasOpened = true;
    });
    await pass(999);
    expect(hasOpened).toBe(false);
    await pass(1);
    await opening;
    expect(hasOpened).toBe(true);
    broker.status = "down";
    expect(cupboard.open({ sid: "b", pid: "pb", readData: () => undefined })).toBeUndefined();
  });

  it("before the log has been reached is written once it has been, with its rooms", async () => {
    const { cupboard, done, owner, pass } = createScene();
    owner.position = undefined;
    void cupboard.open({ sid: "a", pid: "pa", readData: () => undefined });
    cupboard.joined("a", new Set(["r"]));
    await pass(0);
    expect(done).toEqual([]);
    owner.position = "m-5";
    cupboard.ready();
    await pass(0);
    expect(done).toEqual([`put :pa a,r 0 ${LIVE_MS}`]);
    expect(await cupboard.take("pa")).toMatchObject({
      cameBehind: "m-5",
      rooms: new Map([
        ["a", "m-5"],
        ["r", "m-5"],
      ]),
    });
  });

  it("may have no rooms yet, and of two with one id the newer one counts", async () => {
    const { cupboard, done, open, pass } = createScene();
    await open("unknown");
    void cupboard.open({ sid: "unknown", pid: "newer", readData: () => undefined });
    await pass(0);
    expect([done, cupboard.size]).toEqual([[`put :newer  0 ${LIVE_MS}`], 1]);
  });
});

describe("a session that is live", () => {
  it("is written once for all that has changed in a turn, and not for what has not", async () => {
    const { cupboard, done, open, pass } = createScene();
    await open("a");
    cupboard.joined("a", new Set(["r", "s"]));
    cupboard.joined("a", new Set(["r"]));
    cupboard.left("a", "s");
    cupboard.left("a", "never joined");
    cupboard.touched("a");
    for (const sid of ["nobody"]) {
      cupboard.joined(sid, new Set(["r"]));
      cupboard.left(sid, "r");
      cupboard.touched(sid);
    }
    await pass(0);
    expect(done).toEqual([`put :pa a,r 0 ${LIVE_MS}`]);
  });

  it("is written again when its data has changed in a handler, or within seconds elsewhere", async () => {
    const { cupboard, done, open, pass } = createScene();
    const data = { count: 0 };
    await open("a", data);
    cupboard.touched("a");
    await pass(0);
    expect(done).toEqual([]);
    data.count = 1;
    cupboard.touched("a");
    await pass(0);
    expect(done).toHaveLength(1);
    data.count = 2;
    await pass(5_000);
    expect(done).toHaveLength(2);
  });

  it("takes what changes while it is written along with the next write", async () => {
    const { cupboard, done, broker, open, pass } = createScene();
    await open("a");
    let goOn = (): void => undefined;
    broker.hold = new Promise((resolve) => {
      goOn = resolve;
    });
    for (const room of ["r", "s", "t"]) {
      cupboard.joined("a", new Set([room]));
      await pass(0);
    }
    expect(done).toEqual([`put :pa a,r 0 ${LIVE_MS}`]);
    goOn();
    await pass(0);
    expect(done).toEqual([`put :pa a,r 0 ${LIVE_MS}`, `put :pa a,r,s,t 0 ${LIVE_MS}`]);
  });

  it("is written now and then, so that it does not run out, and never again once it has gone", async () => {
    const { cupboard, clock, done, kept, open, pass } = createScene();
    await open("a");
    for (let seconds = 0; seconds < 100; seconds++) await pass(1_000);
    expect([done.length >= 2, done.length <= 4, kept.size]).toEqual([true, true, 1]);
    cupboard.gone("a");
    cupboard.gone("a");
    await pass(1_000);
    expect([kept.size, cupboard.size, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  it("is looked at in its turn, a fifth of all each second", async () => {
    const { cupboard, done, open, pass } = createScene();
    for (let num = 0; num < 10; num++) await open(`s${num}`, { num });
    const changing = { num: 0 };
    await open("z", changing);
    changing.num = 1;
    await pass(5_000);
    expect([done, cupboard.size]).toEqual([[`put :pz z 0 ${LIVE_MS}`], 11]);
  });

  it("keeps the data that it had where the new one has no form on the wire, which is told once", async () => {
    const { cupboard, warnings, open, pass } = createScene();
    const data: { self?: unknown } = {};
    await open("a", data);
    data.self = data;
    for (let round = 0; round < 3; round++) {
      cupboard.touched("a");
      await pass(0);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/^Cannot keep the data of socket "a" for other nodes: .+; keep there/),
    ]);
    expect(await cupboard.take("pa")).toMatchObject({ data: {} });
  });
});

describe("a session whose connection was lost", () => {
  it("is the broker's alone, for as long as sessions are kept, with the data that it had", async () => {
    const { cupboard, done, open, pass } = createScene();
    await open("a");
    cupboard.persist({ sid: "a", pid: "pa", rooms: ["a"], data: { last: true } });
    cupboard.gone("a");
    cupboard.persist({ sid: "b", pid: "unknown", rooms: [], data: {} });
    await pass(0);
    expect([done, cupboard.size]).toEqual([["put :pa a 0 1000"], 0]);
    expect(await cupboard.take("pa")).toMatchObject({ sid: "a", data: { last: true }, fence: 1 });
  });
});

describe("a session that is taken", () => {
  it.each([true, false])("is in nobody's hands at no time, where the store claims: %s", async (claims) => {
    const { cupboard, done, kept, open, pass } = createScene({ claims });
    await open("a", { name: "Ada" });
    cupboard.persist({ sid: "a", pid: "pa", rooms: ["a"], data: { name: "Ada" } });
    expect(await cupboard.take("pa")).toEqual({
      pid: "pa",
      sid: "a",
      fence: 1,
      cameBehind: "m-1",
      past: new PastStays(),
      rooms: new Map([["a", "m-1"]]),
      data: { name: "Ada" },
    });
    await pass(0);
    expect([kept.size, cupboard.sids(), done.slice(1)]).toEqual([
      1,
      ["a"],
      claims ? ["claim :pa"] : ["take :pa", `put :pa a 1 ${LIVE_MS}`],
    ]);
  });

  it("is none where the store has none, or what it has cannot be read, which is told once", async () => {
    const { cupboard, kept, warnings } = createScene();
    const session = {
      sid: "a",
      cameBehind: "m-1",
      rooms: new Map(),
      past: new PastStays<string>(),
      data: Uint8Array.of(0xc1),
    };
    kept.put(":nonsense", encodeMsgpack("text"), 0, 1_000);
    kept.put(":data", encodeSession(session), 0, 1_000);
    expect(await Promise.all(["none", "nonsense", "data"].map((pid) => cupboard.take(pid)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([cupboard.size, warnings]).toEqual([0, ["Cannot read a session of the store: it is no list"]]);
  });

  it("is dropped where nobody can make use of it, but not where it has been taken once more", async () => {
    const { cupboard, kept, open, pass } = createScene();
    await open("a");
    const [first, second] = [await cupboard.take("pa"), await cupboard.take("pa")];
    if (first === undefined || second === undefined) expect.fail("nothing taken");
    cupboard.giveUp(first);
    await pass(0);
    expect([cupboard.size, kept.size]).toEqual([1, 1]);
    cupboard.giveUp(second);
    cupboard.giveUp(second);
    await pass(0);
    expect([cupboard.size, kept.size]).toEqual([0, 0]);
  });

  it("elsewhere is in this node's hands no more, where the fence says so", async () => {
    const { cupboard, open } = createScene();
    await open("a");
    expect([cupboard.overtaken("a", 0), cupboard.overtaken("a", 1), cupboard.overtaken("a", 2)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(cupboard.size).toBe(0);
  });
});

describe("a store that fails", () => {
  it("is told of once until it keeps something again, and the sessions stay live", async () => {
    const { cupboard, broker, warnings, open, pass } = createScene();
    await open("a");
    broker.failure = new Error("no room");
    for (const room of ["r", "s"]) {
      cupboard.joined("a", new Set([room]));
      await pass(0);
    }
    expect([warnings, cupboard.size]).toEqual([
      ["Cannot keep sessions for other nodes, so that lost ones may start anew: no room"],
      1,
    ]);
    broker.failure = undefined;
    cupboard.joined("a", new Set(["t"]));
    await pass(60_000);
    broker.failure = new Error("no room again");
    cupboard.joined("a", new Set(["u"]));
    await pass(0);
    expect(warnings).toHaveLength(2);
  });
});

describe("the end", () => {
  it("comes once everything has been written", async () => {
    const { cupboard, done, open } = createScene();
    await open("a");
    cupboard.joined("a", new Set(["r"]));
    await cupboard.close();
    expect(done).toEqual([`put :pa a,r 0 ${LIVE_MS}`]);
  });
});
