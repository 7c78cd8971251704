// A clock over the raw timers of a platform: exact timers, a wheel for coarse ones, one action for all turn ends.
// Place: made by composition roots (entry/, runtime/), handed to session -> connection / namespace / socket
// Rules: pure, the raw timers are handed in; a coarse timer is never early, and late by two ticks at most;
//        the wheel stands still while it holds nothing; what a turn end asks for runs in the same flush.

import type { Alarm, AlarmSlot, Cancel, Clock } from "./clock.ts";

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

/** The alarms of one tick. */
class Slot implements AlarmSlot {
  readonly alarms: Set<Alarm> = new Set();
  readonly #tick: number;
  readonly #wheel: Map<number, Slot>;

  constructor(tick: number, wheel: Map<number, Slot>) {
    this.#tick = tick;
    this.#wheel = wheel;
  }

  remove(alarm: Alarm): void {
    if (this.alarms.delete(alarm) && this.alarms.size === 0) this.#wheel.delete(this.#tick);
  }
}

/**
 * Makes the clock of a platform.
 * @param timers the platform's own; `setTimer` decides whether a timer keeps the process alive.
 * @returns a clock that nothing but these timers drives.
 */
export function createSystemClock<Timer>(timers: RawTimers<Timer>): SystemClock {
  const slots = new Map<number, Slot>();
  let turnEnds: Alarm[] = [];
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
        // An alarm that has rung, or that an earlier one stopped, is no longer in the set.
        for (const alarm of slot?.alarms ?? []) {
          slot?.alarms.delete(alarm);
          alarm.ring();
        }
        slots.delete(tick);
        tick++;
      }
    } finally {
      // Also when an alarm threw: the rest of its slot is due in the next turn.
      startTicking();
    }
  }

  function startTicking(): void {
    if (isTicking || slots.size === 0) return;
    isTicking = true;
    timers.setTimer(turn, TICK_MS);
  }

  function coarseAlarm(ms: number, alarm: Alarm): AlarmSlot {
    const now = timers.now();
    if (slots.size === 0) tick = Math.floor(now / TICK_MS);
    // Not in the slot that may be running right now.
    const at = Math.max(Math.ceil((now + ms) / TICK_MS), Math.floor(now / TICK_MS) + 1);
    const slot = slots.get(at) ?? new Slot(at, slots);
    slots.set(at, slot);
    slot.alarms.add(alarm);
    startTicking();
    return slot;
  }

  function coarse(ms: number, action: () => void): Cancel {
    const alarm: Alarm = { ring: action };
    const slot = coarseAlarm(ms, alarm);
    return () => slot.remove(alarm);
  }

  function flush(): void {
    const due = turnEnds;
    turnEnds = [];
    let done = 0;
    try {
      for (const alarm of due) {
        done++;
        alarm.ring();
      }
    } finally {
      // One that threw must not take the others along; they ring in a turn of their own.
      if (done < due.length) due.slice(done).forEach(turnEnd);
    }
    if (turnEnds.length > 0) flush();
  }

  function turnEnd(alarm: Alarm): void {
    if (turnEnds.push(alarm) === 1) timers.defer(flush);
  }

  return { now: () => timers.now(), after, coarse, coarseAlarm, turnEnd, flush };
}
