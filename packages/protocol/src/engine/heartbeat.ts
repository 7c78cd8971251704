// Finds out that the peer is gone: one machine for both sides and both revisions.
// Place: bytes -> engine dialect -> **session** -> connection / namespace / socket
//
//   pinger:    resting --interval--> awaiting (ping sent) --pong--> resting     awaiting --timeout--> expired
//   answerer:  listening --proof of life--> listening                           listening --interval + timeout--> expired
//
// Rules: what proves life is the dialect's affair; while a pong is awaited, another packet postpones the end once;
//        one timer per session, which is not touched when a packet arrives: it looks at the deadline when it fires.
// Source: docs/protocol/engine-4.md, "Heartbeat", and docs/protocol/engine-3.md, "Heartbeat"

import type { Alarm, AlarmSlot, Clock } from "../shared/clock.ts";
import type { PacketType } from "./packet.ts";

/** Times and duties of a heartbeat: the same for all sessions of one kind, which share this object. */
export interface HeartbeatTerms {
  readonly role: "pinger" | "answerer";
  readonly anyPacketProvesLife: boolean;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly clock: Clock;
}

/** Whose heartbeat it is. */
export interface HeartbeatOwner {
  /** Sends a ping. */
  pingDue(): void;
  /** The peer is taken for dead; told once. */
  expired(): void;
}

type HeartbeatState =
  /** `sentAt`: of a ping that another packet has answered for. */
  | { readonly at: "resting"; readonly until: number; readonly sentAt: number | undefined }
  | { readonly at: "awaiting"; readonly until: number; readonly sentAt: number; readonly postponed: boolean }
  | { readonly at: "listening"; readonly until: number }
  | { readonly at: "stopped" };

const STOPPED: HeartbeatState = { at: "stopped" };

/** Watches over one session. */
export class Heartbeat implements Alarm {
  readonly #terms: HeartbeatTerms;
  readonly #owner: HeartbeatOwner;
  #state: HeartbeatState = STOPPED;
  #timer: AlarmSlot | undefined;
  #timerEnds = 0;

  constructor(terms: HeartbeatTerms, owner: HeartbeatOwner) {
    this.#terms = terms;
    this.#owner = owner;
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
    else if (state.at === "awaiting") this.#state = { ...state, until: this.#in(this.#terms.pingTimeoutMs) };
  }

  stop(): void {
    this.#state = STOPPED;
    this.#disarm();
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
    const { anyPacketProvesLife, pingTimeoutMs } = this.#terms;
    if (state.at === "listening") {
      if (anyPacketProvesLife || type === "ping") this.#rest();
    } else if (state.at !== "stopped" && state.sentAt !== undefined) {
      if (type === "pong") {
        this.#rest();
        return this.#now - state.sentAt;
      }
      if (state.at === "resting") return undefined;
      if (anyPacketProvesLife) this.#rest(state.sentAt);
      else if (!state.postponed) this.#state = { ...state, until: this.#in(pingTimeoutMs), postponed: true };
    }
    return undefined;
  }

  /** The timer has run. */
  ring(): void {
    this.#timer = undefined;
    const state = this.#state;
    if (state.at === "stopped") return;
    if (this.#now < state.until) this.#arm(state.until);
    else if (state.at === "resting") this.#ping();
    else {
      this.stop();
      this.#owner.expired();
    }
  }

  get #now(): number {
    return this.#terms.clock.now();
  }

  /** A time to come, in whole milliseconds: with a fraction it would be an object of its own for each session. */
  #in(ms: number): number {
    return Math.ceil(this.#now + ms);
  }

  #rest(sentAt?: number): void {
    const { role, pingIntervalMs, pingTimeoutMs } = this.#terms;
    const until = this.#in(pingIntervalMs);
    this.#enter(
      role === "pinger" ? { at: "resting", until, sentAt } : { at: "listening", until: until + pingTimeoutMs },
    );
  }

  #enter(state: Exclude<HeartbeatState, { at: "stopped" }>): void {
    this.#state = state;
    if (this.#timer !== undefined && this.#timerEnds <= state.until) return;
    this.#disarm();
    this.#arm(state.until);
  }

  #arm(until: number): void {
    this.#timerEnds = until;
    this.#timer = this.#terms.clock.coarseAlarm(until - this.#now, this);
  }

  #disarm(): void {
    this.#timer?.remove(this);
    this.#timer = undefined;
  }

  #ping(): void {
    const sentAt = this.#now;
    this.#enter({ at: "awaiting", sentAt, until: this.#in(this.#terms.pingTimeoutMs), postponed: false });
    this.#owner.pingDue();
  }
}
