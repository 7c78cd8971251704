// Rules of a log's end in memory: bounded, and without gaps between the floor and the last offset.
import { describe, expect, it } from "vitest";
import { LogTail, type TailEntry } from "./log-tail.ts";

const NOBODY = { rooms: new Set<string>(), except: new Set<string>() };

function entryAt(offset: number, byteLength = 0): TailEntry {
  return { offset: String(offset), to: NOBODY, data: [], byteLength, cameAtMs: offset };
}

function createTail(limits: Partial<{ maxEntries: number; maxBytes: number; maxAgeMs: number }> = {}): LogTail {
  const compare = (one: string, other: string): number => Number(one) - Number(other);
  return new LogTail({ maxEntries: 1e6, maxBytes: 1e9, maxAgeMs: 1e6, ...limits }, compare);
}

/** A tail that begins behind 0, with so many entries. */
function fill(tail: LogTail, count: number): LogTail {
  tail.begin("0");
  for (let offset = 1; offset <= count; offset++) tail.append(entryAt(offset));
  return tail;
}

const offsetsAfter = (tail: LogTail, offset: number): string[] =>
  tail.after(String(offset)).map((entry) => entry.offset);

describe("the end of a log in memory", () => {
  it("gives what stands behind an offset, in order, wherever that is", () => {
    const tail = fill(createTail(), 5);
    expect([0, 2, 4, 5].map((offset) => offsetsAfter(tail, offset))).toEqual([
      ["1", "2", "3", "4", "5"],
      ["3", "4", "5"],
      ["5"],
      [],
    ]);
  });

  it("takes what stands before its floor, where there is room for all of it, and nothing would be there twice", () => {
    const tail = createTail({ maxEntries: 5, maxBytes: 4_000 });
    expect(tail.extend("0", "9", [])).toBe(false);
    tail.begin("3");
    tail.append(entryAt(4));
    // What is read up to now may overlap with what is here.
    expect(tail.extend("1", "4", [entryAt(2), entryAt(3), entryAt(4)])).toBe(true);
    expect([tail.size, tail.bytes, tail.floor, offsetsAfter(tail, 2)]).toEqual([3, 2_400, "1", ["3", "4"]]);
    expect([tail.extend("2", "3", [entryAt(3)]), tail.size]).toEqual([true, 3]);
    expect(tail.extend("-2", "1", [entryAt(-1), entryAt(0), entryAt(1)])).toBe(false);
    expect(tail.extend("0", "1", [entryAt(1, 1_000)])).toBe(false);
    expect(tail.extend("0", "4", [entryAt(1), entryAt(2), entryAt(3)])).toBe(false);
    expect([tail.size, tail.floor]).toEqual([3, "1"]);
  });

  it("knows nothing before the log has been reached", () => {
    const tail = createTail();
    expect([tail.floor, tail.last, tail.reaches("0")]).toEqual([undefined, undefined, false]);
    expect(() => tail.after("0")).toThrow(RangeError);
  });

  it.each<readonly [string, Parameters<typeof createTail>[0]]>([
    ["entries", { maxEntries: 2 }],
    ["bytes", { maxBytes: 1_600 }],
  ])("is limited in its %s, and tells of what has gone", (_, limits) => {
    const tail = fill(createTail(limits), 5);
    expect([tail.size, tail.bytes, tail.floor, offsetsAfter(tail, 3)]).toEqual([2, 1_600, "3", ["4", "5"]]);
    expect(() => tail.after("2")).toThrow("events have gone from the memory of this node");
    expect([tail.reaches("2"), tail.reaches("6")]).toEqual([false, false]);
  });

  it("lets go of what is too old, and of nothing else", () => {
    const tail = fill(createTail({ maxAgeMs: 10 }), 5);
    tail.expire(13);
    expect([tail.size, tail.floor]).toEqual([3, "2"]);
    tail.expire(1_000);
    expect([tail.size, tail.bytes, tail.floor, tail.last, offsetsAfter(tail, 5)]).toEqual([0, 0, "5", "5", []]);
  });

  it("keeps no holes: a list that has lost most of its front is made anew, and says the same", () => {
    const tail = fill(createTail({ maxEntries: 10 }), 5_000);
    expect([tail.size, tail.floor, offsetsAfter(tail, 4_995)]).toEqual([
      10,
      "4990",
      ["4996", "4997", "4998", "4999", "5000"],
    ]);
  });

  it("goes on behind what nobody may ask for, and begins anew where it is told to", () => {
    const tail = fill(createTail(), 2);
    tail.advance("3");
    expect([tail.last, offsetsAfter(tail, 1), offsetsAfter(tail, 3)]).toEqual(["3", ["2"], []]);
    tail.begin("9");
    expect([tail.size, tail.bytes, tail.reaches("3"), offsetsAfter(tail, 9)]).toEqual([0, 0, false, []]);
  });
});
