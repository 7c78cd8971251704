// Time on Node: one deferred call ends the turn of all connections, and the exit of the process ends the last one.
// Place: part of the composition root entry/node.ts.
// Rules: timers are looked up when they are used, so that the fake ones of tests are met.

import { type Clock, createSystemClock } from "@bowline/protocol/internal";

/** Makes the clock of a Node process. */
export function createNodeClock(): Clock {
  const clock = createSystemClock<NodeJS.Timeout>({
    now: () => performance.now(),
    setTimer: (action, ms) => setTimeout(action, ms),
    clearTimer: (timer) => clearTimeout(timer),
    defer: (action) => {
      setImmediate(action);
    },
  });
  let isHooked = false;
  return {
    now: clock.now,
    after: clock.after,
    // A client has few heartbeats: exact timers wake the process less often than a wheel would.
    coarse: clock.after,
    turnEnd(action) {
      if (!isHooked) process.on("exit", () => clock.flush());
      isHooked = true;
      clock.turnEnd(action);
    },
  };
}
