// Brings a lost connection back: when to try again, how often, and what is told of it.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
//
//   resting --lost--> waiting --due--> trying --opened--> resting
//                     waiting <--failed-- trying        waiting, trying --stop--> resting       lost, failed --no attempts left--> resting
//
// Rules: the number of attempts counts from the last success; whoever stops it stops it for good; the next attempt is
//        planned before the error of the last one is told, as programs know it.
// Source: docs/protocol/socket-5.md, "Reconnecting"

import { backoffDelay, type Cancel } from "@bowline/protocol/internal";
import type { ManagerTell } from "./manager-events.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./tunable.ts";

type Reconnection =
  | { readonly at: "resting" | "trying"; readonly attempts: number }
  | { readonly at: "waiting"; readonly attempts: number; readonly stopTimer: Cancel };

/** Hears how an attempt ended, in the words of the program's generation. */
export type Done = (error?: Error | string) => void;

/** What programs look at of the delays between attempts. */
export interface Backoff {
  /** How many attempts there were since the last success. */
  readonly attempts: number;
  /** The delay before an attempt that would be planned now, in milliseconds. */
  duration(): number;
  /** Begins to count anew. */
  reset(): void;
}

/** The reconnection of one manager. */
export interface Reconnector extends Backoff {
  /** Whether it waits for its next attempt, or makes one. */
  readonly isActive: boolean;
  /** The connection was lost, or could not be made. */
  lost(): void;
  /** Tries no more. */
  stop(): void;
}

const RESTING: Reconnection = { at: "resting", attempts: 0 };

/**
 * Makes the reconnection of a manager.
 * @param settings are read at each attempt.
 * @param open opens a connection; false when there is one already.
 */
export function createReconnector(
  { clock, random }: Pick<Platform, "clock" | "random">,
  settings: Settings,
  tell: ManagerTell,
  open: (done: Done) => boolean,
): Reconnector {
  let state = RESTING;

  const wait = (): void => {
    const { attempts } = state;
    if (attempts < settings.maxAttempts) {
      state = { at: "waiting", attempts: attempts + 1, stopTimer: clock.after(reconnector.duration(), attempt) };
    } else {
      state = RESTING;
      tell("reconnect_failed");
    }
  };

  const attempt = (): void => {
    const { attempts } = state;
    state = { at: "trying", attempts };
    tell("reconnect_attempt", attempts);
    if (reconnector.isActive) tell("reconnecting", attempts);
    // A listener may have stopped it, or opened the connection by itself.
    if (reconnector.isActive && !open(ended)) reconnector.stop();
  };

  const ended: Done = (error) => {
    const { at, attempts } = state;
    if (error !== undefined) {
      if (at === "trying") wait();
      tell("reconnect_error", error);
    } else if (at === "trying") {
      state = RESTING;
      tell("reconnect", attempts);
    }
  };

  const reconnector: Reconnector = {
    get attempts() {
      return state.attempts;
    },
    get isActive() {
      return state.at !== "resting";
    },
    duration: () => backoffDelay(settings, state.attempts, random.fraction()),
    reset() {
      state = { ...state, attempts: 0 };
    },
    lost() {
      if (state.at === "resting") wait();
    },
    stop() {
      if (state.at === "waiting") state.stopTimer();
      state = RESTING;
    },
  };
  return reconnector;
}
