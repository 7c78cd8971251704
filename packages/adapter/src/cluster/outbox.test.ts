// Rules of what a node has to say: bounded, in order, never twice, and who waits hears what became of it.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { settle } from "../../test-support/bus-cluster.ts";
import type { BusStatus } from "./bus.ts";
import { Outbox } from "./outbox.ts";

const MIB = 1024 * 1024;

/** An outbox over a broker that answers when the test wants. */
function createScene(maxQueuedBytes = 1_000) {
  const clock = createFakeClock();
  const sent: string[] = [];
  const told: string[] = [];
  const broker: { status: BusStatus; maxMessageBytes: number; answer: () => Promise<void> } = {
    status: "up",
    maxMessageBytes: 10 * MIB,
    answer: async () => undefined,
  };
  const bus = {
    get status() {
      return broker.status;
    },
    get maxMessageBytes() {
      return broker.maxMessageBytes;
    },
    publish: (topic: string) => {
      sent.push(topic);
      return broker.answer();
    },
  };
  const outbox = new Outbox(bus, clock, maxQueuedBytes, {
    dropped: (reason) => void told.push(reason),
    published: () => void told.push("published"),
    unconfirmed: () => void told.push("unconfirmed"),
  });
  return { broker, outbox, clock, sent, told };
}

const BYTES = new Uint8Array(100);

describe("who waits until all is with the broker", () => {
  it("waits for what was sent before, and for nothing later", async () => {
    const { broker, outbox } = createScene();
    const answers: (() => void)[] = [];
    broker.answer = () => new Promise((resolve) => answers.push(resolve));
    let isFlushed = false;
    void outbox.send("t", BYTES);
    void outbox.send("t", BYTES);
    void outbox.flushed().then(() => {
      isFlushed = true;
    });
    void outbox.send("t", BYTES);
    answers[0]?.();
    await settle();
    expect(isFlushed).toBe(false);
    answers[1]?.();
    await settle();
    expect(isFlushed).toBe(true);
  });

  it("does not wait where nothing is on its way, and waits while the broker is away", async () => {
    const { broker, outbox } = createScene();
    await outbox.flushed();
    broker.status = "down";
    let isFlushed = false;
    void outbox.send("t", BYTES);
    void outbox.flushed().then(() => {
      isFlushed = true;
    });
    await settle();
    expect(isFlushed).toBe(false);
    broker.status = "up";
    outbox.flush();
    await settle();
    expect(isFlushed).toBe(true);
  });
});

describe("a message that is sent", () => {
  it("is handed over at once, and settles when the broker has it", async () => {
    const { outbox, sent, told } = createScene();
    const sending = outbox.send("t", BYTES);
    expect([sent, outbox.queuedBytes]).toEqual([["t"], 228]);
    expect([await sending, told, outbox.queuedBytes]).toEqual([undefined, ["published"], 0]);
  });

  it("that fails is told with its reason, whatever was thrown, and is not sent again", async () => {
    const { broker, outbox, sent, told } = createScene();
    broker.answer = () => Promise.reject("no idea why");
    expect(await outbox.send("t", BYTES)).toEqual(new Error("no idea why"));
    expect([sent, told, outbox.queuedBytes]).toEqual([["t"], ["failed"], 0]);
  });

  it("that is too large, or finds no room, is told so and costs nothing", async () => {
    const { broker, outbox, sent, told } = createScene();
    broker.answer = () => new Promise(() => undefined);
    broker.maxMessageBytes = 600;
    void outbox.send("t", new Uint8Array(600));
    const failures = [await outbox.send("u", new Uint8Array(601)), await outbox.send("v", new Uint8Array(200))];
    expect(failures.map((error) => error?.message)).toEqual([
      'Cannot send to "u": it has 601 bytes, and the broker takes 600',
      'Cannot send to "v": 728 bytes wait for the broker already; see the option maxQueuedBytes',
    ]);
    expect([sent, told, outbox.queuedBytes]).toEqual([["t"], ["too large", "full"], 728]);
  });

  it("as a sign of life has room where nothing else has, though not without end", async () => {
    const { broker, outbox, sent, told } = createScene(230);
    broker.answer = () => new Promise(() => undefined);
    void outbox.send("full", BYTES);
    expect(await outbox.send("t", BYTES)).toBeInstanceOf(Error);
    void outbox.send("life", new Uint8Array(MIB - 300), "life");
    expect(await outbox.send("life", BYTES, "life")).toBeInstanceOf(Error);
    expect([sent, told]).toEqual([
      ["full", "life"],
      ["full", "full"],
    ]);
  });
});

describe("a broker that says nothing", () => {
  it("is waited for for ten seconds or a little more, and what it holds keeps its room", async () => {
    const { broker, outbox, clock, told } = createScene();
    let confirm = (): void => undefined;
    broker.answer = () =>
      new Promise((resolve) => {
        confirm = resolve;
      });
    const sending = outbox.send("t", BYTES);
    clock.advance(9_000);
    void outbox.send("later", BYTES);
    expect(told).toEqual([]);
    clock.advance(1_000);
    expect(await sending).toEqual(new Error('Cannot tell whether "t" was reached: the broker does not answer'));
    expect([told, outbox.queuedBytes]).toEqual([["unconfirmed"], 456]);
    confirm();
    await settle();
    expect([told, outbox.queuedBytes]).toEqual([["unconfirmed", "published"], 228]);
    clock.advance(10_000);
    expect([told.length, clock.pendingTimers]).toEqual([2, 0]);
  });

  it("is looked at no more once all has been confirmed, or the outbox is closed", async () => {
    const { broker, outbox, clock, told } = createScene();
    await outbox.send("t", BYTES);
    clock.advance(5_000);
    expect(clock.pendingTimers).toBe(0);
    broker.answer = () => new Promise(() => undefined);
    void outbox.send("t", BYTES);
    outbox.close();
    expect([clock.pendingTimers, told]).toEqual([0, ["published"]]);
  });
});

describe("while the broker is away", () => {
  it("what is of use later waits, in order, and the rest is dropped", async () => {
    const { broker, outbox, sent, told } = createScene();
    broker.status = "down";
    const waiting = [outbox.send("a", BYTES), outbox.send("b", BYTES)];
    expect(await outbox.send("now", BYTES, "now")).toBeInstanceOf(Error);
    outbox.flush();
    expect(sent).toEqual([]);
    broker.status = "up";
    outbox.flush();
    expect([await Promise.all(waiting), sent, told]).toEqual([
      [undefined, undefined],
      ["a", "b"],
      ["away", "published", "published"],
    ]);
  });

  it("what waits at the end is told that it will not be sent, and what comes later is, too", async () => {
    const { broker, outbox, sent, told } = createScene();
    broker.answer = () => Promise.reject(new Error("closed"));
    const onItsWay = outbox.send("on its way", BYTES);
    broker.status = "down";
    const waiting = outbox.send("waiting", BYTES);
    outbox.close();
    const closed = "the cluster has been closed";
    expect(await waiting).toEqual(new Error(`Cannot send to "waiting": ${closed}`));
    expect(await outbox.send("late", BYTES)).toEqual(new Error(`Cannot send to "late": ${closed}`));
    expect(await onItsWay).toEqual(new Error("closed"));
    await settle();
    expect([sent, told, outbox.queuedBytes]).toEqual([["on its way"], [], 0]);
  });
});
