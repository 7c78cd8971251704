import { describe, expect, test, vi } from "vitest";
import { createSystemClock, type SystemClock } from "./system-clock.ts";

interface Rig {
  readonly clock: SystemClock;
  /** Lets time pass and runs the raw timers that come due. */
  advance(ms: number): void;
  /** Runs what was deferred to the end of the turn. */
  endTurn(): void;
  readonly rawTimers: Map<number, { readonly at: number; readonly action: () => void }>;
  readonly deferred: (() => void)[];
}

function createRig(): Rig {
  let now = 1000;
  let ids = 0;
  const rawTimers: Rig["rawTimers"] = new Map();
  const deferred: (() => void)[] = [];
  const clock = createSystemClock<number>({
    now: () => now,
    setTimer: (action, ms) => {
      rawTimers.set(++ids, { at: now + ms, action });
      return ids;
    },
    clearTimer: (id) => rawTimers.delete(id),
    defer: (action) => deferred.push(action),
  });
  return {
    clock,
    rawTimers,
    deferred,
    advance(ms) {
      for (const end = now + ms; now < end; now++) {
        for (const [id, timer] of rawTimers) {
          if (timer.at <= now && rawTimers.delete(id)) timer.action();
        }
      }
    },
    endTurn: () => {
      for (const action of deferred.splice(0)) action();
    },
  };
}

describe("after", () => {
  test("runs its action once, when the time has come", () => {
    const { clock, advance } = createRig();
    const action = vi.fn();
    clock.after(20, action);
    advance(20);
    expect(action).not.toHaveBeenCalled();
    advance(100);
    expect(action).toHaveBeenCalledOnce();
  });

  test("does nothing once it was cancelled, and may be cancelled again after it ran", () => {
    const { clock, advance, rawTimers } = createRig();
    const [cancelled, ran] = [vi.fn(), vi.fn()];
    const cancel = clock.after(20, cancelled);
    const cancelLate = clock.after(20, ran);
    cancel();
    advance(30);
    cancelLate();
    expect([cancelled.mock.calls.length, ran.mock.calls.length, rawTimers.size]).toEqual([0, 1, 0]);
  });
});

describe("coarse", () => {
  test.each([0, 1, 49, 50, 51, 120, 25_000])("runs an action of %i ms never early and two ticks late at most", (ms) => {
    const { clock, advance } = createRig();
    const start = clock.now();
    let ranAfter = -1;
    clock.coarse(ms, () => {
      ranAfter = clock.now() - start;
    });
    advance(ms + 200);
    expect(ranAfter).toBeGreaterThanOrEqual(ms);
    expect(ranAfter).toBeLessThanOrEqual(ms + 101);
  });

  test("shares one raw timer among all actions, and has none when there are none", () => {
    const { clock, rawTimers, advance } = createRig();
    const cancels = [100, 100, 300].map((ms) => clock.coarse(ms, () => undefined));
    expect(rawTimers.size).toBe(1);
    for (const cancel of cancels) cancel();
    advance(100);
    expect(rawTimers.size).toBe(0);
  });

  test("an action may cancel another of the same slot", () => {
    const { clock, advance } = createRig();
    const second = vi.fn();
    clock.coarse(100, () => cancel());
    const cancel = clock.coarse(100, second);
    advance(300);
    expect(second).not.toHaveBeenCalled();
  });

  test("an action may set the next one, also for at once", () => {
    const { clock, advance } = createRig();
    const second = vi.fn();
    clock.coarse(100, () => clock.coarse(0, second));
    advance(400);
    expect(second).toHaveBeenCalledOnce();
  });

  test("an action that throws keeps no other from running, and none runs twice", () => {
    const { clock, advance } = createRig();
    const [first, third, later] = [vi.fn(), vi.fn(), vi.fn()];
    clock.coarse(100, first);
    clock.coarse(100, () => {
      throw new Error("broken");
    });
    clock.coarse(100, third);
    clock.coarse(200, later);
    expect(() => advance(200)).toThrow("broken");
    advance(400);
    expect([first, third, later].map((action) => action.mock.calls.length)).toEqual([1, 1, 1]);
  });

  test("an alarm that was removed does not ring, and may be removed again after it rang", () => {
    const { clock, advance, rawTimers } = createRig();
    const [removed, rang] = [{ ring: vi.fn() }, { ring: vi.fn() }];
    clock.coarseAlarm(100, removed).remove(removed);
    const slot = clock.coarseAlarm(100, rang);
    advance(300);
    slot.remove(rang);
    expect([removed.ring.mock.calls.length, rang.ring.mock.calls.length, rawTimers.size]).toEqual([0, 1, 0]);
  });

  test("begins anew after the wheel stood still", () => {
    const { clock, advance } = createRig();
    const action = vi.fn();
    clock.coarse(50, () => undefined);
    advance(5000);
    clock.coarse(100, action);
    advance(90);
    expect(action).not.toHaveBeenCalled();
    advance(120);
    expect(action).toHaveBeenCalledOnce();
  });
});

describe("turnEnd", () => {
  test("defers all actions of a turn together", () => {
    const { clock, endTurn, deferred } = createRig();
    const order: string[] = [];
    clock.turnEnd({ ring: () => order.push("first") });
    clock.turnEnd({ ring: () => order.push("second") });
    expect(deferred).toHaveLength(1);
    endTurn();
    expect(order).toEqual(["first", "second"]);
  });

  test("runs in the same flush what an action asks for", () => {
    const { clock } = createRig();
    const second = vi.fn();
    clock.turnEnd({ ring: () => clock.turnEnd({ ring: second }) });
    clock.flush();
    expect(second).toHaveBeenCalledOnce();
  });

  test("an action that throws keeps the others for a turn of their own", () => {
    const { clock, endTurn } = createRig();
    const [first, third] = [vi.fn(), vi.fn()];
    clock.turnEnd({ ring: first });
    clock.turnEnd({
      ring: () => {
        throw new Error("broken");
      },
    });
    clock.turnEnd({ ring: third });
    expect(() => clock.flush()).toThrow("broken");
    endTurn();
    expect([first.mock.calls.length, third.mock.calls.length]).toEqual([1, 1]);
  });
});
