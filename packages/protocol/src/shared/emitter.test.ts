// Rules of the emitter: order, copies while emitting, and what removing means.
import { describe, expect, it, vi } from "vitest";
import { Emitter } from "./emitter.ts";

interface Events {
  first: (...args: string[]) => void;
  second: () => void;
}

function heard(): { readonly calls: string[]; readonly on: (name: string) => () => void } {
  const calls: string[] = [];
  return { calls, on: (name) => () => calls.push(name) };
}

describe("an emitter", () => {
  it("calls listeners in the order they were added", () => {
    const { calls, on } = heard();
    new Emitter<Events>().on("first", on("a")).on("first", on("b")).emit("first");
    expect(calls).toEqual(["a", "b"]);
  });

  it("hands the arguments over, and itself as `this`", () => {
    const emitter = new Emitter<Events>();
    const listener = vi.fn(function (this: unknown) {
      expect(this).toBe(emitter);
    });
    emitter.on("first", listener).emit("first", "a", "b");
    expect(listener.mock.calls).toEqual([["a", "b"]]);
  });

  it("does nothing when nobody listens", () => {
    const emitter = new Emitter<Events>();
    expect(emitter.emit("second")).toBe(emitter);
  });

  it("calls a listener as often as it was added", () => {
    const { calls, on } = heard();
    const listener = on("a");
    new Emitter<Events>().on("first", listener).on("first", listener).emit("first");
    expect(calls).toEqual(["a", "a"]);
  });

  it("calls a once listener once", () => {
    const { calls, on } = heard();
    new Emitter<Events>().once("first", on("a")).on("first", on("b")).emit("first").emit("first");
    expect(calls).toEqual(["a", "b", "b"]);
  });

  it("calls a once listener once also if an earlier listener emits the event again", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>();
    emitter
      .once("first", () => emitter.emit("first"))
      .once("first", on("a"))
      .emit("first");
    expect(calls).toEqual(["a"]);
  });

  it("forgets an event whose last once listener ran", () => {
    const emitter = new Emitter<Events>().once("first", () => undefined).emit("first");
    expect(emitter.hasListeners("first")).toBe(false);
  });

  it("does not call in this round what a listener adds", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>();
    emitter.once("first", () => emitter.on("first", on("late"))).emit("first");
    expect(calls).toEqual([]);
  });

  it("still calls in this round what a listener removes", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>();
    emitter
      .on("first", () => emitter.off("first"))
      .on("first", on("b"))
      .emit("first")
      .emit("first");
    expect(calls).toEqual(["b"]);
  });

  it("does not call a once listener any more that an earlier listener of the round removed with all others", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>();
    emitter
      .once("first", () => emitter.off())
      .once("first", on("b"))
      .emit("first");
    expect(calls).toEqual(["b"]);
  });

  it("stops at a listener that throws", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>();
    emitter
      .on("first", () => {
        throw new Error("the listener's own mistake");
      })
      .on("first", on("b"));
    expect(() => emitter.emit("first")).toThrow("the listener's own mistake");
    expect(calls).toEqual([]);
  });
});

describe("removing from an emitter", () => {
  it("takes away the first of equal listeners", () => {
    const { calls, on } = heard();
    const [a, b] = [on("a"), on("b")];
    new Emitter<Events>().on("first", a).on("first", b).on("first", a).off("first", a).emit("first");
    expect(calls).toEqual(["b", "a"]);
  });

  it("takes away a once listener by the function that was given", () => {
    const { calls, on } = heard();
    const a = on("a");
    new Emitter<Events>().once("first", a).off("first", a).emit("first");
    expect(calls).toEqual([]);
  });

  it("leaves the others where the function is unknown", () => {
    const { calls, on } = heard();
    new Emitter<Events>().on("first", on("a")).off("first", on("a")).off("second", on("a")).emit("first");
    expect(calls).toEqual(["a"]);
  });

  it("takes away all of one event", () => {
    const { calls, on } = heard();
    new Emitter<Events>().on("first", on("a")).on("second", on("b")).off("first").emit("first").emit("second");
    expect(calls).toEqual(["b"]);
  });

  it("takes away everything when it is told no event", () => {
    const { calls, on } = heard();
    new Emitter<Events>().on("first", on("a")).on("second", on("b")).off().emit("first").emit("second");
    expect(calls).toEqual([]);
  });

  it("takes nothing away when the event is undefined by mistake", () => {
    const { calls, on } = heard();
    const emitter = new Emitter<Events>().on("first", on("a"));
    Reflect.apply(emitter.off, emitter, [undefined]);
    emitter.emit("first");
    expect(calls).toEqual(["a"]);
  });

  it("is harmless before anything was added", () => {
    const emitter = new Emitter<Events>();
    const listener = (): void => undefined;
    expect(emitter.off().off("first").off("first", listener).hasListeners("first")).toBe(false);
  });
});

describe("looking into an emitter", () => {
  it("shows the listeners in order, once listeners as they were given", () => {
    const [a, b] = [(): void => undefined, (): void => undefined];
    expect(new Emitter<Events>().on("first", a).once("first", b).listeners("first")).toEqual([a, b]);
  });

  it("shows a copy", () => {
    const emitter = new Emitter<Events>().on("first", () => undefined);
    emitter.listeners("first").pop();
    expect(emitter.listeners("first")).toHaveLength(1);
  });

  it("shows nothing where nobody listens", () => {
    expect(new Emitter<Events>().listeners("first")).toEqual([]);
  });

  it("knows whether somebody listens", () => {
    const emitter = new Emitter<Events>().on("first", () => undefined);
    expect([emitter.hasListeners("first"), emitter.hasListeners("second")]).toEqual([true, false]);
  });

  it("takes symbols and names of Object.prototype as events like any other", () => {
    const emitter = new Emitter();
    const symbol = Symbol("event");
    const { calls, on } = heard();
    emitter.on("constructor", on("a")).emit("__proto__").emit("constructor");
    expect([calls, emitter.hasListeners("toString")]).toEqual([["a"], false]);
    expect(String(symbol)).toBe("Symbol(event)");
  });
});
