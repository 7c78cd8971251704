// Rules of the hub in the primary: its log has one order, its store gives a value to one taker, both are bounded, and a worker
// that dies is told of at once.

import type { BusError } from "@bowline/adapter/cluster";
import { describe, expect, it } from "vitest";
import { HubScene } from "../../test-support/hub-scene.ts";
import { encodeFrame, Kind } from "./frame.ts";
import type { HubBus } from "./hub-bus.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** What a topic brings. */
function collect(bus: HubBus, topic: string): number[] {
  const got: number[] = [];
  void bus.join(topic, (message) => got.push(...message));
  return got;
}

/** What a log tells. */
function follow(bus: HubBus, topic: string): { told: (string | number)[]; from: Promise<string> } {
  const told: (string | number)[] = [];
  const followed = bus.log.follow(topic, {
    entry: (entry) => told.push(...entry.bytes),
    gap: () => told.push("gap"),
  });
  return { told, from: followed.then(({ from }) => from) };
}

async function readEntries(bus: HubBus, topic: string, after: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const entry of bus.log.read(topic, after)) found.push(entry.bytes);
  return found;
}

async function read(bus: HubBus, topic: string, after: string): Promise<number[]> {
  return (await readEntries(bus, topic, after)).flatMap((entry) => [...entry]);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "fine",
    (error: BusError) => error.code,
  );
}

describe("a log", () => {
  it("has one order for all, and each entry once, those of the own process among them", async () => {
    const scene = new HubScene();
    const buses = [scene.bus().bus, scene.bus().bus, scene.bus().bus];
    await scene.settle();
    const told = buses.map((bus) => follow(bus, "l").told);
    await scene.settle();
    for (let value = 0; value < 90; value++) void buses[value % 3]?.log.append("l", bytes(value));
    await scene.settle();
    expect([told[0]?.length, new Set(told[0]).size]).toEqual([90, 90]);
    expect([told[1], told[2]]).toEqual([told[0], told[0]]);
  });

  it("gives offsets in order, and what stands behind one, up to the end of now", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    await scene.settle();
    const offsets: string[] = [];
    for (let value = 0; value < 40; value++) {
      offsets.push(await scene.whole(bus.log.append(value % 2 === 0 ? "even" : "odd", bytes(value))));
    }
    const sorted = [...offsets].reverse().sort((one, other) => bus.log.compare(one, other));
    expect(sorted).toEqual(offsets);
    const found = read(bus, "even", offsets[33] ?? "");
    await scene.settle();
    expect(await found).toEqual([34, 36, 38]);
  });

  it("is read in pieces, however long it is", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    await scene.settle();
    const first = await scene.whole(bus.log.append("l", bytes(0)));
    for (let value = 1; value < 60; value++) await scene.whole(bus.log.append("l", new Uint8Array(50_000).fill(value)));
    let found: number[] | undefined;
    void readEntries(bus, "l", first).then((entries) => {
      found = entries.map((entry) => entry[49_999] ?? -1);
    });
    for (let round = 0; round < 100 && found === undefined; round++) await scene.settle();
    expect(found).toEqual(Array.from({ length: 59 }, (_, value) => value + 1));
  });

  it("forgets by time, and says so", async () => {
    const scene = new HubScene({ retentionMs: 60_000 });
    const { bus } = scene.bus();
    await scene.settle();
    const [first, second] = [
      await scene.whole(bus.log.append("l", bytes(1))),
      await scene.whole(bus.log.append("l", bytes(2))),
    ];
    expect(await scene.whole(bus.log.reaches("l", first))).toBe(true);
    await scene.advance(70_000);
    expect(scene.hub.status.logBytes).toBe(0);
    expect(await scene.whole(bus.log.reaches("l", first))).toBe(false);
    expect(await scene.whole(bus.log.reaches("l", second))).toBe(true);
    expect(await scene.whole(bus.log.reaches("l", "nonsense"))).toBe(false);
    expect(await scene.whole(bus.log.reaches("l", `${second}zz`))).toBe(false);
  });

  it("forgets by bytes, the oldest of all topics first", async () => {
    const scene = new HubScene({ maxLogBytes: 50_000 });
    const { bus } = scene.bus();
    await scene.settle();
    const first = await scene.whole(bus.log.append("rare", bytes(1)));
    for (let value = 0; value < 1000; value++) await scene.whole(bus.log.append("busy", new Uint8Array(1000)));
    expect(scene.hub.status.logBytes).toBeLessThanOrEqual(50_000);
    expect(await scene.whole(bus.log.reaches("rare", first))).toBe(true);
    const last = await scene.whole(bus.log.append("busy", bytes(9)));
    expect(await scene.whole(bus.log.reaches("busy", first))).toBe(false);
    expect(await scene.whole(bus.log.reaches("busy", last))).toBe(true);
  });
});

