// Rules of a cluster over a bus: what is sent to rooms reaches all nodes once, a node without members hears nothing, and
// questions are answered by all that are alive.
import { describe, expect, it, vi } from "vitest";
import { answerTo, createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import type { BroadcastPacket } from "../contract.ts";

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };
const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };
const ALL = { ...EVERYBODY, rooms: new Set(["all"]) };

describe("a broadcast over a bus", () => {
  it("reaches the sockets of all nodes, each once, as it is addressed", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y", "z")];
    await cluster.meet();
    void one.adapter.broadcast(PACKET, { rooms: new Set(["all"]), except: new Set(["z"]), flags: { volatile: true } });
    await settle();
    expect([one.delivered, two.delivered]).toEqual([['["a"] to x'], ['["a"] to y']]);
    expect(two.flagsSeen).toEqual([{ volatile: true }]);
  });

  it("to a room that nobody is in elsewhere reaches no other node", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await one.adapter.addAll("x", new Set(["mine"]));
    await cluster.meet();
    const heard = two.bus.counts.received;
    for (let sent = 0; sent < 10; sent++)
      void one.adapter.broadcast(PACKET, { ...EVERYBODY, rooms: new Set(["mine"]) });
    await settle();
    expect([two.bus.counts.received - heard, one.delivered.length]).toEqual([0, 10]);
  });

  it("reaches a member from the moment on in which joining has settled", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    await two.adapter.addAll("y", new Set(["late"]));
    void one.adapter.broadcast(PACKET, { ...EVERYBODY, rooms: new Set(["late"]) });
    await settle();
    expect(two.delivered).toEqual(['["a"] to y']);
  });

  it("is of its namespace alone", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    const [desk] = [two.namespace("/desk", "d"), one.namespace("/desk", "e")];
    await cluster.meet();
    void one.adapter.broadcast(PACKET, EVERYBODY);
    await settle();
    expect([two.delivered, desk.delivered]).toEqual([['["a"] to y'], []]);
  });

  it("has bytes arrive as bytes", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    await cluster.meet();
    void one.adapter.serverSideEmit(["bytes", Uint8Array.of(1, 2, 3), { deep: [Uint8Array.of(4)] }]);
    await settle();
    expect(two.serverSide).toEqual([["bytes", Uint8Array.of(1, 2, 3), { deep: [Uint8Array.of(4)] }]]);
  });

  it("counts and hears the clients of all nodes where it wants an ack", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y", "z")];
    await cluster.meet();
    const [count, answer] = [vi.fn(), vi.fn()];
    one.adapter.broadcastWithAck(PACKET, { ...EVERYBODY, flags: { timeout: 100 } }, count, answer);
    await settle();
    two.replies.get("z")?.(["from z", "and more"]);
    await settle();
    expect([count.mock.calls, answer.mock.calls, await one.adapter.serverCount()]).toEqual([
      [[1], [2]],
      [["from z"]],
      2,
    ]);
  });
});

describe("sockets of a cluster over a bus", () => {
  it("are found and counted on all nodes", async () => {
    const cluster = createBusCluster();
    const [one] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await cluster.meet();
    const found = await one.adapter.fetchSockets(ALL);
    expect(found.map(({ id }) => id)).toEqual(["x", "y", "z"]);
    expect(await one.adapter.countSockets({ ...ALL, except: new Set(["y"]) })).toBe(2);
  });

  it("are counted without a handshake on its way", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    const sent = vi.spyOn(two.bus, "publish");
    expect(await one.adapter.countSockets(ALL)).toBe(2);
    const texts = sent.mock.calls.map(([, bytes]) => new TextDecoder().decode(bytes));
    expect([texts.length, texts.join().includes("handshake")]).toEqual([1, false]);
  });

  it("are found where a node has not got the namespace at all", async () => {
    const cluster = createBusCluster();
    const [one] = [cluster.start("x"), cluster.start("y")];
    const desk = one.namespace("/desk", "d");
    await cluster.meet();
    expect((await desk.adapter.fetchSockets(EVERYBODY)).map(({ id }) => id)).toEqual(["d"]);
    const answers = vi.fn();
    void desk.adapter.serverSideEmit(["who", answers]);
    const counts = vi.fn();
    desk.adapter.broadcastWithAck(PACKET, { ...EVERYBODY, flags: { timeout: 100 } }, counts, vi.fn());
    await settle();
    expect([answers.mock.calls, counts.mock.calls]).toEqual([[[null, []]], [[1], [0]]]);
  });

  it("join, leave and are sent away on all nodes", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    one.adapter.addSockets(ALL, ["r"]);
    one.adapter.delSockets(EVERYBODY, ["r"]);
    one.adapter.disconnectSockets(ALL, true);
    await settle();
    expect([one.done, two.done]).toEqual([
      ["x joins r", "x leaves r", "x is sent away for good"],
      ["y joins r", "y leaves r", "y is sent away for good"],
    ]);
  });

  it("of a node that has just begun are all found: a question waits until the others have introduced themselves", async () => {
    const cluster = createBusCluster();
    cluster.start("x");
    await cluster.meet();
    const found = cluster.start("y").adapter.fetchSockets(EVERYBODY);
    await cluster.meet();
    expect((await found).map(({ id }) => id)).toEqual(["y", "x"]);
  });
});

describe("an event for the other nodes", () => {
  it("is answered by all of them", async () => {
    const cluster = createBusCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    await cluster.meet();
    const answers = vi.fn();
    void one.adapter.serverSideEmit(["who", answers]);
    await settle();
    for (const event of [...two.serverSide, ...three.serverSide]) answerTo(event, "me");
    await settle();
    expect(answers.mock.calls).toEqual([[null, ["me", "me"]]]);
  });
});
