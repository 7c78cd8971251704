// Rules of an emitter: it reaches clients and servers of a cluster as a node does, hears nothing, and harms nobody by failing.
import { describe, expect, it } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import { createEmitter } from "./emitter.ts";

describe("an emitter", () => {
  it("reaches the sockets that are addressed, on all nodes", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y", "z")];
    await cluster.meet();
    const emitter = createEmitter({ bus: cluster.broker.bus() });
    await emitter.to("all").except("z").volatile.compress(false).emit("a", 1);
    await emitter.in(["x", "z"]).emit("b", Uint8Array.of(1));
    await settle();
    expect([one.delivered, two.delivered]).toEqual([
      ['["a",1] to x', '["b",{"0":1}] to x'],
      ['["a",1] to y', '["b",{"0":1}] to z'],
    ]);
    expect(two.flagsSeen[0]).toEqual({ volatile: true, compress: false });
  });

  it("reaches one namespace and no other", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    const desk = node.namespace("/desk", "d");
    await cluster.meet();
    await createEmitter(node.cluster).of("desk").emit("a");
    await settle();
    // It sends through the very node that hears it, whose own messages are others.
    expect([node.delivered, desk.delivered]).toEqual([[], ['["a"] to d']]);
  });

  it("has sockets join, leave and go, and tells the servers", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    const emitter = createEmitter({ bus: cluster.broker.bus() });
    await emitter.in("x").socketsJoin(["r", "s"]);
    await emitter.socketsLeave("r");
    await emitter.disconnectSockets(true);
    await emitter.serverSideEmit("reload", 1);
    await settle();
    expect(node.done).toEqual(["x joins r,s", "x leaves r", "x is sent away for good"]);
    expect(node.serverSide).toEqual([["reload", 1]]);
  });

  it("is heard by a cluster of its prefix and its secret alone", async () => {
    const cluster = createBusCluster();
    const tenant = { prefix: "tenant", secret: "open sesame" };
    const [one, two] = [cluster.start("x"), cluster.startWith(tenant, "y")];
    await cluster.meet();
    await createEmitter({ bus: cluster.broker.bus(), ...tenant }).emit("a");
    await createEmitter({ bus: cluster.broker.bus(), ...tenant, secret: "open barley" }).emit("b");
    await settle();
    expect([one.delivered, two.delivered, two.cluster.counters.refused]).toEqual([[], ['["a"] to y'], 1]);
  });

  it("is no node: nobody waits for its answers", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await createEmitter({ bus: cluster.broker.bus() }).emit("a");
    await cluster.meet();
    expect([node.cluster.nodes, await node.adapter.serverCount()]).toEqual([[], 1]);
  });

  it("refuses acks, and tells who waits for it that the broker is away", async () => {
    const cluster = createBusCluster();
    const emitter = createEmitter({ bus: cluster.broker.bus() });
    await expect(emitter.emit("a", () => undefined)).rejects.toThrow('Cannot emit "a" with an ack');
    await expect(emitter.serverSideEmit("a", () => undefined)).rejects.toThrow('Cannot send "a" with an ack');
    cluster.broker.leave();
    await expect(emitter.emit("a")).rejects.toThrow("the broker is away");
  });
});
