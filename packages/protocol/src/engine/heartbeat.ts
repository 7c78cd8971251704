// Finds out that the peer is gone: one machine for both sides and both revisions.
// Place: bytes -> engine dialect -> **session** -> connection / namespace / socket
//
//   pinger:    resting --interval--> awaiting (ping sent) --pong--> resting     awaiting --timeout--> expired
//   answerer:  listening --proof of life--> listening                           listening --interval + timeout--> expired
//
// Rules: what proves life is the dialect's affair; while a pong is awaited, another packet postpones the end once;
//        one timer per session, which is not touched when a packet arrives: it looks at the deadline when it fires.
// Source: docs/protocol/engine-4.md, "Heartbeat", and docs/protocol/engine-3.md, "Heartbeat"

import type { Cancel, Clock } from "../shared/clock.ts";
import type { PacketType } from "./packet.ts";

/** Times and duties of one session's heartbeat. */
export interface HeartbeatOptions {
  readonly role: "pinger" | "answerer";
  readonly anyPacketProvesLife: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Sends a ping. */
  readonly ping: () => void;
  /** Called once when the peer is taken for dead. */
  readonly expire: () => void;
}

type HeartbeatState =
  | { readonly at: "resting"; readonly until: number; readonly unansweredSince: number | undefined }
  | { readonly at: "awaiting"; readonly sentAt: number; readonly until: number; readonly postponed: boolean }
  | { readonly at: "listening"; readonly until: number }
  | { readonly at: "stopped" };

/** Watches over one session. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #state: HeartbeatState = { at: "stopped" };
  #timer: Cancel | undefined;
  #timerEnds = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Starts the watch, or starts it anew. */
  start(): void {
    this.#rest();
  }

  /**
   * Takes note that another carrier is in use: the peer gets its full time there, and the pings keep their rhythm,
   * since the peer counts from the last one.
   */
  moved(): void {
    const state = this.#state;
    if (state.at === "listening") this.#rest();
    else if (state.at === "awaiting") {
      this.#state = { ...state, until: this.#options.clock.now() + this.#options.timeoutMs };
    }
  }

  stop(): void {
    this.#state = { at: "stopped" };
    this.#timer?.();
    this.#timer = undefined;
  }

  /** Whether the deadline has passed although its timer has not run, as in a throttled background tab. */
  get overdue(): boolean {
    const state = this.#state;
    return state.at !== "stopped" && state.at !== "resting" && this.#options.clock.now() > state.until;
  }

  /**
   * Takes note of a packet.
   * @returns milliseconds since the ping when this was the answer to it.
   */
  saw(type: PacketType): number | undefined {
    const state = this.#state;
    switch (state.at) {
      case "listening":
        if (this.#options.anyPacketProvesLife || type === "ping") this.#rest();
        return undefined;
      case "awaiting":
        if (type === "pong") {
          const latencyMs = this.#options.clock.now() - state.sentAt;
          this.#rest();
          return latencyMs;
        }
        if (this.#options.anyPacketProvesLife) this.#rest(state.sentAt);
        else if (!state.postponed) {
          const until = this.#options.clock.now() + this.#options.timeoutMs;
          this.#state = { ...state, until, postponed: true };
        }
        return undefined;
      case "resting": {
        // The pong of a ping that another packet has answered for; it still tells how long the way is.
        if (type !== "pong" || state.unansweredSince === undefined) return undefined;
        const latencyMs = this.#options.clock.now() - state.unansweredSince;
        this.#rest();
        return latencyMs;
      }
      case "stopped":
        return undefined;
      /* v8 ignore next 2 -- @preserve */
      default:
        return state satisfies never;
    }
  }

  #rest(unansweredSince?: number): void {
    const { role, intervalMs, timeoutMs, clock } = this.#options;
    const now = clock.now();
    if (role === "pinger") this.#enter({ at: "resting", until: now + intervalMs, unansweredSince });
    else this.#enter({ at: "listening", until: now + intervalMs + timeoutMs });
  }

  #enter(state: Exclude<HeartbeatState, { at: "stopped" }>): void {
    this.#state = state;
    if (this.#timer !== undefined && this.#timerEnds <= state.until) return;
    this.#timer?.();
    this.#arm(state.until);
  }

  #arm(until: number): void {
    this.#timerEnds = until;
    this.#timer = this.#options.clock.coarse(until - this.#options.clock.now(), () => this.#fired());
  }

  #fired(): void {
    this.#timer = undefined;
    const state = this.#state;
    switch (state.at) {
      case "stopped":
        return;
      case "resting":
      case "awaiting":
      case "listening":
        if (this.#options.clock.now() < state.until) this.#arm(state.until);
        else if (state.at === "resting") this.#ping();
        else {
          this.stop();
          this.#options.expire();
        }
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        state satisfies never;
    }
  }

  #ping(): void {
    const { clock, timeoutMs } = this.#options;
    const sentAt = clock.now();
    this.#enter({ at: "awaiting", sentAt, until: sentAt + timeoutMs, postponed: false });
    this.#options.ping();
  }
}
