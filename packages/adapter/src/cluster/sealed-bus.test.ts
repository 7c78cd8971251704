// Rules of a cluster with a secret: who does not know it is heard by nobody, and what was signed for one place is of no use in
// another.

import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import type { BroadcastPacket } from "../contract.ts";
import { createMemoryBroker } from "./memory-bus.ts";
import { createNativeWire } from "./native-wire.ts";
import { sealBus } from "./sealed-bus.ts";

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };
const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };
const SECRET = { secret: "open sesame" };

/** A sealed bus, and the bus below. */
function createSealed() {
  const broker = createMemoryBroker({ clock: createFakeClock() });
  const refused = vi.fn();
  const below = broker.bus();
  return { broker, below, refused, sealed: sealBus(below, "open sesame", refused) };
}

async function listOf<Entry>(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

describe("a cluster with a secret", () => {
  it("works as one without", async () => {
    const cluster = createBusCluster({}, SECRET);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    void one.adapter.broadcast(PACKET, EVERYBODY);
    await settle();
    expect([two.delivered, await one.adapter.countSockets(EVERYBODY)]).toEqual([['["a"] to y'], 2]);
    expect([one.cluster.counters, two.warnings]).toEqual([{ dropped: 0, refused: 0 }, []]);
  });

  it("believes nobody who does not know it: that is counted, and told once", async () => {
    const cluster = createBusCluster({}, SECRET);
    const [one, stranger] = [cluster.start("x"), cluster.startWith({ secret: "open barley" }, "y")];
    await cluster.meet();
    for (let num = 0; num < 5; num++) void stranger.adapter.broadcast(PACKET, EVERYBODY);
    stranger.adapter.disconnectSockets(EVERYBODY, true);
    await settle();
    expect([one.delivered, one.done, one.cluster.nodes]).toEqual([[], [], []]);
    expect(one.cluster.counters.refused).toBeGreaterThanOrEqual(6);
    expect(one.warnings).toEqual([expect.stringContaining("is not signed with the secret of this cluster")]);
  });

  it("refuses what was signed for another topic", async () => {
    const cluster = createBusCluster({}, SECRET);
    const node = cluster.start("x");
    const desk = node.namespace("/desk", "d");
    await cluster.meet();
    const heard: Uint8Array[] = [];
    await cluster.broker.bus().join("bowline#all#/", (bytes) => void heard.push(bytes));
    void cluster.start("y").adapter.broadcast(PACKET, EVERYBODY);
    await settle();
    cluster.broker.inject("bowline#all#/desk", heard[0] ?? new Uint8Array());
    await settle();
    expect([heard.length, desk.delivered, node.cluster.counters.refused]).toEqual([1, [], 1]);
  });

  it("is not for a wire that others understand", () => {
    const cluster = createBusCluster();
    expect(() => cluster.startWith({ ...SECRET, wire: createNativeWire() })).toThrow(
      "Cannot sign messages of another wire",
    );
  });
});

describe("a sealed bus", () => {
  it("has its own signatures in every message, and room for them", async () => {
    const { sealed, below, broker } = createSealed();
    expect(below.maxMessageBytes - sealed.maxMessageBytes).toBe(32);
    const heard = vi.fn();
    await broker.bus().join("t", ({ length }) => void heard(length));
    await sealed.publish("t", Uint8Array.of(1));
    await settle();
    expect(heard.mock.calls).toEqual([[33]]);
    expect(await sealed.subscribers?.("t")).toBe(1);
  });

  it("gives entries of its log, and leaves out those of others", async () => {
    const { sealed, below, refused } = createSealed();
    const followed: number[] = [];
    const told = { entry: ({ bytes }: { bytes: Uint8Array }) => void followed.push(bytes[0] ?? 0), gap: vi.fn() };
    const { from } = (await sealed.log?.follow("t", told)) ?? { from: "" };
    await below.log?.append("t", new Uint8Array(40));
    const offset = (await sealed.log?.append("t", Uint8Array.of(7))) ?? "";
    await settle();
    const read = sealed.log === undefined ? [] : await listOf(sealed.log.read("t", from));
    expect([followed, read]).toEqual([[7], [{ offset, bytes: Uint8Array.of(7) }]]);
    expect([await sealed.log?.reaches("t", offset), sealed.log?.compare(offset, offset)]).toEqual([true, 0]);
    expect(refused).toHaveBeenCalledTimes(2);
  });

  it("says what the bus below says, has nothing that it has not, and closes it", async () => {
    const broker = createMemoryBroker({ clock: createFakeClock(), keeps: false });
    const below = broker.bus();
    Reflect.set(below, "subscribers", undefined);
    const sealed = sealBus(below, new Uint8Array(4), vi.fn());
    expect([sealed.log, sealed.store, sealed.subscribers, sealed.status]).toEqual([
      undefined,
      undefined,
      undefined,
      "up",
    ]);
    const statuses = vi.fn();
    const stop = sealed.onStatus(statuses);
    broker.leave();
    stop();
    await sealed.close();
    expect([statuses.mock.calls, below.status]).toEqual([[["down"]], "closed"]);
  });

  it("tells of a gap in its log, and claims values where the store below can", async () => {
    const { broker, sealed, below } = createSealed();
    const told = { entry: vi.fn(), gap: vi.fn() };
    await sealed.log?.follow("t", told);
    below.cut(true);
    const other = sealBus(broker.bus(), "open sesame", vi.fn());
    for (let num = 0; num < 3; num++) await other.log?.append("t", Uint8Array.of(num));
    broker.trimLog("t", 1);
    below.heal();
    await settle();
    expect([told.gap.mock.calls.length, told.entry.mock.calls.length]).toEqual([1, 1]);
    await sealed.store?.put("k", Uint8Array.of(7), 0, 1000);
    expect(await sealed.store?.claim?.("k")).toEqual({ value: Uint8Array.of(7), fence: 1 });
    Reflect.set(below.store ?? {}, "claim", undefined);
    expect(sealBus(below, "open sesame", vi.fn()).store?.claim).toBeUndefined();
  });

  it("needs a secret", () => {
    const { below } = createSealed();
    expect(() => sealBus(below, "", vi.fn())).toThrow("Cannot sign with an empty secret");
  });

  it("gives values of its store, and none that somebody has put in the place of another", async () => {
    const { sealed, below, refused } = createSealed();
    await sealed.store?.put("k", Uint8Array.of(7), 0, 1000);
    await sealed.store?.put("l", Uint8Array.of(8), 0, 1000);
    const stolen = await below.store?.take("l");
    await below.store?.put("m", stolen?.value ?? new Uint8Array(), 0, 1000);
    expect(await sealed.store?.take("k")).toEqual({ value: Uint8Array.of(7), fence: 1 });
    expect([await sealed.store?.take("m"), await sealed.store?.take("none")]).toEqual([undefined, undefined]);
    await sealed.store?.drop("k", 1);
    expect(refused).toHaveBeenCalledTimes(1);
  });
});
