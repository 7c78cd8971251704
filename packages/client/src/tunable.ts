// The settings of a manager that programs read and set by functions of the same name, and other names of its members.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
// Rules: a call without a value reads, one with a value sets and gives the manager; changes count from the next attempt.

import type { TracePoint } from "@bowline/protocol/internal";
import { ClientEmitter } from "./emitter.ts";
import type { ManagerEvents } from "./manager-events.ts";
import { DEFAULTS, type LiveOptions } from "./options.ts";
import type { Backoff, Reconnector } from "./reconnect.ts";

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
function readSettings(options: LiveOptions): Settings {
  return {
    isEnabled: options.reconnection !== false,
    maxAttempts: options.reconnectionAttempts || Number.POSITIVE_INFINITY,
    minMs: options.reconnectionDelay || DEFAULTS.reconnectionDelay,
    maxMs: options.reconnectionDelayMax || DEFAULTS.reconnectionDelayMax,
    jitter: options.randomizationFactor ?? DEFAULTS.randomizationFactor,
    timeoutMs: options.timeout ?? DEFAULTS.timeout,
  };
}

/** An emitter with settings. */
export abstract class Tunable extends ClientEmitter<Record<never, never>, Record<never, never>, ManagerEvents> {
  /** Whether somebody closed it, so that it must not open again by itself. */
  skipReconnect = false;
  protected readonly settings: Settings;
  protected abstract readonly reconnector: Reconnector;

  constructor(options: LiveOptions, point: TracePoint) {
    super(point);
    this.settings = readSettings(options);
  }

  abstract close(): void;
  abstract readonly readyState: "opening" | "open" | "closed";
  abstract open(done?: (error?: Error) => void): this;

  /** As `open`. */
  connect(done?: (error?: Error) => void): this {
    return this.open(done);
  }

  /** Whether it waits for its next attempt, or makes one. */
  get reconnecting(): boolean {
    return this.reconnector.isActive;
  }

  /** The delays between attempts. */
  get backoff(): Backoff {
    return this.reconnector;
  }

  /** As `close`. */
  disconnect(): void {
    this.close();
  }

  /** As `close`. */
  _close(): void {
    this.close();
  }

  /** As `readyState`. */
  get _readyState(): "opening" | "open" | "closed" {
    return this.readyState;
  }

  /** As `reconnecting`. */
  get _reconnecting(): boolean {
    return this.reconnecting;
  }

  /** Whether it reconnects by itself, or sets that. */
  reconnection(): boolean;
  reconnection(enabled: boolean): this;
  reconnection(enabled?: boolean): boolean | this {
    if (enabled === undefined) return this.settings.isEnabled;
    this.settings.isEnabled = enabled;
    if (!enabled) this.stopReconnecting();
    return this;
  }

  /** How many attempts it makes in a row, or sets that. */
  reconnectionAttempts(): number;
  reconnectionAttempts(attempts: number): this;
  reconnectionAttempts(attempts?: number): number | this {
    return this.#setting("maxAttempts", attempts);
  }

  /** Delay before its first attempt in milliseconds, or sets that. */
  reconnectionDelay(): number;
  reconnectionDelay(ms: number): this;
  reconnectionDelay(ms?: number): number | this {
    return this.#setting("minMs", ms);
  }

  /** Longest delay in milliseconds, or sets that. */
  reconnectionDelayMax(): number;
  reconnectionDelayMax(ms: number): this;
  reconnectionDelayMax(ms?: number): number | this {
    return this.#setting("maxMs", ms);
  }

  /** Share of a delay that is random, or sets that. */
  randomizationFactor(): number;
  randomizationFactor(factor: number): this;
  randomizationFactor(factor?: number): number | this {
    return this.#setting("jitter", factor);
  }

  /** Longest time for an attempt in milliseconds, or sets that. */
  timeout(): number | false;
  timeout(ms: number | false): this;
  timeout(ms?: number | false): number | false | this {
    return this.#setting("timeoutMs", ms);
  }

  /** Does not open again by itself. */
  protected stopReconnecting(): void {
    this.skipReconnect = true;
    this.reconnector.stop();
  }

  #setting<Name extends Exclude<keyof Settings, "isEnabled">>(
    name: Name,
    value: Settings[Name] | undefined,
  ): Settings[Name] | this {
    if (value === undefined) return this.settings[name];
    this.settings[name] = value;
    return this;
  }
}
