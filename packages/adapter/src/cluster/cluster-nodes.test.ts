// Rules between nodes beside all namespaces: names are told apart, messages for one node reach that one in order, and who is
// no node is told so without troubling the broker.
import { createSeededRandom } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import { createFakeNamespace } from "../../test-support/fake-namespace.ts";
import { createCluster } from "./cluster.ts";
import { encodeNodeMessage, type NodeMessage } from "./node-message.ts";

/** Says something as another node would. */
function say(cluster: ReturnType<typeof createBusCluster>, message: NodeMessage): void {
  cluster.broker.inject("bowline#nodes", encodeNodeMessage(message));
}

describe("the name of a node", () => {
  it("is there as soon as a server is, and not before", () => {
    const cluster = createBusCluster();
    const lone = createCluster({ bus: cluster.broker.bus() });
    expect(() => lone.name).toThrow("Cannot tell the name of the node: the cluster has not begun");
    expect(lone.nodes).toEqual([]);
    lone.begin(createFakeNamespace({ clock: cluster.clock }).nsp.surroundings);
    expect(lone.name).toMatch(/^[\w-]{4}$/);
  });

  it("stays that of the node that has had it for a while, and a newcomer takes another one", async () => {
    const cluster = createBusCluster();
    const node = cluster.start();
    await cluster.meet();
    const { name } = node.cluster;
    say(cluster, { kind: "hello", id: "0000", name, isSettled: false });
    await settle();
    expect(node.cluster.name).toBe(name);
    say(cluster, { kind: "beat", id: "0000", name, isSettled: true });
    await settle();
    // Both have had it: the first in the order of ids keeps it, wherever that is worked out.
    expect([node.cluster.name === name, node.cluster.nodes]).toEqual([false, [name]]);
  });

  it("is given up by a newcomer that finds it taken, and the others learn the new one", async () => {
    const cluster = createBusCluster();
    const [one, silent] = [cluster.start(), cluster.start()];
    await cluster.meet();
    silent.bus.cut(false);
    // As long as somebody may still introduce himself it is a newcomer.
    const two = cluster.start();
    await settle();
    const { name } = two.cluster;
    say(cluster, { kind: "beat", id: "zzzz", name, isSettled: true });
    await settle();
    expect(two.cluster.name).not.toBe(name);
    expect(one.cluster.nodes).toEqual([silent.cluster.name, two.cluster.name, name]);
  });
});

describe("a message for one node", () => {
  it("reaches that node alone, in order, with the name of who has sent it", async () => {
    const cluster = createBusCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    await cluster.meet();
    const [received, other] = [vi.fn(), vi.fn()];
    two.cluster.receive("poll", received);
    three.cluster.receive("poll", other);
    await one.cluster.send(two.cluster.name, "poll", Uint8Array.of(1));
    await one.cluster.send(two.cluster.name, "poll", Uint8Array.of(2));
    await one.cluster.send(two.cluster.name, "of a later version", Uint8Array.of(3));
    await settle();
    expect(received.mock.calls).toEqual([
      [Uint8Array.of(1), one.cluster.name],
      [Uint8Array.of(2), one.cluster.name],
    ]);
    expect(other).not.toHaveBeenCalled();
  });

  it("is refused where there is none of that name, without a word to the broker", async () => {
    const cluster = createBusCluster();
    const one = cluster.start();
    await cluster.meet();
    const { published } = one.bus.counts;
    await expect(one.cluster.send("none", "poll", Uint8Array.of(1))).rejects.toThrow(
      'Cannot send to node "none": there is none of that name',
    );
    expect(one.bus.counts.published).toBe(published);
  });

  it("harms nobody where its receiver throws, and has one receiver for each kind", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.meet();
    const end = two.cluster.receive("poll", () => {
      throw new Error("not today");
    });
    expect(() => two.cluster.receive("poll", vi.fn())).toThrow('Cannot receive "poll": somebody does already');
    await one.cluster.send(two.cluster.name, "poll", Uint8Array.of(1));
    await settle();
    expect(two.warnings).toEqual([expect.stringContaining("not today")]);
    end();
    const received = vi.fn();
    two.cluster.receive("poll", received);
    end();
    await one.cluster.send(two.cluster.name, "poll", Uint8Array.of(2));
    await settle();
    expect(received.mock.calls).toEqual([[Uint8Array.of(2), one.cluster.name]]);
  });
});

describe("who listens for nodes", () => {
  it("is told of each that goes, until it listens no more; what it throws is uncaught", async () => {
    const cluster = createBusCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    await cluster.meet();
    const names = [two.cluster.name, three.cluster.name];
    const mistake = new Error("not today");
    const stop = one.cluster.onGone((name) => {
      expect(name).toBe(names[0]);
      throw mistake;
    });
    await two.cluster.close();
    await settle();
    stop();
    await three.cluster.close();
    await settle();
    expect([one.uncaught, one.cluster.nodes]).toEqual([[mistake], []]);
  });

  it("hears no status once it has stopped to", () => {
    const cluster = createBusCluster();
    const one = cluster.start();
    const heard = vi.fn();
    one.cluster.onStatus(heard)();
    cluster.broker.leave();
    expect(heard).not.toHaveBeenCalled();
  });
});

