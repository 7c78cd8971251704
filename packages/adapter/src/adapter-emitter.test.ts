// Rules of the adapters' emitter: it does what Node's own does, as far as adapters and their users ask.
import { describe, expect, it, vi } from "vitest";
import { AdapterEmitter } from "./adapter-emitter.ts";

describe("the emitter of adapters", () => {
  it("calls listeners in order, with the emitter as this, and says whether there were any", () => {
    const emitter = new AdapterEmitter();
    const heard: unknown[] = [];
    emitter.on("a", function (this: unknown, value: unknown) {
      heard.push([this === emitter, value]);
    });
    emitter.addListener("a", () => heard.push("second"));
    emitter.prependListener("a", () => heard.push("first"));
    expect([emitter.emit("a", 1), emitter.emit("b")]).toEqual([true, false]);
    expect(heard).toEqual(["first", [true, 1], "second"]);
  });

  it("calls those that listen once only once, also when they emit themselves", () => {
    const emitter = new AdapterEmitter();
    const [once, first] = [vi.fn(() => emitter.emit("a")), vi.fn()];
    emitter.once("a", once);
    emitter.prependOnceListener("a", first);
    emitter.emit("a", 1);
    emitter.emit("a", 2);
    expect([once.mock.calls, first.mock.calls, emitter.eventNames()]).toEqual([[[1]], [[1]], []]);
  });

  it("removes one listener, those of an event, or all", () => {
    const emitter = new AdapterEmitter();
    const [one, other] = [vi.fn(), vi.fn()];
    emitter.on("a", one).on("a", other).on("a", one).once("b", one).on("c", one);
    emitter.off("a", one).removeListener("b", one).off("nothing", one).off("c", other);
    expect(["a", "b", "c"].map((event) => emitter.listenerCount(event))).toEqual([2, 0, 1]);
    expect(emitter.listeners("a")).toEqual([one, other]);
    emitter.removeAllListeners("a");
    expect(emitter.eventNames()).toEqual(["c"]);
    emitter.removeAllListeners();
    expect(emitter.eventNames()).toEqual([]);
  });

  it("goes over a copy: who is added meanwhile is not called, who is removed meanwhile is", () => {
    const emitter = new AdapterEmitter();
    const [late, gone] = [vi.fn(), vi.fn()];
    emitter.on("a", () => emitter.on("a", late).off("a", gone));
    emitter.on("a", gone);
    emitter.emit("a");
    expect([late.mock.calls, gone.mock.calls]).toEqual([[], [[]]]);
  });

  it("lets an error without listeners pass, unlike Node's", () => {
    expect(new AdapterEmitter().emit("error", new Error("away"))).toBe(false);
  });

  it("tells raw listeners and keeps a number of listeners for those who ask", () => {
    const emitter = new AdapterEmitter();
    const one = vi.fn();
    emitter.once("a", one);
    expect(emitter.rawListeners("a")).not.toEqual([one]);
    expect([emitter.getMaxListeners(), emitter.setMaxListeners(50).getMaxListeners()]).toEqual([10, 50]);
  });
});
