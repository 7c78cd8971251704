// Rules of the queue of what waits to leave: order, batches by bytes, one report per packet.
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Outgoing } from "./carrier.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import { WriteQueue } from "./write-queue.ts";

const dialect = { elementBytes: (frame: Frame): number => frame.byteLength };

function outgoing(texts: readonly string[], flushed?: Outgoing["flushed"]): Outgoing {
  const frames = texts.map((text) => new EncodedFrame(text));
  return { frames, compress: false, ...(flushed !== undefined && { flushed }) };
}

function queueOf(...packets: readonly Outgoing[]): WriteQueue {
  const queue = new WriteQueue();
  for (const packet of packets) queue.push(packet);
  return queue;
}

function texts(batch: readonly Outgoing[]): unknown[] {
  return batch.map((packet) => packet.frames.map((frame) => frame.data));
}

describe("a write queue", () => {
  it("is empty at first", () => {
    const queue = new WriteQueue();
    expect([queue.waiting, queue.take(10, dialect)]).toEqual([[], []]);
  });

  it("hands everything out in order where there is no limit", () => {
    const queue = queueOf(outgoing(["a"]), outgoing(["b", "c"]));
    expect(texts(queue.take(Number.POSITIVE_INFINITY, dialect))).toEqual([["a"], ["b", "c"]]);
    expect(queue.waiting).toEqual([]);
  });

  it("fills a batch up to the last byte", () => {
    const queue = queueOf(outgoing(["aaa"]), outgoing(["bb"]));
    expect(texts(queue.take(5, dialect))).toEqual([["aaa"], ["bb"]]);
  });

  it("leaves for the next batch what would be a byte too many", () => {
    const queue = queueOf(outgoing(["aaa"]), outgoing(["bbb"]));
    expect(texts(queue.take(5, dialect))).toEqual([["aaa"]]);
    expect(texts(queue.take(5, dialect))).toEqual([["bbb"]]);
  });

  it("hands out a frame above the limit alone", () => {
    const queue = queueOf(outgoing(["aaaaaaaa"]), outgoing(["b"]));
    expect(texts(queue.take(5, dialect))).toEqual([["aaaaaaaa"]]);
    expect(texts(queue.take(5, dialect))).toEqual([["b"]]);
  });

  it("splits a packet between its frames", () => {
    const queue = queueOf(outgoing(["aa", "bb", "cc"]), outgoing(["d"]));
    expect(texts(queue.take(4, dialect))).toEqual([["aa", "bb"]]);
    expect(texts(queue.take(4, dialect))).toEqual([["cc"], ["d"]]);
  });

  it("counts bytes as the dialect says", () => {
    const queue = queueOf(outgoing(["a"]), outgoing(["b"]), outgoing(["c"]));
    expect(texts(queue.take(4, { elementBytes: (frame) => frame.byteLength + 1 }))).toEqual([["a"], ["b"]]);
  });

  it("lets a split packet report with its last part", () => {
    const flushed = vi.fn();
    const queue = queueOf(outgoing(["aa", "bb"], flushed));
    for (const packet of queue.take(2, dialect)) packet.flushed?.();
    expect(flushed).not.toHaveBeenCalled();
    for (const packet of queue.take(2, dialect)) packet.flushed?.();
    expect(flushed).toHaveBeenCalledOnce();
  });

  it("keeps the wish for compression in every part", () => {
    const queue = queueOf({ frames: [new EncodedFrame("aa"), new EncodedFrame("bb")], compress: true });
    const parts = [...queue.take(2, dialect), ...queue.take(2, dialect)];
    expect(parts.map((part) => part.compress)).toEqual([true, true]);
  });

  it("tells each dropped packet why, once", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const queue = queueOf(outgoing(["a"], first), outgoing(["b"]), outgoing(["c"], second));
    queue.clear("ping timeout");
    queue.clear("transport close");
    expect([first.mock.calls, second.mock.calls]).toEqual([[["ping timeout"]], [["ping timeout"]]]);
    expect(queue.waiting).toEqual([]);
  });

  it("tells the rest of a split packet why it was dropped", () => {
    const flushed = vi.fn();
    const queue = queueOf(outgoing(["aa", "bb"], flushed));
    queue.take(2, dialect);
    queue.clear("transport error");
    expect(flushed.mock.calls).toEqual([["transport error"]]);
  });

  it("takes what is pushed while it is cleared as new", () => {
    const queue = new WriteQueue();
    queue.push(outgoing(["a"], () => queue.push(outgoing(["b"]))));
    queue.clear("forced close");
    expect(queue.waiting.length).toBe(1);
  });

  it("tells the size of what waits, text and bytes, as it is pushed, taken and cleared", () => {
    const queue = new WriteQueue();
    const sizes = [queue.size];
    queue.push(outgoing(["aa", "bb"]));
    queue.push({ frames: [new EncodedFrame(Uint8Array.of(1, 2, 3))], compress: false });
    sizes.push(queue.size);
    queue.take(2, dialect);
    sizes.push(queue.size);
    queue.take(2, dialect);
    sizes.push(queue.size);
    queue.push(outgoing(["c"]));
    queue.clear("forced close");
    sizes.push(queue.size);
    queue.push(outgoing(["dd"]));
    queue.take(Number.POSITIVE_INFINITY, dialect);
    sizes.push(queue.size);
    expect(sizes).toEqual([0, 7, 5, 3, 0, 0]);
  });

  it("counts a text by its length, which needs no walk over it", () => {
    expect(queueOf(outgoing(["€😀"])).size).toBe(3);
  });

  it("keeps every frame in order, within the limit, whatever the sizes are", () => {
    const packets = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }), { maxLength: 12 });
    fc.assert(
      fc.property(packets, fc.integer({ min: 1, max: 20 }), (sizes, limit) => {
        const queue = queueOf(...sizes.map((packet) => outgoing(packet.map((size) => "x".repeat(size)))));
        const batches: number[][] = [];
        while (queue.waiting.length > 0) {
          const batch = queue.take(limit, dialect);
          batches.push(batch.flatMap((packet) => packet.frames.map((frame) => frame.byteLength)));
        }
        expect(batches.flat()).toEqual(sizes.flat());
        const sums = batches.filter((batch) => batch.length > 1).map((batch) => batch.reduce((a, b) => a + b, 0));
        expect(Math.max(0, ...sums)).toBeLessThanOrEqual(limit);
      }),
      { seed: 20, numRuns: 300 },
    );
  });
});
