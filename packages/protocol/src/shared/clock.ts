// Time as the machines see it: handed in by the composition root, so that tests turn the hands.
// Place: handed to engine dialect -> **session** -> connection / namespace / socket
// Rules: nothing in the core touches Date, performance or a global timer; what every connection waits for is an object of
//        its own that is called, since a closure for each would be memory for each.

/** Stops a timer; calling it again, or after the timer ran, does nothing. */
export type Cancel = () => void;

/** What a clock calls when the time has come. */
export interface Alarm {
  ring(): void;
}

/** The alarms that ring in the same tick. */
export interface AlarmSlot {
  /** Stops one of them; doing so again, or after it rang, does nothing. */
  remove(alarm: Alarm): void;
}

/** The only source of time for sessions, heartbeats, acks and reconnection. */
export interface Clock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /**
   * Runs `action` once after `ms` milliseconds.
   * @returns what stops it.
   */
  after(ms: number, action: () => void): Cancel;
  /** As `after`, but a few ticks of the wheel late, and cheap to set and cancel in great numbers. */
  coarse(ms: number, action: () => void): Cancel;
  /**
   * As `coarse`, for what every connection has: an alarm may be set once at a time.
   * @returns where it stands, to stop it.
   */
  coarseAlarm(ms: number, alarm: Alarm): AlarmSlot;
  /** Rings once when the current turn of the event loop ends; browsers may do it at once. */
  turnEnd(alarm: Alarm): void;
}

/** Coarse alarms over exact timers, for clocks that have few of them. */
export function alarmsOver(after: Clock["after"]): Clock["coarseAlarm"] {
  return (ms, alarm) => ({ remove: after(ms, () => alarm.ring()) });
}
