// The wall clock that the nemesis sets wrong: without jumps the faults would prove nothing.
import { afterEach, describe, expect, test } from "vitest";
import { jumpWallClock } from "./wall-clock.ts";

const DAY_MS = 86_400_000;
const found = Date;

describe("a wall clock that jumps", () => {
  let madeMs = 0;
  const jump = (byMs: number): void => {
    madeMs += byMs;
    jumpWallClock(byMs);
  };
  afterEach(() => jump(-madeMs));

  test("is wrong wherever a program looks at it", () => {
    const before = Date.now();
    jump(DAY_MS);
    const made = new Date();
    const readings = [Date.now(), Number(made), Date.parse(Date())];
    for (const reading of readings) expect(Math.round((reading - before) / DAY_MS)).toBe(1);
    expect(Number(new Date(0))).toBe(0);
    expect(made).toBeInstanceOf(Date);
  });

  test("adds jumps up, and is right again once all are taken back", () => {
    jump(DAY_MS);
    jump(-2 * DAY_MS);
    expect(Date.now()).toBeLessThan(found.now());
    jump(DAY_MS);
    expect(Date).toBe(found);
  });
});
