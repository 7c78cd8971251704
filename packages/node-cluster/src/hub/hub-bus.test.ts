// Rules of the bus over the primary: what one sends others get in order, what waits is bounded, and a primary that is away
// or has begun anew is told of.

import type { BusError } from "@bowline/adapter/cluster";
import { describe, expect, it, vi } from "vitest";
import { HubScene } from "../../test-support/hub-scene.ts";
import { DONE_MS } from "./hub.ts";
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

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "fine",
    (error: BusError) => error.code,
  );
}

describe("a topic", () => {
  it("brings what others send, in order, and to nobody else", async () => {
    const scene = new HubScene();
    const [one, two, three] = [scene.bus().bus, scene.bus().bus, scene.bus().bus];
    await scene.settle();
    const [second, third, other] = [collect(two, "t"), collect(three, "t"), collect(three, "o")];
    await scene.settle();
    for (let value = 0; value < 100; value++) void one.publish("t", bytes(value));
    await scene.settle();
    const whole = Array.from({ length: 100 }, (_, value) => value);
    expect([second, third, other]).toEqual([whole, whole, []]);
  });

  it("tells who sends that it is done a little later, once for all, or along with something else", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus().bus];
    await scene.settle();
    collect(one, "back");
    await scene.settle();
    let done = 0;
    const send = (): void => void one.publish("t", bytes(1)).then(() => done++);
    send();
    await scene.settle();
    send();
    await scene.settle();
    expect(done).toBe(0);
    await scene.advance(DONE_MS);
    expect(done).toBe(2);
    send();
    await scene.settle();
    void two.publish("back", bytes(2));
    await scene.settle();
    expect(done).toBe(3);
    send();
    await scene.settle();
    void one.subscribers("t");
    await scene.settle();
    expect(done).toBe(4);
  });

  it("brings bytes of every value as they are", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus().bus];
    await scene.settle();
    const got = collect(two, "é\u0000🙂");
    await scene.settle();
    const all = Array.from({ length: 256 }, (_, value) => value);
    await scene.whole(one.publish("é\u0000🙂", Uint8Array.from(all)));
    expect(got).toEqual(all);
  });

  it("knows how many have joined it, and not those who have left or died", async () => {
    const scene = new HubScene();
    const [one, two, three] = [scene.bus(), scene.bus(), scene.bus()];
    await scene.settle();
    const leaves = [one, two, three].map(({ bus }) => bus.join("t", () => undefined));
    await scene.settle();
    expect(await scene.whole(one.bus.subscribers("t"))).toBe(3);
    void leaves[0]?.then((leave) => leave());
    await scene.settle();
    expect(await scene.whole(two.bus.subscribers("t"))).toBe(2);
    three.cut();
    expect(await scene.whole(two.bus.subscribers("t"))).toBe(1);
  });

  it("is joined when the hub knows, also by those who asked before they were connected", async () => {
    const scene = new HubScene();
    const [early, two] = [scene.bus().bus, scene.bus().bus];
    const joined = vi.fn();
    const got: number[] = [];
    void early.join("t", (message) => got.push(...message)).then(joined);
    await Promise.resolve();
    expect(joined).not.toHaveBeenCalled();
    await scene.settle();
    expect(joined).toHaveBeenCalledOnce();
    await scene.whole(two.publish("t", bytes(1)));
    expect(got).toEqual([1]);
  });

  it("is joined once by a bus, and may be joined again after it was left", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    await scene.settle();
    const leave = await scene.whole(bus.join("t", () => undefined));
    await expect(bus.join("t", () => undefined)).rejects.toThrow('Cannot join the topic "t": this bus has joined it');
    await scene.whole(leave());
    await scene.whole(bus.join("t", () => undefined));
    expect(await scene.whole(bus.subscribers("t"))).toBe(1);
  });

  it("goes on where a receiver throws", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus().bus];
    const got: number[] = [];
    void two.join("bad", () => {
      throw new Error("no room");
    });
    void two.join("good", (message) => got.push(...message));
    await scene.settle();
    void one.publish("bad", bytes(1));
    await scene.whole(one.publish("good", bytes(2)));
    expect([got, scene.warnings]).toEqual([
      [2],
      ["BOWLINE_CLUSTER: Cannot take a message of another server: Error: no room"],
    ]);
  });

  it("takes no message that is too long", async () => {
    const scene = new HubScene({ maxMessageBytes: 10 });
    const { bus } = scene.bus();
    await scene.settle();
    expect(bus.maxMessageBytes).toBe(10);
    await expect(bus.publish("t", new Uint8Array(11))).rejects.toThrow(RangeError);
    await scene.whole(bus.publish("t", new Uint8Array(10)));
  });
});

