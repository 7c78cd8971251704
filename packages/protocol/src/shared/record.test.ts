// Rules of records for keys from outside: own keys only, whatever they are called.
import { describe, expect, it } from "vitest";
import { createRecord } from "./record.ts";

class Inheriting {
  readonly [own: string]: number;
  get inherited(): number {
    return 1;
  }
}

describe("createRecord", () => {
  it("has no prototype and no keys of its own", () => {
    const record = createRecord();
    expect([Object.getPrototypeOf(record), Reflect.ownKeys(record), "toString" in record]).toEqual([null, [], false]);
  });

  it("copies the own keys of its sources, and later ones win", () => {
    expect({ ...createRecord({ a: 1, b: 1 }, { b: 2, c: 2 }, { c: 3 }) }).toEqual({ a: 1, b: 2, c: 3 });
  });

  it.each(["__proto__", "constructor", "toString"])("makes %s a key like any other", (key) => {
    const record = createRecord(Object.fromEntries([[key, "x"]]));
    expect([Object.entries(record), Object.getPrototypeOf(record)]).toEqual([[[key, "x"]], null]);
    expect(Reflect.get({}, "x")).toBe(undefined);
  });

  it("copies nothing that a source inherits", () => {
    expect(Object.keys(createRecord(new Inheriting()))).toEqual([]);
  });

  it("leaves its sources alone", () => {
    const source = Object.freeze({ a: 1 });
    const record = createRecord<number>(source);
    record["a"] = 2;
    expect([source, record["a"]]).toEqual([{ a: 1 }, 2]);
  });
});
