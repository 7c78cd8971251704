// Rules of what a node writes to the log, where answers of the broker get lost.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { BusLog, BusLogEntry, BusStatus } from "./bus.ts";
import { BusError } from "./bus-error.ts";
import { decodeRecord, type EventRecord, encodeRecord } from "./log-record.ts";
import { LogWriter } from "./log-writer.ts";

const event = (number: number): EventRecord => ({
  kind: "event",
  rooms: [],
  except: [],
  compress: undefined,
  data: ["n", number],
});

/** A writer over a log whose answers the test decides. */
function createScene(maxPendingBytes = 10_000) {
  const clock = createFakeClock();
  const entries: BusLogEntry[] = [];
  const told: unknown[] = [];
  const warnings: string[] = [];
  const dropped: string[] = [];
  const broker: { status: BusStatus; answer: string } = { status: "up", answer: "given" };
  const log: BusLog = {
    async append(_, bytes) {
      if (broker.answer === "too large") throw new RangeError("it is too large");
      if (broker.answer === "refused") throw new Error("away");
      entries.push({ offset: String(entries.length + 1), bytes });
      if (broker.answer === "lost") throw new Error("the connection was lost");
      return String(entries.length);
    },
    follow: () => expect.fail("a writer follows nothing"),
    async *read(_, after) {
      if (broker.answer === "silent") await new Promise(() => undefined);
      if (broker.answer === "begun anew") throw new BusError("BOWLINE_BUS_LOG_TRIMMED", "it is another log");
      yield* entries.slice(Number(after));
    },
    reaches: async () => true,
    compare: (one, other) => Number(one) - Number(other),
  };
  const writer = new LogWriter(
    { bus: broker, log, topic: "t", clock, writer: "w", maxPendingBytes },
    {
      position: "0",
      tell: (body) => void told.push(body.kind === "event" ? body.data[1] : body.sid),
      inStep: () => undefined,
      reach: () => writer.resume(),
      dropped: (reason) => void dropped.push(reason),
      warn: (text) => void warnings.push(text),
    },
  );
  const written = () => entries.map(({ bytes }) => decodeRecord(bytes)?.origin.number);
  const settle = async () => {
    for (let round = 0; round < 20; round++) await Promise.resolve();
  };
  writer.begin();
  const forge = (number: number): void => {
    entries.push({ offset: String(entries.length + 1), bytes: encodeRecord({ writer: "w", number }, event(0)) });
  };
  return { clock, broker, writer, told, warnings, dropped, written, forge, settle };
}

