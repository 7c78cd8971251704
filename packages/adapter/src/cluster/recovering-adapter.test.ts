// Rules of namespaces whose sessions any node can go on with, where the broker is slow, says nothing, or brings nonsense.
// What clients see of it is played in the server's tests of recovery across nodes.
import { createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { type BusNode, createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import { MOST_STAYS } from "../past-stays.ts";
import type { MemoryBrokerOptions } from "./memory-bus.ts";
import { RecoveringAdapter } from "./recovering-adapter.ts";

const SESSIONS = { maxDisconnectionDurationMs: 120_000, retentionMs: 180_000, maxLogBytes: 10_000_000 };
const SEEDS = [20_261_128, 1, 2, 3, 4];
const ALL = { rooms: new Set(["all"]) };

function recovering({ adapter }: Pick<BusNode, "adapter">): RecoveringAdapter {
  if (adapter instanceof RecoveringAdapter) return adapter;
  throw new Error("Cannot test recovery: the adapter has none");
}

/** Nodes with a socket each, all settled. */
async function createScene(options: Omit<MemoryBrokerOptions, "clock"> = {}, ...ids: readonly string[]) {
  const cluster = createBusCluster({ sessions: SESSIONS, ...options });
  const nodes = ids.map((id) => cluster.start(id));
  await cluster.meet();
  await cluster.pass(500);
  return { cluster, nodes };
}

/** Two nodes, and a session of the first one. */
async function createSession(options: Omit<MemoryBrokerOptions, "clock"> = {}) {
  const { cluster, nodes } = await createScene(options, "x", "y");
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error("Cannot test recovery: there are no nodes");
  await recovering(one).openSession({ sid: "x", pid: "p", readData: () => ({ name: "Ada" }) });
  await cluster.pass(100);
  return { cluster, one, two };
}

describe("a namespace with sessions whose connection to the broker was cut without notice", () => {
  it("ends within a second all the same, and tells so", async () => {
    const { cluster, one } = await createSession();
    one.bus.cut(false);
    recovering(one).sessionTouched("x");
    one.adapter.delAll("x");
    let hasEnded = false;
    const ending = recovering(one)
      .close()
      .then(() => {
        hasEnded = true;
      });
    await cluster.pass(900);
    expect(hasEnded).toBe(false);
    await cluster.pass(100);
    await ending;
    expect(one.warnings).toEqual([expect.stringContaining("Cannot wait until the sessions have been kept")]);
  });

  it("takes a newcomer in after a second", async () => {
    const { cluster, one } = await createSession();
    one.bus.cut(false);
    const opening = recovering(one).openSession({ sid: "z", pid: "q", readData: () => undefined });
    await cluster.pass(1_000);
    expect(await opening).toBeUndefined();
    expect(opening).toBeInstanceOf(Promise);
  });

  it("has who comes back start anew after four seconds, and keeps nothing of the session", async () => {
    const { cluster, one, two } = await createSession();
    one.bus.kill();
    two.bus.cut(false);
    const restored = recovering(two).restoreSession("p", "");
    await cluster.pass(4_000);
    expect(await restored).toBeUndefined();
    two.bus.heal();
    await cluster.pass(1_000);
    expect(two.uncaught).toEqual([]);
  });

  it("tells its own clients after a while, and says that the log does not answer", async () => {
    const { cluster, one } = await createSession();
    one.bus.cut(false);
    void one.adapter.broadcast({ type: 2, data: ["n"] }, ALL);
    await cluster.pass(5_000);
    expect(one.delivered).toHaveLength(1);
    expect(one.warnings).toEqual([expect.stringContaining("The log does not show what this node writes")]);
  });
});

describe("a session whose taker was too slow", () => {
  it("is given up when its time is up, though it has been taken by then", async () => {
    const { cluster, one, two } = await createSession();
    one.bus.kill();
    await cluster.pass(100);
    Reflect.set(two.bus.log ?? {}, "reaches", () => new Promise(() => undefined));
    const restored = recovering(two).restoreSession("p", "m-1");
    await cluster.pass(4_000);
    expect([await restored, cluster.broker.kept]).toEqual([undefined, 0]);
  });

  it("is given up where the log fails while it is read", async () => {
    const { cluster, one, two } = await createSession();
    one.bus.kill();
    await cluster.pass(100);
    Reflect.set(two.bus.log ?? {}, "reaches", () => Promise.reject(new Error("no log today")));
    await expect(recovering(two).restoreSession("p", "m-1")).rejects.toThrow("no log today");
    await cluster.pass(100);
    expect(cluster.broker.kept).toBe(0);
  });

  it("stays with whoever has taken it since", async () => {
    const { cluster, one, two } = await createSession();
    one.bus.kill();
    await cluster.pass(100);
    const { log } = two.bus;
    const reaches = log?.reaches;
    Reflect.set(log ?? {}, "reaches", () => new Promise(() => undefined));
    const first = recovering(two).restoreSession("p", "m-0");
    await cluster.pass(2_000);
    Reflect.set(log ?? {}, "reaches", reaches);
    const second = await recovering(two).restoreSession("p", "m-0");
    await cluster.pass(2_000);
    expect([await first, second?.sid, cluster.broker.kept]).toEqual([undefined, "x", 1]);
  });
});

describe("events over a slow log", () => {
  it("are on their way side by side, and come in the order of each sender, once, whatever the delays are", async () => {
    for (const seed of SEEDS) {
      const { cluster, nodes } = await createScene(
        { delayMs: [0, 30], random: createSeededRandom(seed) },
        "x",
        "y",
        "z",
      );
      for (let number = 0; number < 200; number++)
        for (const [at, { adapter }] of nodes.entries()) void adapter.broadcast({ type: 2, data: [at, number] }, ALL);
      await cluster.pass(100);
      const told = nodes.map(({ delivered }) => delivered.map((text) => text.replace(/ at .*/, "")));
      const bySender = told.map((texts) => nodes.map((_, at) => texts.filter((text) => text.startsWith(`[${at},`))));
      const expected = nodes.map((_, at) => Array.from({ length: 200 }, (__, number) => `[${at},${number}]`));
      expect([seed, bySender]).toEqual([seed, nodes.map(() => expected)]);
    }
  }, 30_000);

  it("may have a number for their name", async () => {
    const { nodes } = await createScene({}, "x", "y");
    void nodes[0]?.adapter.broadcast({ type: 2, data: [7, "seven"] }, ALL);
    await settle();
    expect(nodes.map(({ delivered }) => delivered)).toEqual([
      [expect.stringMatching(/^\[7,"seven"\] at m-1 to x$/)],
      [expect.stringMatching(/^\[7,"seven"\] at m-1 to y$/)],
    ]);
  });
});

describe("a server that keeps sessions, over a bus that keeps nothing", () => {
  it("is told that it does, and has its events told all the same", async () => {
    const { nodes } = await createScene({ keeps: false }, "x", "y");
    void nodes[0]?.adapter.broadcast({ type: 2, data: ["n"] }, ALL);
    await settle();
    expect(nodes.map(({ delivered }) => delivered)).toEqual([['["n"] to x'], ['["n"] to y']]);
    expect(nodes[0]?.warnings).toEqual([expect.stringContaining("connectionStateRecovery has no effect")]);
  });
});

describe("a client that comes back", () => {
  const join = (node: BusNode, ...rooms: readonly string[]) => void node.adapter.addAll("x", new Set(rooms));
  const say = (node: BusNode, name: string, rooms: readonly string[], except: readonly string[] = []) =>
    void node.adapter.broadcast({ type: 2, data: [name] }, { rooms: new Set(rooms), except: new Set(except) });

  it("gets what was for its rooms since it was in them, and nothing else", async () => {
    const { cluster, one, two } = await createSession();
    say(two, "too early", ["r"]);
    await settle();
    join(one, "r", "left");
    cluster.clock.endTurn();
    await settle();
    void one.adapter.del("x", "left");
    recovering(one).sessionTouched("x");
    cluster.clock.endTurn();
    await settle();
    one.bus.kill();
    say(two, "everybody", []);
    say(two, "room", ["r", "none"]);
    say(two, "own", ["x"]);
    say(two, "left", ["left"]);
    say(two, "spared", [], ["r"]);
    say(two, "others", ["s"]);
    await settle();
    const session = await recovering(two).restoreSession("p", "");
    expect(session).toMatchObject({ sid: "x", pid: "p", data: { name: "Ada" } });
    expect(session?.missedPackets.map(([name]) => name)).toEqual(["everybody", "room", "own"]);
  });

  it("gets what was told to a room until it left that room, each time that it was there, also on a third node", async () => {
    const { cluster, one, two } = await createSession();
    const during = async (...said: readonly (readonly [name: string, except?: readonly string[]])[]) => {
      for (const [name, except] of said) say(two, name, except === undefined ? ["r"] : [], except);
      await settle();
      cluster.clock.endTurn();
    };
    join(one, "r");
    await during(["first stay"]);
    void one.adapter.del("x", "r");
    await during(["between"], ["for all but r", ["r"]]);
    join(one, "r");
    await during(["second stay"], ["for all but r again", ["r"]]);
    void one.adapter.del("x", "r");
    await during(["after"]);
    await settle();
    one.bus.kill();
    const expected = ["first stay", "for all but r", "second stay"];
    const session = await recovering(two).restoreSession("p", "");
    expect(session?.missedPackets.map(([name]) => name)).toEqual(expected);
    await cluster.pass(100);
    const three = cluster.start("z");
    await cluster.pass(1_000);
    const again = await recovering(three).restoreSession("p", "");
    expect(again?.missedPackets.map(([name]) => name)).toEqual(expected);
  });

  it.each([
    ["begins anew", "m-0", undefined],
    ["gets the rest", "m-1", MOST_STAYS],
  ])("that has left many rooms %s where the last event that it got is %s", async (_, offset, rest) => {
    const { cluster, one, two } = await createSession();
    for (let index = 0; index <= MOST_STAYS; index++) {
      join(one, `room ${index}`);
      say(two, "told", [`room ${index}`]);
      await settle();
      void one.adapter.del("x", `room ${index}`);
    }
    cluster.clock.endTurn();
    await settle();
    one.bus.kill();
    const session = await recovering(two).restoreSession("p", offset);
    expect(session?.missedPackets.length).toBe(rest);
  });

  it("gets what is behind the offset that it shows, and starts anew with one that is none", async () => {
    const { one, two } = await createSession();
    for (const name of ["a", "b", "c"]) say(two, name, []);
    await settle();
    one.bus.kill();
    const session = await recovering(two).restoreSession("p", "m-2");
    expect(session?.missedPackets).toEqual([["c", "m-3"]]);
    expect(await recovering(two).restoreSession("p", "nonsense")).toBeUndefined();
    await settle();
    expect(await recovering(two).restoreSession("p", "m-2")).toBeUndefined();
  });

  it("gets nothing that was sent before it came, whatever offset it shows", async () => {
    const { cluster, nodes } = await createScene({}, "x", "y");
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error("Cannot test recovery: there are no nodes");
    say(two, "before", []);
    await settle();
    await recovering(one).openSession({ sid: "x", pid: "p", readData: () => undefined });
    await cluster.pass(50);
    say(two, "after", []);
    await settle();
    one.bus.kill();
    const session = await recovering(two).restoreSession("p", "m-0");
    expect(session?.missedPackets.map(([name]) => name)).toEqual(["after"]);
  });

  it("ends the socket that somebody still has of it elsewhere, and no other", async () => {
    const { one, two } = await createSession();
    const lost: string[] = [];
    for (const [id, socket] of one.sockets) Reflect.set(socket, "lose", () => void lost.push(id));
    await recovering(two).restoreSession("p", "");
    await settle();
    expect(lost).toEqual(["x"]);
  });

  it("is kept by the broker when its connection is lost, and forgotten when it leaves", async () => {
    const { cluster, one } = await createSession();
    void recovering(one).persistSession({ sid: "x", pid: "p", rooms: ["x", "all"], data: {} });
    one.adapter.delAll("x");
    await settle();
    expect(cluster.broker.kept).toBe(1);
    await recovering(one).openSession({ sid: "z", pid: "q", readData: () => undefined });
    one.adapter.delAll("z");
    await settle();
    expect(cluster.broker.kept).toBe(1);
  });
});

describe("events that are in no log", () => {
  it("are told at once, with the offset of what was told last, but where they want an answer", async () => {
    const { one, two } = await createSession();
    const packet = { type: 2, data: ["n"] } as const;
    void one.adapter.broadcast(packet, { ...ALL, flags: { volatile: true } });
    void one.adapter.broadcast(packet, { ...ALL, flags: { local: true } });
    one.adapter.broadcastWithAck(
      packet,
      { ...ALL, flags: { timeout: 100 } },
      () => undefined,
      () => undefined,
    );
    await settle();
    expect([one.offsets, two.offsets]).toEqual([
      ["m-0", "m-0", undefined],
      ["m-0", undefined],
    ]);
  });

  it("that the log let go of before they were read have everybody start anew", async () => {
    const { cluster, one, two } = await createSession();
    const lost: string[] = [];
    for (const [id, socket] of one.sockets) Reflect.set(socket, "lose", () => void lost.push(id));
    one.bus.cut(true);
    for (const name of ["a", "b", "c"]) void two.adapter.broadcast({ type: 2, data: [name] }, ALL);
    await settle();
    cluster.broker.trimLog("bowline:log:/", 1);
    one.bus.heal();
    await settle();
    expect(lost).toEqual(["x"]);
    expect(one.warnings.at(-1)).toContain("Cannot tell all events of other nodes");
  });
});