describe("a worker that takes nothing", () => {
  it("costs no more than is allowed, is told what it has missed, and looks anew", async () => {
    const scene = new HubScene({ maxQueuedBytes: 200_000 });
    const [one, two] = [scene.bus().bus, scene.bus()];
    await scene.settle();
    const got: number[] = [];
    const states: string[] = [];
    two.bus.onStatus((status) => states.push(status));
    void two.bus.join("t", (message) => got.push(message.byteLength));
    await scene.settle();
    two.hold(true);
    for (let round = 0; round < 100; round++) await scene.whole(one.publish("t", new Uint8Array(10_000)));
    expect(scene.hub.status.queuedBytes).toBeLessThan(220_000);
    const { dropped } = scene.hub.status;
    expect(dropped).toBeGreaterThan(70);
    two.hold(false);
    await scene.settle();
    expect([got.length, states, scene.hub.status.queuedBytes]).toEqual([100 - dropped, ["down", "up"], 0]);
    expect(scene.warnings).toEqual([expect.stringContaining(`BOWLINE_BUS_LOST: ${dropped} messages`)]);
  });

  it("is told of every entry of a log that is still there when it takes them again", async () => {
    const scene = new HubScene({ maxQueuedBytes: 1000 });
    const [one, two] = [scene.bus().bus, scene.bus()];
    await scene.settle();
    const { told } = follow(two.bus, "t");
    await scene.settle();
    two.hold(true);
    for (let value = 0; value < 200; value++)
      await scene.whole(one.log.append("t", new Uint8Array(10_000).fill(value)));
    expect(scene.hub.status.queuedBytes).toBeLessThan(700_000);
    two.hold(false);
    await scene.settle();
    expect(told.filter((_, at) => at % 10_000 === 0)).toEqual(Array.from({ length: 200 }, (_, value) => value));
  });

  it("is told of a gap where entries have gone before it took them", async () => {
    const scene = new HubScene({ maxLogBytes: 200_000 });
    const [one, two] = [scene.bus().bus, scene.bus()];
    await scene.settle();
    const { told } = follow(two.bus, "t");
    await scene.settle();
    two.hold(true);
    for (let value = 0; value < 200; value++)
      await scene.whole(one.log.append("t", new Uint8Array(10_000).fill(value)));
    two.hold(false);
    await scene.settle();
    const seen = told.filter((value, at) => value === "gap" || told[at - 1] !== value);
    expect(seen.filter((value) => value === "gap")).toEqual(["gap"]);
    expect(seen.slice(seen.indexOf("gap") + 1).at(-1)).toBe(199);
  });
});

