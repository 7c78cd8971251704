// Rules of a cluster in which something fails: clients of a node are served whatever happens elsewhere, questions end, what
// waits is bounded, and what is lost is counted and told.
import { describe, expect, it, vi } from "vitest";
import { answerTo, createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import type { BroadcastPacket } from "../contract.ts";
import { IncompleteAnswersError } from "./incomplete-answers.ts";

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };
const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };

/** What a question that failed was told. */
async function failureOf(question: Promise<unknown>): Promise<unknown> {
  return question.catch((error: unknown) => error);
}

describe("a node that dies without a goodbye", () => {
  it("costs one lease: questions that wait for it end then, and later ones do not wait", async () => {
    const cluster = createBusCluster({}, { requestTimeoutMs: 60_000 });
    const [one, two, three] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await cluster.meet();
    const gone = vi.fn();
    one.cluster.onGone(gone);
    two.bus.kill();
    const found = one.adapter.fetchSockets(EVERYBODY);
    const answers = vi.fn();
    void one.adapter.serverSideEmit(["who", answers]);
    await settle();
    answerTo(three.serverSide[0], "three");
    await cluster.pass(11_600);
    expect((await found).map(({ id }) => id)).toEqual(["x", "z"]);
    expect([gone.mock.calls, one.cluster.nodes]).toEqual([[[two.cluster.name]], [three.cluster.name]]);
    expect(answers.mock.calls).toEqual([[null, ["three"]]]);
    expect((await one.adapter.fetchSockets(EVERYBODY)).map(({ id }) => id)).toEqual(["x", "z"]);
  });

  it("counts nobody in a broadcast with an ack that still waits for it", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    two.bus.kill();
    const counts = vi.fn();
    one.adapter.broadcastWithAck(PACKET, { ...EVERYBODY, flags: { timeout: 60_000 } }, counts, vi.fn());
    await cluster.pass(11_600);
    expect(counts.mock.calls).toEqual([[1], [0]]);
  });

  it("is known again when it was only suspended, and wakes up", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    two.bus.cut(false);
    await cluster.pass(11_600);
    expect(one.cluster.nodes).toEqual([]);
    two.bus.heal();
    await settle();
    expect([one.cluster.nodes, two.cluster.nodes]).toEqual([[two.cluster.name], [one.cluster.name]]);
    expect((await one.adapter.fetchSockets(EVERYBODY)).length).toBe(2);
  });
});

describe("a node that is alive", () => {
  it("stays known while it has nothing to say", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.pass(60_000);
    expect([one.cluster.nodes, two.cluster.nodes]).toEqual([[two.cluster.name], [one.cluster.name]]);
  });

  it("has one lease, however many namespaces it has", async () => {
    const cluster = createBusCluster();
    const [one] = [cluster.start(), cluster.start()];
    for (let num = 0; num < 50; num++) one.namespace(`/n${num}`);
    await cluster.meet();
    const { published } = one.bus.counts;
    await cluster.pass(30_000);
    expect(one.bus.counts.published - published).toBe(10);
  });

  it("is known to a newcomer at once", async () => {
    const cluster = createBusCluster();
    const one = cluster.start();
    await cluster.meet();
    const two = cluster.start();
    await settle();
    expect([one.cluster.nodes, two.cluster.nodes]).toEqual([[two.cluster.name], [one.cluster.name]]);
  });

  it("is found, and stays known, where the broker loses messages", async () => {
    const cluster = createBusCluster({ lossShare: 0.2 });
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.pass(30_000);
    expect([one.cluster.nodes.length, two.cluster.nodes.length]).toEqual([1, 1]);
  });

  it("that says goodbye is waited for no more", async () => {
    const cluster = createBusCluster({}, { requestTimeoutMs: 60_000 });
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    const answers = vi.fn();
    void one.adapter.serverSideEmit(["who", answers]);
    await settle();
    await two.cluster.close();
    await settle();
    expect([answers.mock.calls, one.cluster.nodes]).toEqual([[[null, []]], []]);
  });
});

