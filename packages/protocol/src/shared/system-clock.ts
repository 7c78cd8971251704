// A clock over the raw timers of a platform: exact timers, a wheel for coarse ones, one action for all turn ends.
// Place: made by composition roots (entry/, runtime/), handed to session -> connection / namespace / socket
// Rules: pure, the raw timers are handed in; a coarse timer is never early, and late by two ticks at most;
//        the wheel stands still while it holds nothing; what a turn end asks for runs in the same flush.

import type { Cancel, Clock } from "./clock.ts";

/** Width of a slot of the wheel in milliseconds. */
const TICK_MS = 50;

/** The raw timers of a platform. */
export interface RawTimers<Timer> {
  /** Milliseconds that never run backwards. */
  now(): number;
  setTimer(action: () => void, ms: number): Timer;
  clearTimer(timer: Timer): void;
  /** Runs an action when the current turn of the event loop ends. */
  defer(action: () => void): void;
}

/** A clock that can be told to end its turn now. */
export interface SystemClock extends Clock {
  /** Runs what waits for the end of the turn, as when the process is about to exit. */
  flush(): void;
}

type Slot = Set<() => void>;

/**
 * Makes the clock of a platform.
 * @param timers the platform's own; `setTimer` decides whether a timer keeps the process alive.
 * @returns a clock that nothing but these timers drives.
 */
export function createSystemClock<Timer>(timers: RawTimers<Timer>): SystemClock {
  const slots = new Map<number, Slot>();
  let turnEnds: (() => void)[] = [];
  let isTicking = false;
  let tick = 0;

  function after(ms: number, action: () => void): Cancel {
    let timer: Timer | undefined = timers.setTimer(() => {
      timer = undefined;
      action();
    }, ms);
    return () => {
      if (timer !== undefined) timers.clearTimer(timer);
      timer = undefined;
    };
  }

  function turn(): void {
    isTicking = false;
    const present = Math.floor(timers.now() / TICK_MS);
    try {
      while (tick <= present && slots.size > 0) {
        const slot = slots.get(tick);
        // An action that has run, or that an earlier one cancelled, is no longer in the set.
        for (const action of slot ?? []) {
          slot?.delete(action);
          action();
        }
        slots.delete(tick);
        tick++;
      }
    } finally {
      // Also when an action threw: the rest of its slot is due in the next turn.
      startTicking();
    }
  }

  function startTicking(): void {
    if (isTicking || slots.size === 0) return;
    isTicking = true;
    timers.setTimer(turn, TICK_MS);
  }

  function coarse(ms: number, action: () => void): Cancel {
    const now = timers.now();
    if (slots.size === 0) tick = Math.floor(now / TICK_MS);
    // Not in the slot that may be running right now.
    const at = Math.max(Math.ceil((now + ms) / TICK_MS), Math.floor(now / TICK_MS) + 1);
    const entry = () => action();
    const slot = slots.get(at) ?? new Set();
    slots.set(at, slot.add(entry));
    startTicking();
    return () => {
      if (slot.delete(entry) && slot.size === 0) slots.delete(at);
    };
  }

  function flush(): void {
    const due = turnEnds;
    turnEnds = [];
    let done = 0;
    try {
      for (const action of due) {
        done++;
        action();
      }
    } finally {
      // One that threw must not take the others along; they run in a turn of their own.
      for (const action of due.slice(done)) turnEnd(action);
    }
    if (turnEnds.length > 0) flush();
  }

  function turnEnd(action: () => void): void {
    if (turnEnds.push(action) === 1) timers.defer(flush);
  }

  return { now: () => timers.now(), after, coarse, turnEnd, flush };
}
