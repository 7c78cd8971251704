// Time as the machines see it: handed in by the composition root, so that tests turn the hands.
// Place: handed to engine dialect -> **session** -> connection / namespace / socket
// Rules: nothing in the core touches Date, performance or a global timer.

/** Stops a timer; calling it again, or after the timer ran, does nothing. */
export type Cancel = () => void;

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
  /** Runs `action` when the current turn of the event loop ends; browsers may run it at once. */
  turnEnd(action: () => void): void;
}
