// When to try again: a pure machine; the manager acts.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
//
//   resting --lost--> waiting --due--> trying --opened--> resting
//                     waiting <--failed-- trying        waiting, trying --stop--> resting       lost, failed --no attempts left--> resting
//
// Rules: the number of attempts counts from the last success; whoever stops it stops it for good.
// Source: docs/protocol/socket-5.md, "Reconnecting"

import { type BackoffOptions, backoffDelay } from "@bowline/protocol/internal";

/** Where the reconnection stands. */
export type Reconnection =
  | { readonly at: "resting" }
  | { readonly at: "waiting"; readonly attempts: number }
  | { readonly at: "trying"; readonly attempts: number };

/** What happens to it; `fraction` is a random number for the jitter. */
export type ReconnectionInput =
  | { readonly is: "lost" | "failed"; readonly fraction: number }
  | { readonly is: "due" | "opened" | "stop" };

/** What the manager has to do. */
export type ReconnectionAction =
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "try"; readonly attempt: number }
  | { readonly do: "tell success"; readonly attempt: number }
  | { readonly do: "give up" };

/** How long and how often to try. */
export interface ReconnectionSettings extends BackoffOptions {
  readonly maxAttempts: number;
}

/** The next state and what to do. */
export interface ReconnectionStep {
  readonly state: Reconnection;
  readonly action?: ReconnectionAction;
}

/** The state at the start. */
export const RESTING: Reconnection = { at: "resting" };

function wait(attempts: number, fraction: number, settings: ReconnectionSettings): ReconnectionStep {
  if (attempts >= settings.maxAttempts) return { state: RESTING, action: { do: "give up" } };
  const ms = backoffDelay(settings, attempts, fraction);
  return { state: { at: "waiting", attempts: attempts + 1 }, action: { do: "wait", ms } };
}

/** Moves the reconnection on. */
export function stepReconnection(
  state: Reconnection,
  input: ReconnectionInput,
  settings: ReconnectionSettings,
): ReconnectionStep {
  switch (input.is) {
    case "stop":
      return { state: RESTING };
    case "lost":
      return state.at === "resting" ? wait(0, input.fraction, settings) : { state };
    case "failed":
      return state.at === "trying" ? wait(state.attempts, input.fraction, settings) : { state };
    case "due":
      return state.at === "waiting"
        ? { state: { at: "trying", attempts: state.attempts }, action: { do: "try", attempt: state.attempts } }
        : { state };
    case "opened":
      return state.at === "trying"
        ? { state: RESTING, action: { do: "tell success", attempt: state.attempts } }
        : { state };
    /* v8 ignore next 2 -- @preserve */
    default:
      return input satisfies never;
  }
}