describe("a question that is not answered by all", () => {
  it("ends with what came, and says who is missing", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await cluster.meet();
    two.bus.cut(false);
    const [found, counted] = [
      failureOf(one.adapter.fetchSockets(EVERYBODY)),
      failureOf(one.adapter.countSockets(EVERYBODY)),
    ];
    await cluster.pass(5_100);
    const missing = [two.cluster.name];
    const reason = "timeout reached: only 1 responses received out of 2";
    expect(await found).toEqual(
      new IncompleteAnswersError(
        reason,
        [one.sockets.get("x"), { id: "z", handshake: { of: "z" }, rooms: ["z"], data: { name: "z" } }],
        missing,
      ),
    );
    expect(await counted).toEqual(new IncompleteAnswersError(reason, [1, 1], missing));
  });

  it("ends when the namespace is closed", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    two.bus.cut(false);
    const found = failureOf(one.adapter.fetchSockets(EVERYBODY));
    await settle();
    void one.adapter.close();
    expect(await found).toMatchObject({ code: "BOWLINE_CLUSTER_INCOMPLETE", missing: [two.cluster.name] });
  });
});

describe("while the broker is away", () => {
  it("clients of the node are served, and what is for others waits in order", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    cluster.broker.leave();
    void one.adapter.broadcast({ type: 2, data: [1] }, EVERYBODY);
    void one.adapter.broadcast({ type: 2, data: [2] }, EVERYBODY);
    void one.adapter.broadcast({ type: 2, data: ["now or never"] }, { ...EVERYBODY, flags: { volatile: true } });
    await settle();
    expect([one.delivered, two.delivered]).toEqual([["[1] to x", "[2] to x", '["now or never"] to x'], []]);
    cluster.broker.comeBack();
    void one.adapter.broadcast({ type: 2, data: [3] }, EVERYBODY);
    await settle();
    expect(two.delivered).toEqual(["[1] to y", "[2] to y", "[3] to y"]);
  });

  it("it is told once, and no lease ends", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    const statuses = vi.fn();
    one.cluster.onStatus(statuses);
    cluster.broker.leave();
    for (let num = 0; num < 5; num++) void one.adapter.broadcast(PACKET, EVERYBODY);
    await cluster.pass(60_000);
    expect([one.cluster.nodes, one.cluster.status, one.warnings]).toEqual([
      [two.cluster.name],
      "down",
      [expect.stringContaining("BOWLINE_CLUSTER: Cannot reach the other servers: the broker is away")],
    ]);
    cluster.broker.comeBack();
    await cluster.meet();
    expect([one.cluster.nodes, statuses.mock.calls, one.warnings.length]).toEqual([
      [two.cluster.name],
      [["down"], ["up"]],
      1,
    ]);
  });

  it("what waits is bounded; the rest is counted, and told once", async () => {
    const cluster = createBusCluster({}, { maxQueuedBytes: 10_000 });
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    cluster.broker.leave();
    const data = ["x".repeat(900)];
    for (let num = 0; num < 100; num++) void one.adapter.broadcast({ type: 2, data }, EVERYBODY);
    await settle();
    cluster.broker.comeBack();
    await settle();
    expect([one.delivered.length, two.delivered.length, one.cluster.counters.dropped]).toEqual([100, 9, 91]);
    expect(one.warnings.filter((warning) => warning.includes("maxQueuedBytes")).length).toBe(1);
  });

  it("nobody waits to hear that a room is known, and it is joined as soon as the broker is back", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    cluster.broker.leave();
    expect(two.adapter.addAll("y", new Set(["r"]))).toBeUndefined();
    await settle();
    cluster.broker.comeBack();
    await cluster.meet();
    void one.adapter.broadcast(PACKET, { ...EVERYBODY, rooms: new Set(["r"]) });
    await settle();
    expect(two.delivered).toEqual(['["a"] to y']);
  });

  it("joining a room settles in time, also where nobody knows that the broker does not hear", async () => {
    const cluster = createBusCluster();
    const one = cluster.start("x");
    await cluster.meet();
    one.bus.cut(false);
    const joining = one.adapter.addAll("x", new Set(["r"]));
    await cluster.pass(5_000);
    await expect(joining).resolves.toBeUndefined();
  });

  it("joining a room that is on its way settles", async () => {
    const cluster = createBusCluster();
    const one = cluster.start("x");
    await cluster.meet();
    one.bus.cut(false);
    const joining = one.adapter.addAll("x", new Set(["r"]));
    await settle();
    one.bus.heal();
    await expect(joining).resolves.toBeUndefined();
  });

  it("a server begins, and does not wait for long for others", async () => {
    const cluster = createBusCluster();
    cluster.broker.leave();
    const one = cluster.start("x");
    const found = one.adapter.fetchSockets(EVERYBODY);
    await cluster.pass(1_000);
    expect((await found).map(({ id }) => id)).toEqual(["x"]);
    const two = cluster.start("y");
    cluster.broker.comeBack();
    await cluster.meet();
    expect([one.cluster.nodes, two.cluster.nodes]).toEqual([[two.cluster.name], [one.cluster.name]]);
  });

  it("a cluster is closed in time, also where its bus is not", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    node.bus.close = () => new Promise(() => undefined);
    const closed = node.cluster.close();
    await cluster.pass(1_100);
    expect(await closed).toBeUndefined();
    expect(node.warnings).toEqual([expect.stringContaining("Cannot close the bus of the cluster")]);
  });

  it("a cluster is closed in time", async () => {
    const cluster = createBusCluster();
    const one = cluster.start("x");
    await cluster.meet();
    one.bus.cut(false);
    const closed = one.cluster.close();
    await cluster.pass(1_000);
    await closed;
    await settle();
    void one.adapter.broadcast(PACKET, EVERYBODY);
    expect([one.cluster.status, one.delivered, cluster.clock.pendingTimers]).toEqual(["closed", ['["a"] to x'], 0]);
  });
});

