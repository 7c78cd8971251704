// A clock that goes by real time and rings in the order of the times that were set, which timers of Node with different
// durations do not.
// Place: tests -> **clock** -> broker in memory
// Rules: it stands still within a turn, so that two times that are worked out one after the other are in their order.

import type { MemoryBrokerOptions } from "@bowline/adapter/cluster";

interface Alarm {
  readonly dueAt: number;
  readonly ring: () => void;
}

export function createOrderedClock(): MemoryBrokerOptions["clock"] {
  const alarms: Alarm[] = [];
  let stillAt: number | undefined;

  function now(): number {
    if (stillAt === undefined) {
      stillAt = performance.now();
      setImmediate(() => {
        stillAt = undefined;
      });
    }
    return stillAt;
  }

  function ringDue(): void {
    for (let [next] = alarms; next !== undefined && next.dueAt <= now(); [next] = alarms) {
      alarms.shift();
      next.ring();
    }
  }

  return {
    now,
    after(ms, ring) {
      const alarm = { dueAt: now() + ms, ring };
      const later = alarms.findIndex(({ dueAt }) => dueAt > alarm.dueAt);
      alarms.splice(later < 0 ? alarms.length : later, 0, alarm);
      setTimeout(ringDue, Math.ceil(ms) + 1);
      return () => {
        const index = alarms.indexOf(alarm);
        if (index >= 0) alarms.splice(index, 1);
      };
    },
  };
}
