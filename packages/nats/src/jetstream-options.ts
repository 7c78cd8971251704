// What a program decides of a bus over JetStream, and what holds where it does not.
// Place: program -> **options** -> bus -> log, store

import { checkNumber, type NatsBusOptions } from "./options.ts";

/** What a program may decide of a bus over JetStream. */
export interface JetStreamBusOptions extends NatsBusOptions {
  /** Where streams are kept. In memory they are gone when the server ends. @default "file" */
  readonly storage?: "file" | "memory";
  /** How many servers of a NATS cluster keep each stream. @default 1 */
  readonly replicas?: number;
  /** How long entries of a log are kept, in milliseconds. @default 300000 (5 minutes) */
  readonly logMaxAgeMs?: number;
  /** How many entries of a topic are kept. @default 100000 */
  readonly logMaxEntries?: number;
  /** What the entries of a topic may take up, in bytes. @default 268435456 (256 MiB) */
  readonly logMaxBytes?: number;
  /** How long a value may be kept at most, in milliseconds. @default 3600000 (an hour) */
  readonly storeMaxAgeMs?: number;
}

/** The options of the log and the store, as they are used. */
export type KeepingOptions = Required<Omit<JetStreamBusOptions, keyof NatsBusOptions>>;

const DEFAULTS: KeepingOptions = {
  storage: "file",
  replicas: 1,
  logMaxAgeMs: 300_000,
  logMaxEntries: 100_000,
  logMaxBytes: 256 * 1024 * 1024,
  storeMaxAgeMs: 3_600_000,
};

const NUMBERS = ["replicas", "logMaxAgeMs", "logMaxEntries", "logMaxBytes", "storeMaxAgeMs"] as const;

/** Checks options and fills in what is left out. @throws RangeError for numbers that make no sense. */
export function resolveKeeping(options: JetStreamBusOptions): KeepingOptions {
  const resolved: KeepingOptions = {
    storage: options.storage ?? DEFAULTS.storage,
    replicas: options.replicas ?? DEFAULTS.replicas,
    logMaxAgeMs: options.logMaxAgeMs ?? DEFAULTS.logMaxAgeMs,
    logMaxEntries: options.logMaxEntries ?? DEFAULTS.logMaxEntries,
    logMaxBytes: options.logMaxBytes ?? DEFAULTS.logMaxBytes,
    storeMaxAgeMs: options.storeMaxAgeMs ?? DEFAULTS.storeMaxAgeMs,
  };
  for (const name of NUMBERS) checkNumber(name, resolved[name]);
  return resolved;
}

/** Milliseconds as JetStream counts them. */
export function toNanos(ms: number): number {
  return ms * 1_000_000;
}
