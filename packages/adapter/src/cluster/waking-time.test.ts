// Rules of the time that leases go by: what a node slept through is not counted against others.
import { createFakeClock } from "@bowline/testkit";
import { expect, it } from "vitest";
import { WakingTime } from "./waking-time.ts";

it("goes with the clock while somebody looks at it often enough", () => {
  const clock = createFakeClock(5_000);
  const time = new WakingTime(clock, 500);
  clock.advance(500);
  expect(time.now()).toBe(5_500);
  clock.advance(400);
  expect([time.now(), time.now()]).toEqual([5_900, 5_900]);
});

it("counts one step of what the process slept through, and goes on from there", () => {
  const clock = createFakeClock(0);
  const time = new WakingTime(clock, 500);
  clock.suspend(60_000);
  expect(time.now()).toBe(500);
  clock.advance(300);
  expect(time.now()).toBe(800);
});