describe("a store", () => {
  it("gives a value to one taker, with a fence that the overtaken do not know", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus().bus];
    await scene.settle();
    await scene.whole(one.store.put("k", bytes(1), 0, 60_000));
    const both = await scene.whole(Promise.all([one.store.take("k"), two.store.take("k")]));
    expect(both).toEqual([{ value: bytes(1), fence: 1 }, undefined]);
    await scene.whole(two.store.put("k", bytes(2), 0, 60_000));
    expect(await scene.whole(one.store.take("k"))).toBe(undefined);
    await scene.whole(one.store.put("k", bytes(3), 1, 60_000));
    await scene.whole(two.store.drop("k", 0));
    expect(await scene.whole(one.store.take("k"))).toEqual({ value: bytes(3), fence: 2 });
  });

  it("forgets a value that is dropped, and one whose time is up", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    await scene.settle();
    await scene.whole(bus.store.put("dropped", bytes(1), 0, 60_000));
    await scene.whole(bus.store.drop("dropped", 0));
    await scene.whole(bus.store.put("old", bytes(1), 0, 5_000));
    await scene.advance(6_000);
    expect(await scene.whole(Promise.all([bus.store.take("dropped"), bus.store.take("old")]))).toEqual([
      undefined,
      undefined,
    ]);
    await scene.advance(60_000);
    expect(scene.hub.status.storeBytes).toBe(0);
  });

  it("lets a value be claimed, which stays for the next one under a fence that the overtaken do not know", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus()];
    await scene.settle();
    expect(await scene.whole(Promise.resolve<unknown>(one.store.claim?.("k") ?? "no claims"))).toBe(undefined);
    await scene.whole(one.store.put("k", bytes(1), 0, 60_000));
    expect(await scene.whole(Promise.resolve<unknown>(two.bus.store.claim?.("k") ?? "no claims"))).toEqual({
      value: bytes(1),
      fence: 1,
    });
    two.cut();
    await scene.whole(one.store.put("k", bytes(2), 0, 60_000));
    expect(await scene.whole(one.store.take("k"))).toEqual({ value: bytes(1), fence: 2 });
  });

  it("outlives the worker that has put a value", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    await scene.whole(one.bus.store.put("k", bytes(7), 0, 60_000));
    one.cut();
    expect(await scene.whole(two.bus.store.take("k"))).toEqual({ value: bytes(7), fence: 1 });
  });

  it("lets the oldest go where there is too much", async () => {
    const scene = new HubScene({ maxStoreBytes: 10_000 });
    const { bus } = scene.bus();
    await scene.settle();
    for (let key = 0; key < 50; key++) await scene.whole(bus.store.put(`k${key}`, new Uint8Array(1000), 0, 60_000));
    expect(scene.hub.status.storeBytes).toBeLessThanOrEqual(10_000);
    expect(await scene.whole(bus.store.take("k0"))).toBe(undefined);
    expect((await scene.whole(bus.store.take("k49")))?.value.byteLength).toBe(1000);
  });
});

describe("a hub", () => {
  it("ends the link of a worker that talks nonsense, and no other", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    const got = collect(two.bus, "t");
    await scene.settle();
    one.send(Uint8Array.from([0, 0, 0, 9, 2, 7]));
    await scene.settle();
    expect(scene.hub.status.peers).toBe(1);
    await scene.advance(50);
    await scene.whole(one.bus.publish("t", bytes(1)));
    expect(got).toEqual([1]);
    expect(scene.warnings[0]).toContain("Cannot go on with a worker");
  });

  it("refuses what it does not know, and goes on", async () => {
    const scene = new HubScene();
    const one = scene.bus();
    await scene.settle();
    one.send(encodeFrame(Kind.DONE, 1));
    const count = codeOf(one.bus.subscribers("t"));
    await scene.settle();
    expect(await count).toBe("BOWLINE_BUS_REFUSED");
  });

  it("lets go of all when it is closed", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    await scene.settle();
    scene.isHubThere = false;
    scene.hub.close();
    await scene.settle();
    expect([bus.status, scene.hub.status.peers]).toEqual(["down", 0]);
  });
});

describe("the last will of a worker", () => {
  it("is told to the others at once when its link ends, and once", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    const got = collect(two.bus, "nodes");
    one.bus.leaveWill("nodes", bytes(1));
    one.bus.leaveWill("nodes", bytes(2));
    await scene.settle();
    expect(got).toEqual([]);
    one.cut();
    await scene.settle();
    expect(got).toEqual([2]);
  });

  it("comes behind what it has sent before", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    const got = collect(two.bus, "nodes");
    one.bus.leaveWill("nodes", bytes(9));
    await scene.settle();
    two.hold(true);
    await scene.whole(one.bus.publish("nodes", bytes(1)));
    one.cut();
    await scene.settle();
    two.hold(false);
    await scene.settle();
    expect(got).toEqual([1, 9]);
  });

  it("is left again where the link, or the hub, is another one", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    one.bus.leaveWill("nodes", bytes(3));
    await scene.settle();
    const got = collect(two.bus, "nodes");
    await scene.settle();
    scene.replaceHub();
    one.cut();
    two.cut();
    await scene.advance(50);
    expect([one.bus.status, two.bus.status, got]).toEqual(["up", "up", []]);
    one.cut();
    await scene.settle();
    expect(got).toEqual([3]);
  });

  it("is that of a worker whose link the hub has ended, too", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    const got = collect(two.bus, "nodes");
    one.bus.leaveWill("nodes", bytes(4));
    await scene.settle();
    one.send(Uint8Array.from([0, 0, 0, 9, 2, 7]));
    await scene.settle();
    expect(got).toEqual([4]);
  });

  it("is told to nobody where the hub itself ends", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus(), scene.bus()];
    await scene.settle();
    const got = collect(two.bus, "nodes");
    one.bus.leaveWill("nodes", bytes(5));
    await scene.settle();
    scene.hub.close();
    await scene.settle();
    expect(got).toEqual([]);
  });
});
