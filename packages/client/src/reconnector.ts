// Carries out what the reconnection's machine decides: waits, tries, tells.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
// Rules: the next attempt is planned before the error of the last one is told, as programs know it.
// Source: docs/protocol/socket-5.md, "Reconnecting"

import { backoffDelay, type Cancel } from "@bowline/protocol/internal";
import { DEFAULTS, type LiveOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import { RESTING, type Reconnection, type ReconnectionInput, stepReconnection } from "./reconnect.ts";

/** What can be set while a manager lives. */
export interface Settings {
  isEnabled: boolean;
  maxAttempts: number;
  minMs: number;
  maxMs: number;
  jitter: number;
  timeoutMs: number | false;
}

/** Reads the settings; of a number of attempts and a delay, 0 means the default, as it always has. */
export function readSettings(options: LiveOptions): Settings {
  return {
    isEnabled: options.reconnection !== false,
    maxAttempts: options.reconnectionAttempts || Number.POSITIVE_INFINITY,
    minMs: options.reconnectionDelay || DEFAULTS.reconnectionDelay,
    maxMs: options.reconnectionDelayMax || DEFAULTS.reconnectionDelayMax,
    jitter: options.randomizationFactor ?? DEFAULTS.randomizationFactor,
    timeoutMs: options.timeout ?? DEFAULTS.timeout,
  };
}

/** Events about reconnecting, by their arguments. */
export interface ReconnectorEvents {
  tell(event: "reconnect_attempt" | "reconnecting" | "reconnect", attempt: number): void;
  tell(event: "reconnect_failed"): void;
  tell(event: "reconnect_error", error: Error | string): void;
  /** Opens a connection. @returns false when there is one already. */
  open(done: (error?: Error | string) => void): boolean;
}

/** What programs look at of the delays between attempts. */
export interface Backoff {
  /** How many attempts there were since the last success. */
  readonly attempts: number;
  /** The delay before an attempt that would be planned now, in milliseconds. */
  duration(): number;
  /** Begins to count anew. */
  reset(): void;
}

/** Brings a lost connection back. */
export class Reconnector implements Backoff {
  readonly #platform: Platform;
  readonly #settings: Settings;
  readonly #events: ReconnectorEvents;
  #state: Reconnection = RESTING;
  #stopWaiting: Cancel | undefined;

  constructor(platform: Platform, settings: Settings, events: ReconnectorEvents) {
    this.#platform = platform;
    this.#settings = settings;
    this.#events = events;
  }

  get attempts(): number {
    return this.#state.at === "resting" ? 0 : this.#state.attempts;
  }

  duration(): number {
    return backoffDelay(this.#settings, this.attempts, this.#platform.random.fraction());
  }

  reset(): void {
    if (this.#state.at !== "resting") this.#state = { ...this.#state, attempts: 0 };
  }

  /** Whether it waits for its next attempt, or makes one. */
  get isActive(): boolean {
    return this.#state.at !== "resting";
  }

  /** The connection was lost, or could not be made. */
  lost(): void {
    this.#step({ is: "lost", fraction: this.#platform.random.fraction() });
  }

  /** Tries no more. */
  stop(): void {
    this.#step({ is: "stop" });
  }

  #step(input: ReconnectionInput): void {
    const { state, action } = stepReconnection(this.#state, input, this.#settings);
    this.#state = state;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    switch (action?.do) {
      case "wait":
        this.#stopWaiting = this.#platform.clock.after(action.ms, () => this.#step({ is: "due" }));
        return;
      case "try":
        this.#try(action.attempt);
        return;
      case "tell success":
        this.#events.tell("reconnect", action.attempt);
        return;
      case "give up":
        this.#events.tell("reconnect_failed");
        return;
      case undefined:
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #try(attempt: number): void {
    this.#events.tell("reconnect_attempt", attempt);
    if (this.isActive) this.#events.tell("reconnecting", attempt);
    if (!this.isActive) return;
    const isOpening = this.#events.open((error) => {
      if (error === undefined) {
        this.#step({ is: "opened" });
        return;
      }
      this.#step({ is: "failed", fraction: this.#platform.random.fraction() });
      this.#events.tell("reconnect_error", error);
    });
    // A listener has opened it by itself.
    if (!isOpening) this.stop();
  }
}
