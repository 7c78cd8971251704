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

/** What a reconnection needs of its manager. */
export interface ReconnectHost {
  readonly platform: Pick<Platform, "clock" | "random">;
  /** Read at each attempt. */
  readonly settings: Settings;
  tell(...told: Parameters<ManagerTell>): void;
  /** Opens a connection; false when there is one already. */
  reopen(done: Done): boolean;
}

const RESTING: Reconnection = { at: "resting", attempts: 0 };

/** The reconnection of one manager. */
export class Reconnector implements Backoff {
  readonly #host: ReconnectHost;
  #state = RESTING;

  constructor(host: ReconnectHost) {
    this.#host = host;
  }

  get attempts(): number {
    return this.#state.attempts;
  }

  /** Whether it waits for its next attempt, or makes one. */
  get isActive(): boolean {
    return this.#state.at !== "resting";
  }

  duration(): number {
    const { platform, settings } = this.#host;
    return backoffDelay(settings, this.attempts, platform.random.fraction());
  }

  reset(): void {
    this.#state = { ...this.#state, attempts: 0 };
  }

  /** The connection was lost, or could not be made. */
  lost(): void {
    if (!this.isActive) this.#wait();
  }

  /** Tries no more. */
  stop(): void {
    if (this.#state.at === "waiting") this.#state.stopTimer();
    this.#state = RESTING;
  }

  #wait(): void {
    const { attempts } = this;
    const { platform, settings } = this.#host;
    if (attempts < settings.maxAttempts) {
      const stopTimer = platform.clock.after(this.duration(), () => this.#attempt());
      this.#state = { at: "waiting", attempts: attempts + 1, stopTimer };
    } else {
      this.#state = RESTING;
      this.#host.tell("reconnect_failed");
    }
  }

  #attempt(): void {
    const { attempts } = this;
    this.#state = { at: "trying", attempts };
    this.#host.tell("reconnect_attempt", attempts);
    if (this.isActive) this.#host.tell("reconnecting", attempts);
    // A listener may have stopped it, or opened the connection by itself.
    if (this.isActive && !this.#host.reopen((error) => this.#ended(error))) this.stop();
  }

  #ended(error: Error | string | undefined): void {
    const { at, attempts } = this.#state;
    if (error !== undefined) {
      if (at === "trying") this.#wait();
      this.#host.tell("reconnect_error", error);
    } else if (at === "trying") {
      this.#state = RESTING;
      this.#host.tell("reconnect", attempts);
    }
  }
}
