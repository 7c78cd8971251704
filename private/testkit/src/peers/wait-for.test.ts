// Waiting is bounded and says what did not come.
// Place: **tests** -> waits of the suites

import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { makeLatch, waitFor, within } from "./wait-for.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("waitFor", () => {
  test("resolves with the arguments of the event", async () => {
    const emitter = new EventEmitter();
    const arrival = waitFor(emitter, "news", 50);
    emitter.emit("news", 1, "two");
    expect(await arrival).toEqual([1, "two"]);
  });

  test("names the event and the emitter when nothing comes", async () => {
    const arrival = waitFor(new EventEmitter(), "news", 50, "the paper");
    vi.advanceTimersByTime(50);
    await expect(arrival).rejects.toThrow('Cannot go on: "news" of the paper did not come within 50 ms');
  });

  test("leaves no timer behind", async () => {
    const emitter = new EventEmitter();
    const arrival = waitFor(emitter, "news", 50);
    emitter.emit("news");
    await arrival;
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("within", () => {
  test("passes a failure on", async () => {
    await expect(within(Promise.reject(new Error("broken")), 50, "a thing")).rejects.toThrow("broken");
  });
});

describe("a latch", () => {
  test("gives the first value it was opened with, to those who wait before and after", async () => {
    const latch = makeLatch<number>("a number");
    const early = latch.wait(50);
    latch.open(1);
    latch.open(2);
    expect(await Promise.all([early, latch.wait(50)])).toEqual([1, 1]);
  });

  test("names itself when it stays closed", async () => {
    const opened = makeLatch("the gate").wait(50);
    vi.advanceTimersByTime(50);
    await expect(opened).rejects.toThrow("Cannot go on: the gate did not come within 50 ms");
  });
});
