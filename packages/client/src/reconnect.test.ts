import { describe, expect, test } from "vitest";
import { createFakePlatform, first } from "../test-support/fake-platform.ts";
import { type Done, Reconnector } from "./reconnect.ts";

const SETTINGS = { isEnabled: true, maxAttempts: 3, minMs: 1000, maxMs: 5000, jitter: 0.5, timeoutMs: 20_000 } as const;

/** A reconnection whose attempts end when the test says so; random numbers are `fraction`. */
function createParts({ fraction = 0.5, isOpenAlready = false, hears = (_event: string): void => {} } = {}) {
  const { clock, random } = createFakePlatform();
  const told: unknown[] = [];
  const attempts: Done[] = [];
  const reconnector = new Reconnector({
    platform: { clock, random: { ...random, fraction: () => fraction } },
    settings: SETTINGS,
    tell(event, ...args) {
      told.push([event, ...args]);
      hears(event);
    },
    reopen(done) {
      if (!isOpenAlready) attempts.push(done);
      return !isOpenAlready;
    },
  });
  return { clock, told, attempts, reconnector };
}

type Parts = ReturnType<typeof createParts>;

/** Lets the attempt that is due now be made, and fail. */
function failNext({ clock, attempts }: Parts, ms: number): void {
  clock.advance(ms);
  attempts.shift()?.(new Error("no"));
}

describe("reconnection", () => {
  test("waits the shortest delay after the connection was lost", () => {
    const { clock, attempts, reconnector } = createParts();
    reconnector.lost();
    clock.advance(999);
    expect([reconnector.isActive, reconnector.attempts, attempts.length]).toEqual([true, 1, 0]);
    clock.advance(1);
    expect(attempts.length).toBe(1);
  });

  test("moves a delay at random", () => {
    const { clock, attempts, reconnector } = createParts({ fraction: 0 });
    reconnector.lost();
    clock.advance(500);
    expect(attempts.length).toBe(1);
  });

  test("waits longer after each failure", () => {
    const parts = createParts();
    parts.reconnector.lost();
    failNext(parts, 1000);
    failNext(parts, 2000);
    parts.clock.advance(3999);
    expect(parts.attempts.length).toBe(0);
    parts.clock.advance(1);
    expect(parts.attempts.length).toBe(1);
  });

  test("plans the next attempt before the failure of the last one is told", () => {
    const seen: number[] = [];
    const parts: Parts = createParts({
      hears: (event) => {
        if (event === "reconnect_error") seen.push(parts.reconnector.attempts);
      },
    });
    parts.reconnector.lost();
    failNext(parts, 1000);
    failNext(parts, 2000);
    expect(seen).toEqual([2, 3]);
  });

  test("tells each attempt by both names, and its number at the success, which it counts anew from", () => {
    const { clock, told, attempts, reconnector } = createParts();
    reconnector.lost();
    clock.advance(1000);
    first(attempts)();
    expect(told).toEqual([
      ["reconnect_attempt", 1],
      ["reconnecting", 1],
      ["reconnect", 1],
    ]);
    expect([reconnector.isActive, reconnector.attempts]).toEqual([false, 0]);
  });

  test("gives up when its attempts are used up", () => {
    const parts = createParts();
    parts.reconnector.lost();
    failNext(parts, 1000);
    failNext(parts, 2000);
    failNext(parts, 4000);
    expect(parts.told.slice(-2)).toEqual([["reconnect_failed"], ["reconnect_error", new Error("no")]]);
    expect(parts.reconnector.isActive).toBe(false);
  });

  test("rests once it was stopped while it waits", () => {
    const { clock, told, reconnector } = createParts();
    reconnector.lost();
    reconnector.stop();
    clock.advance(10_000);
    expect([told, reconnector.isActive]).toEqual([[], false]);
  });

  test.each([undefined, new Error("no")])(
    "rests once it was stopped while it tries, however that ends: %o",
    (error) => {
      const { clock, told, attempts, reconnector } = createParts();
      reconnector.lost();
      clock.advance(1000);
      reconnector.stop();
      first(attempts)(error);
      clock.advance(10_000);
      expect([reconnector.isActive, told.slice(2)]).toEqual([
        false,
        error === undefined ? [] : [["reconnect_error", error]],
      ]);
    },
  );

  test.each(["reconnect_attempt", "reconnecting"])("makes no attempt when a listener of %s stops it", (name) => {
    const parts: Parts = createParts({
      hears: (event) => {
        if (event === name) parts.reconnector.stop();
      },
    });
    parts.reconnector.lost();
    parts.clock.advance(10_000);
    expect([parts.attempts.length, parts.reconnector.isActive]).toEqual([0, false]);
  });

  test("rests when somebody has opened the connection meanwhile", () => {
    const { clock, reconnector } = createParts({ isOpenAlready: true });
    reconnector.lost();
    clock.advance(1000);
    expect(reconnector.isActive).toBe(false);
  });

  test("is not moved by a loss while it waits or tries", () => {
    const { clock, attempts, reconnector } = createParts();
    reconnector.lost();
    clock.advance(500);
    reconnector.lost();
    clock.advance(500);
    reconnector.lost();
    clock.advance(10_000);
    expect([attempts.length, reconnector.attempts]).toEqual([1, 1]);
  });
});
