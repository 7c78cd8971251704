// Rules of interest: a topic is joined with a room's first member and left late, and nobody waits for what cannot come.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import { Interest } from "./interest.ts";

const ROOM_TOPIC = "bowline#room#/,r";

describe("the topic of a room", () => {
  it("is joined once, however often the room is entered and left, and left when it has been empty for a while", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    const joins: string[] = [];
    const join = node.bus.join.bind(node.bus);
    node.bus.join = (topic, receive) => {
      joins.push(topic);
      return join(topic, receive);
    };
    for (let round = 0; round < 20; round++) {
      await node.adapter.addAll("x", new Set(["r"]));
      void node.adapter.del("x", "r");
      await cluster.pass(100);
    }
    expect([joins, node.bus.topics.has(ROOM_TOPIC)]).toEqual([[ROOM_TOPIC], true]);
    await cluster.pass(11_000);
    expect(node.bus.topics.has(ROOM_TOPIC)).toBe(false);
  });

  it("is kept while others are in the room, and left with the namespace", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x", "y");
    await node.adapter.addAll("x", new Set(["r"]));
    await node.adapter.addAll("y", new Set(["r"]));
    node.adapter.delAll("x");
    await cluster.pass(20_000);
    expect(node.bus.topics.has(ROOM_TOPIC)).toBe(true);
    void node.adapter.close();
    await settle();
    expect([...node.bus.topics].filter((topic) => /#room#|#all#/.test(topic))).toEqual([]);
  });

  it("is none for a socket's own room, of which there are as many as sockets", async () => {
    const cluster = createBusCluster();
    const ids = ["AbCdEfGhIjKlMnOpQrSt", "/desk#AbCdEfGhIjKlMnOpQrSt"];
    const [one, two] = [cluster.start("x"), cluster.start(...ids)];
    await cluster.meet();
    expect([...two.bus.topics].filter((topic) => topic.includes("#room#"))).toEqual(["bowline#room#/,all"]);
    for (const id of ids) void one.adapter.broadcast({ type: 2, data: [1] }, { rooms: new Set([id]) });
    await settle();
    expect(two.delivered).toEqual(ids.map((id) => `[1] to ${id}`));
  });

  it("has its join awaited by whoever enters meanwhile, and by nobody once it is known", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x", "y");
    await cluster.meet();
    const [first, second] = [node.adapter.addAll("x", new Set(["r"])), node.adapter.addAll("y", new Set(["r"]))];
    expect([first, second]).toEqual([expect.any(Promise), expect.any(Promise)]);
    await Promise.all([first, second]);
    expect(node.adapter.addAll("x", new Set(["r"]))).toBeUndefined();
  });

  it("is tried again where the broker refuses it, which is told once", async () => {
    const cluster = createBusCluster();
    const [node, other] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    const join = node.bus.join.bind(node.bus);
    let refusals = 0;
    node.bus.join = async (topic, receive) => {
      refusals++;
      if (refusals <= 3) throw new Error("too many topics");
      return join(topic, receive);
    };
    await node.adapter.addAll("x", new Set(["r"]));
    await cluster.pass(5_000);
    void other.adapter.broadcast({ type: 2, data: [1] }, { rooms: new Set(["r"]) });
    await settle();
    expect([node.delivered, node.warnings]).toEqual([
      ["[1] to x"],
      ["BOWLINE_CLUSTER: Cannot hear all that the other servers say: too many topics"],
    ]);
  });
});

describe("rooms that nobody is in", () => {
  function createScene() {
    const clock = createFakeClock();
    const left: string[] = [];
    const topics = { join: () => undefined, leave: (topic: string) => void left.push(topic), joined: () => undefined };
    const interest = new Interest({ topics, clock, topicOf: (room) => room, receive: () => undefined });
    return { clock, left, interest };
  }

  it("are looked for until the last one has been left, and not after that", () => {
    const { clock, left, interest } = createScene();
    for (const room of ["a", "b", "kept"]) interest.opened(room);
    interest.closed("a");
    clock.advance(3_000);
    interest.closed("b");
    clock.advance(2_000);
    expect([left, clock.pendingTimers]).toEqual([["a"], 1]);
    clock.advance(5_000);
    expect([left, clock.pendingTimers]).toEqual([["a", "b"], 0]);
  });

  it("are looked for no more once somebody has come back", () => {
    const { clock, left, interest } = createScene();
    interest.opened("a");
    interest.closed("a");
    interest.opened("a");
    clock.advance(5_000);
    expect([left, clock.pendingTimers]).toEqual([[], 0]);
  });

  it("that are not known are nobody's business", () => {
    const { clock, interest } = createScene();
    interest.closed("never opened");
    expect(clock.pendingTimers).toBe(0);
  });
});
