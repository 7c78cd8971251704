// Time on Node: one deferred call ends the turn of all connections, and the exit of the process ends the last one.
// Place: part of the composition root entry/node.ts.
// Rules: timers are looked up when they are used, so that the fake ones of tests are met, unless the program wants those
//        from before; what is sent waits for no fake one; whether they keep the process alive is the program's choice.

import timers from "node:timers";
import { alarmsOver, type Clock, createSystemClock } from "@bowline/protocol/internal";
import type { EngineOptions } from "../options.ts";

/** The timers of the process. */
interface Timers {
  now(): number;
  setTimer(action: () => void, ms: number): NodeJS.Timeout;
  clearTimer(timer: NodeJS.Timeout): void;
}

/** As it is before tests put a fake one in its place: sending depends on no timer that programs know of. */
const { setImmediate: defer } = timers;

const LATE: Timers = {
  now: () => performance.now(),
  setTimer: (action, ms) => setTimeout(action, ms),
  clearTimer: (timer) => clearTimeout(timer),
};

/** The timers as they are now, whatever takes their place later. */
function captureTimers(): Timers {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  return {
    now: performance.now.bind(performance),
    setTimer: (action, ms) => set(action, ms),
    clearTimer: (timer) => clear(timer),
  };
}

function createClock(chosen: Timers, isUnref: boolean): Clock {
  const clock = createSystemClock<NodeJS.Timeout>({
    ...chosen,
    defer: (action) => {
      defer(action);
    },
    setTimer: (action, ms) => {
      const timer = chosen.setTimer(action, ms);
      // Fake timers may be mere numbers.
      if (isUnref && typeof timer === "object") timer.unref();
      return timer;
    },
  });
  let isHooked = false;
  return {
    now: clock.now,
    after: clock.after,
    // A client has few heartbeats: exact timers wake the process less often than a wheel would.
    coarse: clock.after,
    coarseAlarm: alarmsOver(clock.after),
    turnEnd(alarm) {
      if (!isHooked) process.on("exit", () => clock.flush());
      isHooked = true;
      clock.turnEnd(alarm);
    },
  };
}

/**
 * Makes the clocks of a Node process.
 * @returns gives the clock that suits a program's options; those with the same wishes share one.
 */
export function createNodeClocks(): (options: EngineOptions) => Clock {
  const native = captureTimers();
  const clocks = new Map<string, Clock>();
  return ({ useNativeTimers = false, autoUnref = false }) => {
    const wishes = `${useNativeTimers} ${autoUnref}`;
    const clock = clocks.get(wishes) ?? createClock(useNativeTimers ? native : LATE, autoUnref);
    clocks.set(wishes, clock);
    return clock;
  };
}
