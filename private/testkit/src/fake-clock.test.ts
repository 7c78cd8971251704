// Rules of the clock that tests turn: order, turns, and nothing by itself.
import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

function heard(): { readonly calls: string[]; readonly on: (name: string) => () => void } {
  const calls: string[] = [];
  return { calls, on: (name) => () => calls.push(name) };
}

describe("a fake clock", () => {
  it("stands still until it is told to move", () => {
    const clock = createFakeClock(500);
    clock.after(0, () => expect.unreachable());
    clock.turnEnd({ ring: () => expect.unreachable() });
    expect([clock.now(), clock.pendingTimers, clock.pendingTurnEnds]).toEqual([500, 1, 1]);
  });

  it("runs timers in the order of their times, equal ones as they were set", () => {
    const clock = createFakeClock();
    const { calls, on } = heard();
    clock.after(20, on("later"));
    clock.after(10, on("first"));
    clock.coarse(10, on("second"));
    clock.advance(20);
    expect(calls).toEqual(["first", "second", "later"]);
  });

  it("shows each timer its own time, and the end of the walk afterwards", () => {
    const clock = createFakeClock(0);
    const times: number[] = [];
    clock.after(10, () => times.push(clock.now()));
    clock.advance(25);
    expect([times, clock.now()]).toEqual([[10], 25]);
  });

  it("runs within one walk what a timer sets", () => {
    const clock = createFakeClock();
    const { calls, on } = heard();
    clock.after(10, () => clock.after(10, on("chained")));
    clock.advance(20);
    expect(calls).toEqual(["chained"]);
  });

  it("leaves alone what is due later", () => {
    const clock = createFakeClock();
    clock.after(11, () => expect.unreachable());
    clock.advance(10);
    expect(clock.pendingTimers).toBe(1);
  });

  it("forgets a timer that was cancelled, as often as one likes", () => {
    const clock = createFakeClock();
    const cancel = clock.after(10, () => expect.unreachable());
    cancel();
    cancel();
    clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it("ends the turn before the walk and after each timer", () => {
    const clock = createFakeClock();
    const { calls, on } = heard();
    clock.turnEnd({ ring: on("end 0") });
    clock.after(10, () => {
      calls.push("timer 1");
      clock.turnEnd({ ring: on("end 1") });
    });
    clock.after(10, on("timer 2"));
    clock.advance(10);
    expect(calls).toEqual(["end 0", "timer 1", "end 1", "timer 2"]);
  });

  it("runs at the end of a turn what that end asks for", () => {
    const clock = createFakeClock();
    const { calls, on } = heard();
    clock.turnEnd({ ring: () => clock.turnEnd({ ring: on("again") }) });
    clock.endTurn();
    expect(calls).toEqual(["again"]);
  });

  it("refuses a turn that never ends", () => {
    const clock = createFakeClock();
    const again = { ring: () => clock.turnEnd(again) };
    again.ring();
    expect(() => clock.endTurn()).toThrow("Cannot end the turn: each end asks for another one");
  });

  it("lets time pass unseen, and runs late what was due then", () => {
    const clock = createFakeClock(0);
    const times: number[] = [];
    clock.after(10, () => times.push(clock.now()));
    clock.suspend(100);
    expect(times).toEqual([]);
    clock.advance(0);
    expect([times, clock.now()]).toEqual([[100], 100]);
  });
});
