// A clock whose hands the test turns: forty-five simulated seconds take no time, and every run is the same.
// Place: handed to sessions, carriers, clients and servers wherever a composition root would hand in the real one.
// Rules: timers run in the order of their times, equal times in the order they were set; after each timer the turn ends,
//        as on a real event loop; nothing runs unless the test says so.

import { type Alarm, alarmsOver, type Cancel, type Clock } from "@bowline/protocol/internal";

/** More actions than this in one turn end can only be a machine that feeds itself. */
const MAX_ACTIONS_PER_TURN = 100_000;

/** A clock for tests. */
export interface FakeClock extends Clock {
  /** Ends the turn, lets `ms` milliseconds pass and runs the timers that come due, the turn ending after each. */
  advance(ms: number): void;
  /** Runs what waits for the end of the turn, and what that asks for in its turn. */
  endTurn(): void;
  /** Lets time pass without running anything, as a suspended laptop or a throttled background tab does. */
  suspend(ms: number): void;
  /** How many timers are set. */
  readonly pendingTimers: number;
  /** How many actions wait for the end of the turn. */
  readonly pendingTurnEnds: number;
}

interface Timer {
  readonly dueAt: number;
  readonly action: () => void;
}

/**
 * Makes a clock that stands still until it is told to move.
 * @param startsAt what `now()` says at first, in milliseconds; not 0 by default, so that a time is never mistaken for absent.
 * @example
 * const clock = createFakeClock();
 * clock.after(25_000, () => console.log("ping"));
 * clock.advance(25_000);
 */
export function createFakeClock(startsAt: number = 1_000_000): FakeClock {
  let now = startsAt;
  let turnEnds: Alarm[] = [];
  // Insertion order is the order of setting, which decides between equal times.
  const timers = new Set<Timer>();

  function after(ms: number, action: () => void): Cancel {
    const timer: Timer = { dueAt: now + Math.max(0, ms), action };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }

  function nextTimer(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }

  function endTurn(): void {
    let actions = 0;
    while (turnEnds.length > 0) {
      const due = turnEnds;
      turnEnds = [];
      for (const alarm of due) {
        actions += 1;
        if (actions > MAX_ACTIONS_PER_TURN) throw new Error("Cannot end the turn: each end asks for another one");
        alarm.ring();
      }
    }
  }

  return {
    now: () => now,
    after,
    coarse: after,
    coarseAlarm: alarmsOver(after),
    turnEnd(alarm: Alarm): void {
      turnEnds.push(alarm);
    },
    endTurn,
    advance(ms: number): void {
      const until = now + ms;
      endTurn();
      for (let timer = nextTimer(until); timer !== undefined; timer = nextTimer(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.dueAt);
        timer.action();
        endTurn();
      }
      now = until;
    },
    suspend(ms: number): void {
      now += ms;
    },
    get pendingTimers(): number {
      return timers.size;
    },
    get pendingTurnEnds(): number {
      return turnEnds.length;
    },
  };
}