describe("a primary that is away", () => {
  it("is waited for, and told of once when it does not answer", async () => {
    const scene = new HubScene();
    scene.isHubThere = false;
    const { bus, cut } = scene.bus();
    await scene.advance(20_000);
    expect([bus.status, scene.warnings]).toEqual([
      "connecting",
      ["BOWLINE_BUS_AWAY: Cannot reach the other servers: the primary does not answer. Is it there?"],
    ]);
    expect(await codeOf(bus.publish("t", bytes(1)))).toBe("BOWLINE_BUS_AWAY");
    scene.isHubThere = true;
    cut();
    await scene.advance(100);
    expect(bus.status).toBe("up");
  });

  it("fails what is on its way, and what is sent until it is back", async () => {
    const scene = new HubScene();
    const one = scene.bus();
    await scene.settle();
    const states: string[] = [];
    one.bus.onStatus((status) => states.push(status));
    const sent = codeOf(one.bus.publish("t", bytes(1)));
    one.cut();
    expect([await sent, await codeOf(one.bus.publish("t", bytes(2)))]).toEqual([
      "BOWLINE_BUS_AWAY",
      "BOWLINE_BUS_AWAY",
    ]);
    await scene.advance(50);
    await scene.whole(one.bus.publish("t", bytes(3)));
    expect(states).toEqual(["down", "up"]);
  });

  it("is told again what was joined and followed, from where it was", async () => {
    const scene = new HubScene();
    const [one, two] = [scene.bus().bus, scene.bus()];
    await scene.settle();
    const [got, { told }] = [collect(two.bus, "t"), follow(two.bus, "l")];
    await scene.settle();
    await scene.whole(one.log.append("l", bytes(1)));
    two.cut();
    await scene.whole(one.log.append("l", bytes(2)));
    await scene.advance(50);
    await scene.whole(one.publish("t", bytes(5)));
    await scene.whole(one.log.append("l", bytes(3)));
    expect([got, told]).toEqual([[5], [1, 2, 3]]);
  });

  it("and has begun anew, has another log: followers are told of the gap, and offsets of before reach nothing", async () => {
    const scene = new HubScene();
    const two = scene.bus();
    await scene.settle();
    const { told } = follow(two.bus, "l");
    const before = await scene.whole(two.bus.log.append("l", bytes(1)));
    scene.replaceHub();
    two.cut();
    await scene.advance(50);
    const after = await scene.whole(two.bus.log.append("l", bytes(2)));
    expect(told).toEqual([1, "gap", 2]);
    expect(await scene.whole(two.bus.log.reaches("l", before))).toBe(false);
    expect(await scene.whole(two.bus.log.reaches("l", after))).toBe(true);
    expect(two.bus.log.compare(before, after)).toBeLessThan(0);
  });

  it("and knows nothing of a worker, has it begin anew on the same link", async () => {
    const scene = new HubScene();
    const one = scene.bus();
    await scene.settle();
    const got = collect(one.bus, "t");
    await scene.settle();
    const states: string[] = [];
    one.bus.onStatus((status) => states.push(status));
    scene.replaceHub();
    one.adopt();
    expect(await scene.whole(codeOf(one.bus.publish("other", bytes(1))))).toBe("BOWLINE_BUS_AWAY");
    const { bus } = scene.bus();
    await scene.settle();
    await scene.whole(bus.publish("t", bytes(2)));
    expect([got, states]).toEqual([[2], ["down", "up"]]);
  });

  it("loses to the bound of what may wait to be sent", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus({ maxQueuedBytes: 25_000 });
    await scene.settle();
    const codes = Array.from({ length: 5 }, () => codeOf(bus.publish("t", new Uint8Array(10_000))));
    const told = await scene.whole(Promise.all(codes));
    expect(told).toEqual(["fine", "fine", "fine", "BOWLINE_BUS_FULL", "BOWLINE_BUS_FULL"]);
  });

  it("is told of a closed bus, and does nothing for it any more", async () => {
    const scene = new HubScene();
    const { bus } = scene.bus();
    const never = codeOf(bus.join("early", () => undefined));
    await bus.close();
    await scene.settle();
    expect([
      await never,
      await codeOf(bus.publish("t", bytes(1))),
      await codeOf(bus.join("t", () => undefined)),
    ]).toEqual(Array.from({ length: 3 }, () => "BOWLINE_BUS_CLOSED"));
    expect([bus.status, scene.hub.status.peers]).toEqual(["closed", 0]);
  });
});