describe("a cluster that is closed", () => {
  it("leaves nothing behind: no topic, no timer", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    node.namespace("/desk", "d");
    await cluster.meet();
    await node.adapter.close();
    await node.cluster.close();
    await node.cluster.close();
    expect([node.bus.topics.size, cluster.clock.pendingTimers, node.cluster.status]).toEqual([0, 0, "closed"]);
  });
});

describe("options of a cluster", () => {
  const { bus } = { bus: createBusCluster({ random: createSeededRandom(1) }).broker.bus() };

  it.each([
    [{ heartbeatIntervalMs: 0 }, 'Cannot use heartbeatIntervalMs "0" for a cluster: give a number above 0'],
    [{ leaseMs: Number.NaN }, 'Cannot use leaseMs "NaN" for a cluster'],
    [{ leaseMs: 3000 }, 'Cannot use leaseMs "3000" for a cluster: it has to be longer than heartbeatIntervalMs'],
    [{ requestTimeoutMs: -1 }, 'Cannot use requestTimeoutMs "-1" for a cluster'],
    [{ maxQueuedBytes: 0 }, 'Cannot use maxQueuedBytes "0" for a cluster'],
    [{ prefix: "a#b" }, 'Cannot use the prefix "a#b"'],
    [{ prefix: "" }, 'Cannot use the prefix ""'],
    [{ secret: "" }, "Cannot sign with an empty secret"],
  ])("that cannot work are refused: %j", (options, message) => {
    expect(() => createCluster({ bus, ...options })).toThrow(message);
  });
});

describe("a program that waits until its events survive its node", () => {
  it.each([
    ["over a log", { sessions: { maxDisconnectionDurationMs: 60_000, retentionMs: 60_000, maxLogBytes: 100_000 } }],
    ["over topics", {}],
  ])("does so until the broker has them: %s", async (_, options) => {
    const cluster = createBusCluster({ ...options, delayMs: [200, 200] });
    const node = cluster.start("x");
    await node.cluster.flushed();
    await cluster.pass(2_000);
    node.bus.cut(true);
    void node.adapter.broadcast({ type: 2, data: ["n"] }, { rooms: new Set(["all"]) });
    let isFlushed = false;
    void node.cluster.flushed().then(() => {
      isFlushed = true;
    });
    await cluster.pass(5_000);
    expect(isFlushed).toBe(false);
    node.bus.heal();
    await cluster.pass(5_000);
    expect(isFlushed).toBe(true);
  });

  it("has nothing to wait for before there is a server", async () => {
    const { broker } = createBusCluster();
    expect(await createCluster({ bus: broker.bus() }).flushed()).toBeUndefined();
  });
});

describe("a node that stood still", () => {
  it("holds nobody for gone before it could read what the others have said meanwhile", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.meet();
    const gone = vi.fn();
    one.cluster.onGone(gone);
    // All timers are late when it goes on, and run before anything is read.
    cluster.clock.suspend(60_000);
    cluster.clock.advance(0);
    expect([gone.mock.calls, one.cluster.nodes]).toEqual([[], [two.cluster.name]]);
    await cluster.pass(60_000);
    expect([gone.mock.calls, one.cluster.nodes]).toEqual([[], [two.cluster.name]]);
  });

  it("still finds out who is gone", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.meet();
    two.bus.cut(false);
    cluster.clock.suspend(60_000);
    await cluster.pass(12_000);
    expect(one.cluster.nodes).toEqual([]);
  });
});

describe("a node that dies where the broker sees it", () => {
  it("is gone at once: its goodbye is its last will", async () => {
    const cluster = createBusCluster();
    const node = cluster.start();
    const bus = cluster.broker.bus();
    const left = vi.fn<(topic: string, bytes: Uint8Array) => void>();
    const mortal = createCluster({ bus: Object.assign(bus, { leaveWill: left }) });
    mortal.begin(createFakeNamespace({ clock: cluster.clock }).nsp.surroundings);
    await cluster.meet();
    const gone = vi.fn();
    node.cluster.onGone(gone);
    expect([node.cluster.nodes, left.mock.calls.length]).toEqual([[mortal.name], 1]);
    bus.cut(false);
    const [topic = "", will = new Uint8Array()] = left.mock.calls[0] ?? [];
    cluster.broker.inject(topic, will);
    await settle();
    expect([node.cluster.nodes, gone.mock.calls]).toEqual([[], [[mortal.name]]]);
  });
});
