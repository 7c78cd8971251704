// Rules of calling what a program handed over.
import { describe, expect, it, vi } from "vitest";
import { invoke } from "./callback.ts";

describe("invoke", () => {
  it("hands over the arguments in order, however many there are", () => {
    const callback = vi.fn();
    invoke(callback, [1, "x", undefined]);
    invoke(callback, []);
    expect(callback.mock.calls).toEqual([[1, "x", undefined], []]);
  });

  it("calls without a receiver", () => {
    const receivers: unknown[] = [];
    invoke(function (this: unknown) {
      receivers.push(this);
    }, []);
    expect(receivers).toEqual([undefined]);
  });

  it("lets errors pass", () => {
    const mistake = new Error("a callback's mistake");
    expect(() =>
      invoke(() => {
        throw mistake;
      }, []),
    ).toThrow(mistake);
  });
});
