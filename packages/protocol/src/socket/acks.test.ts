// Rules of acknowledgements.
import { describe, expect, test } from "vitest";
import { AckTable } from "./acks.ts";

function tableWith(id: number, receivers: number): { table: AckTable; told: unknown[] } {
  const told: unknown[] = [];
  const table = new AckTable();
  table.expect(id, receivers, (from, args) => told.push([from, args]));
  return { table, told };
}

describe("an ack table", () => {
  test("settles an id once", () => {
    const { table, told } = tableWith(0, 1);
    expect(table.size).toBe(1);
    expect(table.reply(0, "a", ["x", 1])).toBe(true);
    expect(table.reply(0, "a", ["again"])).toBe(false);
    expect(told).toEqual([["a", ["x", 1]]]);
    expect(table.size).toBe(0);
  });

  test("does not know ids that nobody expects", () => {
    const { table, told } = tableWith(0, 1);
    expect(table.reply(1, "a", [])).toBe(false);
    expect(told).toEqual([]);
  });

  test("takes one reply from each of several receivers", () => {
    const { table, told } = tableWith(5, 2);
    expect(table.reply(5, "a", [1])).toBe(true);
    expect(table.reply(5, "a", [2])).toBe(false);
    expect(table.size).toBe(1);
    expect(table.reply(5, "b", [3])).toBe(true);
    expect(table.size).toBe(0);
    expect(table.reply(5, "c", [4])).toBe(false);
    expect(told).toEqual([
      ["a", [1]],
      ["b", [3]],
    ]);
  });

  test("takes receivers with the names of built-in properties", () => {
    const { table } = tableWith(5, 2);
    expect(table.reply(5, "__proto__", [])).toBe(true);
    expect(table.reply(5, "constructor", [])).toBe(true);
  });

  test("has forgotten an id when its last reply is told", () => {
    const table = new AckTable();
    const sizes: number[] = [];
    table.expect(0, 1, () => {
      sizes.push(table.size);
      table.expect(0, 1, () => sizes.push(table.size));
    });
    table.reply(0, "a", []);
    table.reply(0, "a", []);
    expect(sizes).toEqual([0, 0]);
  });

  test("forgets one id and knows the others", () => {
    const { table, told } = tableWith(0, 1);
    table.expect(1, 1, () => told.push("one"));
    table.forget(0);
    expect([table.reply(0, "a", []), table.ids(), told]).toEqual([false, [1], []]);
  });

  test("refuses an id that waits already", () => {
    const { table } = tableWith(0, 1);
    expect(() => table.expect(0, 1, () => undefined)).toThrow(TypeError);
  });

  test.each([0, -1, Number.NaN])("refuses to wait for %d receivers", (receivers) => {
    expect(() => new AckTable().expect(0, receivers, () => undefined)).toThrow(RangeError);
  });
});
