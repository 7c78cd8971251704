import { expect, test } from "vitest";
import { ClientEmitter } from "./emitter.ts";

const nothing = (): void => {};

test("a trace point hears of an event before its listeners do, and only while it is active", () => {
  const heard: unknown[] = [];
  const point = { active: true, publish: (message: unknown) => heard.push(message) };
  const emitter = new ClientEmitter(point);
  emitter.on("a", (value: unknown) => heard.push(value));
  emitter.emit("a", 1);
  point.active = false;
  emitter.emit("a", 2);
  expect(heard).toEqual([{ source: emitter, event: "a", args: [1] }, 1, 2]);
});

test.each(["off", "removeListener", "removeEventListener", "removeAllListeners"] as const)(
  "%s removes one listener, all of an event, or everything",
  (method) => {
    const emitter = new ClientEmitter()
      .on("a", nothing)
      .addEventListener("b", nothing)
      .on("b", () => {});
    Reflect.apply(emitter[method], emitter, ["b"]);
    expect([emitter.hasListeners("a"), emitter.hasListeners("b")]).toEqual([true, false]);
    emitter[method]();
    expect(emitter.hasListeners("a")).toBe(false);
  },
);
