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
  /** `sentAt`: of a ping that another packet has answered for. */
  | { readonly at: "resting"; readonly until: number; readonly sentAt: number | undefined }
  | { readonly at: "awaiting"; readonly until: number; readonly sentAt: number; readonly postponed: boolean }
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
    else if (state.at === "awaiting") this.#state = { ...state, until: this.#now + this.#options.timeoutMs };
  }

  stop(): void {
    this.#state = { at: "stopped" };
    this.#timer?.();
    this.#timer = undefined;
  }

  /** Whether the deadline has passed although its timer has not run, as in a throttled background tab. */
  get overdue(): boolean {
    const state = this.#state;
    return state.at !== "stopped" && state.at !== "resting" && this.#now > state.until;
  }

  /**
   * Takes note of a packet.
   * @returns milliseconds since the ping when this was the answer to it.
   */
  saw(type: PacketType): number | undefined {
    const state = this.#state;
    const { anyPacketProvesLife, timeoutMs } = this.#options;
    if (state.at === "listening") {
      if (anyPacketProvesLife || type === "ping") this.#rest();
    } else if (state.at !== "stopped" && state.sentAt !== undefined) {
      if (type === "pong") {
        this.#rest();
        return this.#now - state.sentAt;
      }
      if (state.at === "resting") return undefined;
      if (anyPacketProvesLife) this.#rest(state.sentAt);
      else if (!state.postponed) this.#state = { ...state, until: this.#now + timeoutMs, postponed: true };
    }
    return undefined;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  #rest(sentAt?: number): void {
    const { role, intervalMs, timeoutMs } = this.#options;
    const until = this.#now + intervalMs;
    this.#enter(role === "pinger" ? { at: "resting", until, sentAt } : { at: "listening", until: until + timeoutMs });
  }

  #enter(state: Exclude<HeartbeatState, { at: "stopped" }>): void {
    this.#state = state;
    if (this.#timer !== undefined && this.#timerEnds <= state.until) return;
    this.#timer?.();
    this.#arm(state.until);
  }

  #arm(until: number): void {
    this.#timerEnds = until;
    this.#timer = this.#options.clock.coarse(until - this.#now, () => this.#fired());
  }

  #fired(): void {
    this.#timer = undefined;
    const state = this.#state;
    if (state.at === "stopped") return;
    if (this.#now < state.until) this.#arm(state.until);
    else if (state.at === "resting") this.#ping();
    else {
      this.stop();
      this.#options.expire();
    }
  }

  #ping(): void {
    const sentAt = this.#now;
    this.#enter({ at: "awaiting", sentAt, until: sentAt + this.#options.timeoutMs, postponed: false });
    this.#options.ping();
  }
}
