// Rules of the log: numbers without gaps, the oldest go first, and nobody gets a part of what was asked for.
import { describe, expect, it } from "vitest";
import { type LogEntry, PacketLog } from "./packet-log.ts";

function entry(name: string, byteLength = 0, sentAtMs = 0): LogEntry {
  return { data: [name], byteLength, to: { rooms: new Set() }, sentAtMs };
}

/** A log with these entries. */
function createLog(maxBytes: number, ...entries: readonly LogEntry[]): PacketLog {
  const log = new PacketLog(maxBytes);
  for (const each of entries) log.append(each);
  return log;
}

function names(entries: readonly LogEntry[]): unknown[] {
  return entries.map(({ data }) => data[0]);
}

describe("a log", () => {
  it("numbers its events from 1", () => {
    expect([createLog(1e6).last, createLog(1e6, entry("a"), entry("b")).last]).toEqual([0, 2]);
  });

  it.each([
    [0, ["a", "b", "c"]],
    [1, ["b", "c"]],
    [3, []],
  ])("gives the events behind number %i", (number, expected) => {
    expect(names(createLog(1e6, entry("a"), entry("b"), entry("c")).after(number))).toEqual(expected);
  });

  it.each([-1, 4, 1.5, Number.NaN])("has no events behind number %d, and says so", (number) => {
    const log = createLog(1e6, entry("a"), entry("b"), entry("c"));
    expect(log.reaches(number)).toBe(false);
    expect(() => log.after(number)).toThrow(RangeError);
  });

  it("drops the oldest when its bytes are too many, and does not reach behind them", () => {
    const log = createLog(10_000, entry("a", 1000), entry("b", 1000), entry("c", 1000));
    expect([log.size, log.last, log.reaches(0), log.reaches(1)]).toEqual([2, 3, false, true]);
    expect(names(log.after(1))).toEqual(["b", "c"]);
  });

  it("counts what events take up besides their data, so that empty ones are not free", () => {
    const log = createLog(10_000, ...Array.from({ length: 100 }, () => entry("a")));
    expect([log.size < 10, log.bytes <= 10_000]).toEqual([true, true]);
  });

  it("counts data as often as memory holds it: given, encoded and framed", () => {
    const [empty, full] = [createLog(1e6, entry("a")), createLog(1e6, entry("a", 1000))];
    expect(full.bytes - empty.bytes).toBe(3000);
  });

  it("keeps no event that is larger than all may be, and goes on", () => {
    const log = createLog(2000, entry("a", 2000));
    expect([log.size, log.bytes, log.last, log.reaches(1), log.reaches(0)]).toEqual([0, 0, 1, true, false]);
    log.append(entry("b"));
    expect(names(log.after(1))).toEqual(["b"]);
  });

  it("drops what is too old", () => {
    const log = createLog(1e6, entry("a", 0, 10), entry("b", 0, 20), entry("c", 0, 30));
    log.expire(20);
    expect([names(log.after(1)), log.reaches(0)]).toEqual([["b", "c"], false]);
  });

  it("knows whether an event that is there still names a room", () => {
    const log = createLog(1e6);
    const to = (rooms: readonly string[], except: readonly string[] = []) => ({
      rooms: new Set(rooms),
      except: new Set(except),
    });
    log.append({ ...entry("a", 0, 10), to: to(["r"]) });
    log.append({ ...entry("b", 0, 20), to: to([], ["s"]) });
    log.append({ ...entry("c", 0, 30), to: to(["r"]) });
    const named = () => ["r", "s", "t"].map((room) => [0, 1, 2, 3].map((number) => log.namesBehind(number, room)));
    const [yes, no] = [true, false];
    expect(named()).toEqual([
      [yes, yes, yes, no],
      [yes, yes, no, no],
      [no, no, no, no],
    ]);
    log.expire(30);
    expect(named()).toEqual([
      [yes, yes, yes, no],
      [no, no, no, no],
      [no, no, no, no],
    ]);
    log.expire(31);
    expect(named()[0]).toEqual([no, no, no, no]);
  });
});
