// Which timers a program's options stand for on Node.
import { afterEach, expect, test, vi } from "vitest";
import { createNodeClocks } from "./node-clock.ts";

function isTimer(value: unknown): value is NodeJS.Timeout {
  return typeof value === "object" && value !== null && "hasRef" in value;
}

afterEach(() => {
  vi.useRealTimers();
});

test("timers are those of the moment, so that fake ones are met", () => {
  const clock = createNodeClocks()({});
  const ran: string[] = [];
  vi.useFakeTimers();
  clock.after(1000, () => ran.push("late"));
  vi.advanceTimersByTime(1000);
  expect(ran).toEqual(["late"]);
});

test("timers are those from before when the program wants it, and fake ones move nothing", async () => {
  const clock = createNodeClocks()({ useNativeTimers: true });
  vi.useFakeTimers();
  const before = clock.now();
  await new Promise<void>((resolve) => {
    clock.after(5, resolve);
  });
  expect(clock.now()).toBeGreaterThan(before);
  expect(vi.getTimerCount()).toBe(0);
});

test("a turn ends by itself under fake timers", async () => {
  vi.useFakeTimers();
  const clock = createNodeClocks()({});
  await new Promise<void>((resolve) => clock.turnEnd({ ring: resolve }));
  expect(vi.getTimerCount()).toBe(0);
});

test("a cancelled timer does not run", () => {
  vi.useFakeTimers();
  const clock = createNodeClocks()({});
  const cancel = clock.after(10, () => expect.unreachable());
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test("timers let the process end when the program wants it", () => {
  const spy = vi.spyOn(globalThis, "setTimeout");
  const give = createNodeClocks();
  const cancels = [give({}).after(60_000, () => {}), give({ autoUnref: true }).after(60_000, () => {})];
  const keeps = spy.mock.results.map(({ value }) => isTimer(value) && value.hasRef());
  for (const cancel of cancels) cancel();
  spy.mockRestore();
  expect(keeps).toEqual([true, false]);
});

test("programs with the same wishes share a clock", () => {
  const give = createNodeClocks();
  expect(give({ autoUnref: true })).toBe(give({ autoUnref: true }));
  expect(give({ autoUnref: true })).not.toBe(give({}));
});
