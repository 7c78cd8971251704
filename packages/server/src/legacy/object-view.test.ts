// Rules of views: a collection that is read as an object is still the collection, and nothing of it is copied.
import { describe, expect, it } from "vitest";
import { createObjectView, mapView, setCollection } from "./object-view.ts";

function createMap() {
  const map = new Map<string, unknown>([
    ["a", 1],
    ["size", 2],
  ]);
  return { map, view: mapView(map) };
}

describe("a view of a map", () => {
  it("has its keys as those of an object, in their order, and the map's own value of one that it has as a member", () => {
    const { map, view } = createMap();
    map.set("b", 3);
    expect([Object.keys(view), { ...view }, Object.entries(view).length]).toEqual([
      ["a", "size", "b"],
      { a: 1, size: 3, b: 3 },
      3,
    ]);
  });

  it("has them in loops", () => {
    const { view } = createMap();
    const seen: string[] = [];
    for (const key in view) seen.push(key);
    expect(seen).toEqual(["a", "size"]);
  });

  it("is the map in all that a map offers, also where a key is called so", () => {
    const { map, view } = createMap();
    expect([view.size, view.get("size"), view instanceof Map, [...view], view.constructor, view.get]).toEqual([
      2,
      2,
      true,
      [...map],
      Map,
      view.get,
    ]);
  });

  it("gives what is put into it to the map", () => {
    const { map, view } = createMap();
    view.set("b", 3);
    expect(map.get("b")).toBe(3);
  });

  it("takes out of the map what is deleted as of an object", () => {
    const { map, view } = createMap();
    expect([Reflect.deleteProperty(view, "a"), Reflect.deleteProperty(view, "nothing"), map.has("a")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("has no members but its keys and the map's", () => {
    const { view } = createMap();
    expect(["a" in view, "nothing" in view, Reflect.get(view, "nothing"), Symbol.iterator in view]).toEqual([
      true,
      false,
      undefined,
      true,
    ]);
  });

  it("keeps what a program hangs onto it", () => {
    const { map, view } = createMap();
    Object.assign(view, { note: "mine" });
    expect([Reflect.get(view, "note"), Reflect.get(map, "note"), Object.hasOwn(view, "note")]).toEqual([
      "mine",
      "mine",
      true,
    ]);
  });

  it("keeps the map as it is where a key from a client is __proto__", () => {
    const { map, view } = createMap();
    Reflect.set(view, "__proto__", { get: undefined });
    expect([map.get("a"), map instanceof Map, Object.keys(view).includes("a")]).toEqual([1, true, true]);
  });

  it("is the same each time", () => {
    const { map, view } = createMap();
    expect(mapView(map)).toBe(view);
  });

  it("follows a method that is replaced on the map", () => {
    const { map, view } = createMap();
    expect(view.get("a")).toBe(1);
    map.get = () => "other";
    expect(view.get("a")).toBe("other");
  });
});

describe("a view of a set", () => {
  it("has each of its names as key and value", () => {
    const set = new Set(["a", "b"]);
    const view = createObjectView(set, setCollection(set));
    expect([{ ...view }, view.has("a"), view.size]).toEqual([{ a: "a", b: "b" }, true, 2]);
  });

  it("has nothing taken out of it as of an object", () => {
    const set = new Set(["a"]);
    Reflect.deleteProperty(createObjectView(set, setCollection(set)), "a");
    expect(set.has("a")).toBe(true);
  });
});