describe("a broker that does not keep up", () => {
  it("has what it has yet to confirm bounded as well", async () => {
    const cluster = createBusCluster({}, { maxQueuedBytes: 10_000 });
    const one = cluster.start("x");
    await cluster.meet();
    one.bus.cut(false);
    const data = ["x".repeat(900)];
    for (let num = 0; num < 100; num++) void one.adapter.broadcast({ type: 2, data }, EVERYBODY);
    await settle();
    expect([one.delivered.length, one.cluster.counters.dropped]).toEqual([100, 91]);
    one.bus.heal();
    await settle();
    // What it never confirmed counts as lost too.
    expect(one.cluster.counters.dropped).toBe(100);
  });

  it("costs a message that is larger than it takes that message alone", async () => {
    const cluster = createBusCluster({ maxMessageBytes: 2000 });
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    void one.adapter.broadcast({ type: 2, data: ["x".repeat(3000)] }, EVERYBODY);
    void one.adapter.broadcast(PACKET, EVERYBODY);
    await settle();
    expect([one.delivered.length, two.delivered, one.cluster.counters.dropped]).toEqual([2, ['["a"] to y'], 1]);
    expect(one.warnings).toEqual([expect.stringContaining("and the broker takes 2000")]);
  });

  it("has an answer that is larger than it takes come in parts", async () => {
    const cluster = createBusCluster({ maxMessageBytes: 2000 });
    const ids = Array.from({ length: 100 }, (_, num) => `socket-${num}`);
    const [one] = [cluster.start(), cluster.start(...ids), cluster.start("x")];
    await cluster.meet();
    const found = await one.adapter.fetchSockets(EVERYBODY);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([...ids, "x"]));
    expect([found.length, one.cluster.counters.dropped]).toEqual([101, 0]);
  });

  it("has a question wait for all parts of an answer, and tells what came where one is missing", async () => {
    const cluster = createBusCluster({ maxMessageBytes: 2000 });
    const ids = Array.from({ length: 50 }, (_, num) => `socket-${num}`);
    const [one, two] = [cluster.start(), cluster.start(...ids)];
    await cluster.meet();
    const publish = two.bus.publish.bind(two.bus);
    let answers = 0;
    two.bus.publish = async (topic, bytes) => {
      if (topic.includes("#answer#")) answers++;
      if (answers !== 2) await publish(topic, bytes);
    };
    const found = failureOf(one.adapter.fetchSockets(EVERYBODY));
    await cluster.pass(5_100);
    expect(await found).toMatchObject({ code: "BOWLINE_CLUSTER_INCOMPLETE", missing: [two.cluster.name] });
    expect(answers).toBeGreaterThan(2);
  });

  it("that delays messages brings those of one node in order", async () => {
    const cluster = createBusCluster({ delayMs: [1, 40] });
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.pass(1_000);
    for (let num = 0; num < 50; num++) void one.adapter.broadcast({ type: 2, data: [num] }, EVERYBODY);
    await cluster.pass(1_000);
    expect(two.delivered).toEqual(Array.from({ length: 50 }, (_, num) => `[${num}] to y`));
  });
});
