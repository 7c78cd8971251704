// Rules of counting those who have to answer, as wires of others have it: by heartbeats of each namespace, or by the broker.
import { describe, expect, it } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { createNativeWire } from "./native-wire.ts";

const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };
const SILENT = { code: "BOWLINE_CLUSTER_INCOMPLETE" };

/** Our wire, but that nodes without the namespace answer nobody. */
function wireCounting(census: "heartbeats" | ((namespace: string) => string)): Partial<ClusterOptions> {
  return { wire: { ...createNativeWire(), census } };
}

describe("nodes that are known by heartbeats of their namespace", () => {
  const options = wireCounting("heartbeats");

  it("know each other at once, and stay known", async () => {
    const cluster = createBusCluster({}, options);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await settle();
    expect([await one.adapter.serverCount(), await two.adapter.serverCount()]).toEqual([2, 2]);
    await cluster.pass(30_000);
    expect((await one.adapter.fetchSockets(EVERYBODY)).map(({ id }) => id)).toEqual(["x", "y"]);
  });

  it("are not those that have no such namespace, or have closed it", async () => {
    const cluster = createBusCluster({}, options);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    const [here, there] = [one.namespace("/desk", "d"), two.namespace("/desk", "e")];
    cluster.start("z");
    await settle();
    expect(await here.adapter.serverCount()).toBe(2);
    void there.adapter.close();
    await settle();
    expect(await here.adapter.serverCount()).toBe(1);
  });

  it("are waited for no more once they have been silent for a lease", async () => {
    const cluster = createBusCluster({}, { ...options, requestTimeoutMs: 60_000 });
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await settle();
    two.bus.kill();
    const found = one.adapter.fetchSockets(EVERYBODY);
    await cluster.pass(13_000);
    expect((await found).map(({ id }) => id)).toEqual(["x"]);
  });
});

describe("nodes that the broker counts", () => {
  const options = wireCounting((namespace) => `bowline#all#${namespace}`);

  it("all have to answer", async () => {
    const cluster = createBusCluster({}, options);
    const [one] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    await cluster.meet();
    expect((await one.adapter.fetchSockets(EVERYBODY)).map(({ id }) => id)).toEqual(["x", "y", "z"]);
    expect(await one.adapter.serverCount()).toBe(3);
  });

  it("are not told by their names where they do not answer", async () => {
    const cluster = createBusCluster({}, options);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    two.bus.cut(false);
    const found = one.adapter.fetchSockets(EVERYBODY).catch((error: unknown) => error);
    await cluster.pass(5_100);
    expect(await found).toMatchObject({ ...SILENT, missing: [] });
  });

  it("are those that are known where the broker says nothing for a second", async () => {
    const cluster = createBusCluster({}, options);
    const [one] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    one.bus.cut(false);
    const counted = one.adapter.serverCount();
    await cluster.pass(1_000);
    expect(await counted).toBe(2);
  });

  it("are those that are known where the broker cannot count, or is away", async () => {
    const cluster = createBusCluster({}, options);
    const [one] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    cluster.broker.leave();
    expect(await one.adapter.serverCount()).toBe(2);
    cluster.broker.comeBack();
    Reflect.set(one.bus, "subscribers", undefined);
    expect(await one.adapter.serverCount()).toBe(2);
  });
});
