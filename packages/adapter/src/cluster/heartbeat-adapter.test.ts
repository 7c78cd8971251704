// Rules of heartbeats: servers know each other at once, a silent one is dropped once its heartbeat is missing, and one that
// is dropped or closes is waited for no more.
import { describe, expect, it, vi } from "vitest";
import { createMemoryCluster, HeartbeatNode } from "../../test-support/memory-cluster.ts";
import { MessageType } from "./message.ts";

const EVERYBODY = { rooms: new Set<string>() };

function createCluster() {
  return createMemoryCluster((nsp, broker) => new HeartbeatNode(nsp, broker));
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

describe("servers with heartbeats", () => {
  it("know each other as soon as they begin", async () => {
    const cluster = createCluster();
    const nodes = [cluster.start(), cluster.start(), cluster.start()].map(({ node }) => node);
    await settle();
    expect(await Promise.all(nodes.map((node) => node.serverCount()))).toEqual([3, 3, 3]);
    expect([...(nodes[0]?.nodesMap.keys() ?? [])]).toEqual([nodes[1]?.uid, nodes[2]?.uid]);
  });

  it("stay known while they give signs of life, and give none while they have something to say", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    cluster.clock.advance(400);
    void one.node.serverSideEmit(["a"]);
    await settle();
    const said = cluster.broker.log.length;
    cluster.clock.advance(400);
    await settle();
    const kinds = cluster.broker.log.slice(said).map(({ type, uid }) => [type, uid]);
    expect(kinds).toEqual([[MessageType.HEARTBEAT, two.node.uid]]);
    cluster.clock.advance(10_000);
    expect([one.node.nodesMap.size, two.node.nodesMap.size]).toEqual([1, 1]);
  });

  it("forget one that keeps silent, and wait for it no more from then on", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await settle();
    cluster.broker.nodes.delete(two.node);
    const found = one.node.fetchSockets(EVERYBODY);
    const answers = vi.fn();
    void one.node.serverSideEmit(["who", answers]);
    await settle();
    cluster.clock.advance(3500);
    await settle();
    expect((await found).map(({ id }) => id)).toEqual(["x", "z"]);
    expect([one.node.nodesMap.size, three.node.nodesMap.size]).toEqual([1, 1]);
    expect((await one.node.fetchSockets(EVERYBODY)).map(({ id }) => id)).toEqual(["x", "z"]);
  });

  it("are not forgotten by one that stood still, before it could read what they have said", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await settle();
    // All timers are late when it goes on, and run before anything is read.
    cluster.broker.nodes.delete(two.node);
    cluster.clock.suspend(60_000);
    cluster.clock.advance(0);
    expect(one.node.nodesMap.size).toBe(1);
    cluster.clock.advance(5_000);
    expect(one.node.nodesMap.size).toBe(0);
  });

  it("are asked by nobody any more in a broadcast with an ack, once one of them has gone", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await settle();
    cluster.broker.nodes.delete(two.node);
    const counts = vi.fn();
    one.node.broadcastWithAck({ type: 2, data: ["a"] }, { ...EVERYBODY, flags: { timeout: 60_000 } }, counts, vi.fn());
    await settle();
    cluster.clock.advance(3500);
    expect([counts.mock.calls, three.node.nodesMap.size]).toEqual([[[1], [1], [0]], 1]);
  });

  it("end a question in any case when its time is up", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await settle();
    two.node.onMessage = vi.fn();
    const found = one.node.fetchSockets({ ...EVERYBODY, flags: { timeout: 100 } });
    await settle();
    cluster.clock.advance(100);
    await expect(found).rejects.toThrow("timeout reached: only 0 responses received out of 1");
  });

  it("forget one that says that it closes", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await settle();
    void two.node.close();
    expect([one.node.nodesMap.size, await one.node.serverCount()]).toEqual([0, 1]);
  });

  it("hear and say nothing once they are closed", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await settle();
    void one.node.close();
    void two.node.close();
    await settle();
    const said = cluster.broker.log.length;
    two.node.onMessage({ type: MessageType.HEARTBEAT, uid: "other", nsp: "/" });
    cluster.clock.advance(60_000);
    expect([cluster.broker.log.length - said, cluster.clock.pendingTimers, two.node.nodesMap.size]).toEqual([0, 0, 0]);
  });

  it("count each answer once, whoever sends it twice", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    await settle();
    const answers = vi.fn();
    void one.node.serverSideEmit(["who", answers]);
    await settle();
    const [requestId = ""] = one.node.requests.keys();
    const answer = { type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId, packet: 1 }, nsp: "/" };
    one.node.onResponse({ ...answer, uid: two.node.uid });
    one.node.onResponse({ ...answer, uid: two.node.uid });
    expect(answers).not.toHaveBeenCalled();
    one.node.onResponse({ ...answer, uid: three.node.uid });
    expect(answers.mock.calls).toEqual([[null, [1, 1]]]);
  });

  it("speak every 5 seconds and are missed after 10, where nothing else is said", async () => {
    const cluster = createMemoryCluster((nsp, broker) => new HeartbeatNode(nsp, broker, {}));
    const [one, two] = [cluster.start(), cluster.start()];
    await settle();
    const said = cluster.broker.log.length;
    cluster.clock.advance(4999);
    expect(cluster.broker.log.length).toBe(said);
    cluster.clock.advance(1);
    expect(cluster.broker.log.length).toBe(said + 2);
    cluster.broker.nodes.delete(two.node);
    cluster.clock.advance(9999);
    expect(one.node.nodesMap.size).toBe(1);
    cluster.clock.advance(2000);
    expect(one.node.nodesMap.size).toBe(0);
  });
});