describe("a record whose answer was lost", () => {
  it("is not written again when it is found to have arrived", async () => {
    const { clock, broker, writer, told, written, settle } = createScene();
    broker.answer = "lost";
    void writer.append(event(1));
    await settle();
    broker.answer = "given";
    void writer.append(event(2));
    clock.advance(500);
    await settle();
    expect([written(), told]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("is written again, before all that came after it, when it is not there", async () => {
    const { clock, broker, writer, told, written, settle } = createScene();
    broker.answer = "refused";
    void writer.append(event(1));
    void writer.append(event(2));
    await settle();
    broker.answer = "given";
    void writer.append(event(3));
    clock.advance(500);
    await settle();
    expect([written(), told]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});

describe("looking up what has arrived", () => {
  it("is done again where the broker does not answer for five seconds", async () => {
    const { clock, broker, writer, written, settle } = createScene();
    broker.answer = "refused";
    void writer.append(event(1));
    await settle();
    broker.answer = "silent";
    for (const ms of [500, 5_000]) {
      clock.advance(ms);
      await settle();
    }
    broker.answer = "given";
    clock.advance(500);
    await settle();
    expect(written()).toEqual([1]);
  });

  it("believes no record in this node's name that it has not written", async () => {
    const { clock, broker, writer, written, forge, settle } = createScene();
    broker.answer = "refused";
    void writer.append(event(1));
    await settle();
    broker.answer = "given";
    forge(99);
    clock.advance(500);
    await settle();
    expect(written()).toEqual([99, 1]);
  });
});

describe("a log that has begun anew, so that nothing can be looked up", () => {
  it("is written to all the same, in order: what it has already is known again by its number", async () => {
    const { clock, broker, writer, written, settle } = createScene();
    broker.answer = "lost";
    void writer.append(event(1));
    void writer.append(event(2));
    await settle();
    broker.answer = "begun anew";
    clock.advance(500);
    await settle();
    expect(written()).toEqual([1, 2, 1, 2]);
  });
});

describe("a record that does not come back", () => {
  it("is told after a while, and is out of step until the log shows it", async () => {
    const { clock, writer, told, warnings, settle } = createScene();
    void writer.append(event(1));
    await settle();
    expect([told, writer.isInStep]).toEqual([[], true]);
    clock.advance(5_000);
    expect([told, writer.isInStep]).toEqual([[1], false]);
    expect(warnings).toEqual([expect.stringContaining("does not show what this node writes")]);
    expect(writer.shown(1)).toMatchObject({ isTold: true });
    expect([writer.isInStep, writer.pending]).toEqual([true, 0]);
  });

  it("is told of in a warning also where the broker refuses all, and not where it is away", async () => {
    const { clock, broker, writer, warnings, settle } = createScene();
    broker.answer = "refused";
    void writer.append(event(1));
    broker.status = "down";
    clock.advance(5_000);
    await settle();
    expect(warnings).toEqual([]);
    broker.status = "up";
    clock.advance(5_000);
    expect(warnings).toEqual([expect.stringContaining("does not show what this node writes")]);
  });

  it("has not been told where the log shows it in time", async () => {
    const { writer, settle } = createScene();
    void writer.append(event(1));
    await settle();
    expect(writer.shown(1)).toMatchObject({ isTold: false });
    expect(writer.pending).toBe(0);
  });
});

describe("what waits for the log", () => {
  it.each(["away", "slow"])(
    "is limited where the broker is %s: what is new is told here alone, and in order",
    async (how) => {
      const { broker, writer, told, dropped, written, settle } = createScene(1_100);
      if (how === "away") {
        broker.status = "down";
        writer.hold();
      }
      for (const number of [1, 2, 3, 4, 5]) void writer.append(event(number));
      expect([told, dropped, writer.pending]).toEqual([[1, 2, 3, 4, 5], ["full", "full", "full"], 2]);
      broker.status = "up";
      writer.resume();
      await settle();
      expect([written(), writer.isInStep]).toEqual([[1, 2], false]);
      for (const number of [1, 2]) expect(writer.shown(number).isTold).toBe(true);
      void writer.append(event(6));
      await settle();
      expect([written(), told, writer.isInStep]).toEqual([[1, 2, 3], [1, 2, 3, 4, 5], true]);
    },
  );

  it("does not hold up those who wait for the telling, nor what is too large for the broker", async () => {
    const { broker, writer, told, dropped, settle } = createScene();
    broker.answer = "too large";
    await writer.append(event(1));
    await settle();
    expect([told, dropped, writer.pending, writer.isInStep]).toEqual([[1], ["too large"], 0, true]);
  });

  it("is let go of when the writer is closed", async () => {
    const { clock, broker, writer, told } = createScene();
    broker.status = "down";
    writer.hold();
    void writer.append(event(1));
    writer.close();
    await writer.append(event(2));
    expect([told, writer.pending, clock.pendingTimers]).toEqual([[1], 0, 0]);
  });
});

describe("a record that the log has passed over", () => {
  it("is told before the one that is shown, and counts as dropped", async () => {
    const { writer, told, dropped, settle } = createScene();
    for (const number of [1, 2, 3]) void writer.append(event(number));
    await settle();
    expect(writer.shown(3).isTold).toBe(false);
    expect([told, dropped, writer.pending, writer.isInStep]).toEqual([[1, 2], ["failed", "failed"], 0, true]);
  });

  it("is not written once more behind a later one, which nobody would take", async () => {
    const { clock, broker, writer, told, written, settle } = createScene();
    broker.answer = "refused";
    void writer.append(event(1));
    broker.answer = "lost";
    void writer.append(event(2));
    await settle();
    broker.answer = "given";
    clock.advance(500);
    await settle();
    expect([written(), told]).toEqual([[2], [1, 2]]);
    expect([writer.shown(2).isTold, writer.pending, writer.isInStep]).toEqual([true, 0, true]);
  });

  it("is not told a second time where it comes after all", () => {
    const { broker, writer, told } = createScene(600);
    broker.status = "down";
    writer.hold();
    void writer.append(event(1));
    expect([writer.shown(1).isTold, writer.shown(1).isTold, told]).toEqual([true, true, [1]]);
  });
});

describe("who waits until the log has what was written", () => {
  /** Whether it has been told by now. */
  async function isOver(scene: ReturnType<typeof createScene>, flushed: Promise<void>): Promise<boolean> {
    const over = Promise.race([flushed.then(() => true), scene.settle().then(() => false)]);
    return over;
  }

  it("waits until the log shows it, however long its clients have been told", async () => {
    const scene = createScene();
    void scene.writer.append(event(1));
    void scene.writer.append(event(2));
    const flushed = scene.writer.flushed();
    void scene.writer.append(event(3));
    scene.clock.advance(10_000);
    scene.writer.shown(1).settle();
    expect([await isOver(scene, flushed), scene.told]).toEqual([false, [1, 2, 3]]);
    scene.writer.shown(2).settle();
    expect(await isOver(scene, flushed)).toBe(true);
  });

  it("waits no more for what is lost, nor once the writer is closed, and not at all where nothing is written", async () => {
    const scene = createScene();
    expect(await isOver(scene, scene.writer.flushed())).toBe(true);
    void scene.writer.append(event(1));
    void scene.writer.append(event(2));
    const [lost, closed] = [scene.writer.flushed(), scene.writer.flushed()];
    scene.broker.answer = "too large";
    void scene.writer.append(event(3));
    scene.writer.shown(3);
    expect([await isOver(scene, lost), scene.dropped.includes("failed")]).toEqual([true, true]);
    void scene.writer.append(event(4));
    const last = scene.writer.flushed();
    scene.writer.close();
    expect([await isOver(scene, closed), await isOver(scene, last)]).toEqual([true, true]);
  });
});
