// Rules of the open sessions as programs look them up.
import { describe, expect, it } from "vitest";
import { createClientTable } from "./client-table.ts";

function createTable() {
  const clients = new Map([
    ["a", 1],
    ["__proto__", 2],
  ]);
  return { clients, table: createClientTable(clients) };
}

describe("the table of clients", () => {
  it("is an object by their ids, whatever the id", () => {
    const { table } = createTable();
    expect([Object.keys(table), Object.values(table), Object.entries(table).length]).toEqual([
      ["a", "__proto__"],
      [1, 2],
      2,
    ]);
    expect([table["a"], Reflect.get(table, "__proto__"), table["toString"], "a" in table, "b" in table]).toEqual([
      1,
      2,
      undefined,
      true,
      false,
    ]);
    expect([Object.hasOwn(table, "a"), JSON.stringify({ ...table }).includes('"a":1')]).toEqual([true, true]);
  });

  it("is what is there now", () => {
    const { clients, table } = createTable();
    clients.set("b", 3);
    clients.delete("a");
    expect([table["b"], table["a"], Object.keys(table)]).toEqual([3, undefined, ["__proto__", "b"]]);
  });

  it("forgets what is deleted", () => {
    const { clients, table } = createTable();
    delete table["a"];
    delete table["never there"];
    expect([...clients.keys()]).toEqual(["__proto__"]);
  });

  it("takes in nobody", () => {
    const { clients, table } = createTable();
    expect(() => Object.assign(table, { x: 1 })).toThrow(TypeError);
    expect(Reflect.defineProperty(table, "y", { value: 1 })).toBe(false);
    expect([...clients.keys()]).toEqual(["a", "__proto__"]);
  });
});
