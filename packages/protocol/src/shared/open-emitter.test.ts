// Rules of the open emitter. The same calls go to the official one in the suite `packages`.
import { expect, test } from "vitest";
import { Emitter } from "./open-emitter.ts";

const nothing = (): void => {};

test("listeners run in the order they were added, with the emitter as this", () => {
  const emitter = new Emitter();
  const heard: unknown[] = [];
  emitter.on("a", function first(this: unknown, ...args: never[]) {
    heard.push(this === emitter, args);
  });
  emitter.addEventListener("a", (value: never) => heard.push(value));
  expect(emitter.emit("a", 1, 2)).toBe(emitter);
  expect(heard).toEqual([true, [1, 2], 1]);
});

test("the listeners lie open, each event behind a dollar sign, and the list is the one in use", () => {
  const emitter = new Emitter();
  expect(emitter._callbacks).toBeUndefined();
  emitter.on("a", nothing);
  expect(emitter._callbacks).toEqual({ $a: [nothing] });
  expect(emitter.listeners("a")).toBe(emitter._callbacks?.["$a"]);
  expect([emitter.hasListeners("a"), emitter.hasListeners("b"), emitter.listeners("constructor")]).toEqual([
    true,
    false,
    [],
  ]);
});

test("a listener for once runs once, is seen by its fn, and is removed by the program's function or its own", () => {
  const emitter = new Emitter();
  const heard: unknown[] = [];
  const listener = (value: never): unknown => heard.push(value);
  emitter.once("a", listener);
  expect(emitter.listeners("a")[0]?.fn).toBe(listener);
  emitter.emit("a", 1).emit("a", 2);
  emitter.once("a", listener).off("a", listener).emit("a", 3);
  emitter.once("a", listener);
  emitter.off("a", emitter.listeners("a")[0]).emit("a", 4);
  expect([heard, emitter._callbacks]).toEqual([[1], {}]);
});

test("off removes the first such listener, all of an event, or everything", () => {
  const emitter = new Emitter();
  emitter.on("a", nothing).on("a", nothing).on("b", nothing).on("c", nothing);
  emitter.off("a", nothing).off("a", () => {});
  expect(emitter.listeners("a")).toEqual([nothing]);
  emitter.removeListener("nobody listens").removeAllListeners("b");
  expect(Object.keys(emitter._callbacks ?? {})).toEqual(["$a", "$c"]);
  emitter.removeEventListener();
  expect(emitter._callbacks).toEqual({});
  expect(new Emitter().off("a", nothing).emit("a")._callbacks).toBeUndefined();
});

test("an event that is undefined by mistake takes away its own listeners alone", () => {
  const emitter = new Emitter().on("a", nothing);
  Reflect.apply(emitter.on, emitter, [undefined, nothing]);
  expect(emitter.off(undefined)._callbacks).toEqual({ $a: [nothing] });
});

test("a listener that is removed while an event is emitted still has its turn", () => {
  const emitter = new Emitter();
  const heard: number[] = [];
  const second = (): unknown => heard.push(2);
  emitter.on("a", () => emitter.off("a", second)).on("a", second);
  emitter.emit("a").emit("a");
  expect(heard).toEqual([2]);
});

test("any object becomes an emitter, with new and without", () => {
  for (const target of [Emitter({ name: "lamp" }), new Emitter({ name: "lamp" })]) {
    const heard: unknown[] = [];
    target.on("lit", (hours: never) => heard.push(target.name, hours));
    target.emitReserved("lit", 3);
    expect(heard).toEqual(["lamp", 3]);
  }
});

test("a subclass and an object with its prototype are emitters", () => {
  class Lamp extends Emitter {}
  const old: unknown = Object.create(Emitter.prototype);
  Reflect.apply(Emitter, old, []);
  if (!(old instanceof Emitter)) throw new TypeError("its prototype does not tell that it is an emitter");
  expect([new Lamp().on("a", nothing).listeners("a"), old.on("a", nothing).listeners("a")]).toEqual([
    [nothing],
    [nothing],
  ]);
  expect([new Lamp() instanceof Emitter, Emitter.prototype.constructor]).toEqual([true, Emitter]);
});
