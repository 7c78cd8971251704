// The log and the cupboard of the broker in memory: what a broker keeps, for tests without one.
// Place: cluster adapter -> wire -> bus -> **the broker's memory**
// Rules: the log gives each follower each entry once and in order, and tells of entries that went before they were read; the
//        cupboard gives a value to one taker alone, and knows by the fence who has been overtaken.

import type { BusLog, BusLogEntry, BusStore, LogFollower } from "./bus.ts";
import type { Offset } from "./message.ts";

/** Where offsets of one topic begin to differ from those of another log. */
const SEPARATOR = "-";

function numberOf(offset: Offset, epoch: string): number | undefined {
  const [head, digits = "", ...rest] = offset.split(SEPARATOR);
  if (head !== epoch || rest.length > 0 || !/^\d{1,15}$/.test(digits)) return undefined;
  return Number(digits);
}

/** The entries of one topic, and where its followers are. */
class TopicLog {
  readonly entries: { readonly num: number; readonly bytes: Uint8Array }[] = [];
  readonly readers: Set<LogReader> = new Set();
  last = 0;

  /** The number of the last entry that is gone. */
  get gone(): number {
    return this.entries[0] === undefined ? this.last : this.entries[0].num - 1;
  }
}

/** Who reads a topic as it grows. */
class LogReader {
  readonly follower: LogFollower;
  at: number;

  constructor(follower: LogFollower, at: number) {
    this.follower = follower;
    this.at = at;
  }
}

/** Topics in order. */
export class MemoryLog {
  readonly #epoch: string;
  readonly #topics: Map<string, TopicLog> = new Map();

  /** @param epoch no offset of a log with another one is one of this. */
  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  append(topic: string, bytes: Uint8Array): Offset {
    const log = this.#of(topic);
    log.last++;
    log.entries.push({ num: log.last, bytes });
    return this.#offset(log.last);
  }

  /** @returns what gives the follower the entries that it has not had, one at a call, as long as there are any. */
  follow(topic: string, follower: LogFollower): { from: Offset; next: () => boolean; leave: () => void } {
    const log = this.#of(topic);
    const reader = new LogReader(follower, log.last);
    log.readers.add(reader);
    return {
      from: this.#offset(log.last),
      next: () => log.readers.has(reader) && this.#tellNext(log, reader),
      leave: () => void log.readers.delete(reader),
    };
  }

  /** The entries behind an offset, as they are now. */
  read(topic: string, after: Offset): BusLogEntry[] {
    const num = numberOf(after, this.#epoch) ?? 0;
    const found = this.#of(topic).entries.filter((entry) => entry.num > num);
    return found.map((entry) => ({ offset: this.#offset(entry.num), bytes: new Uint8Array(entry.bytes) }));
  }

  reaches(topic: string, offset: Offset): boolean {
    const num = numberOf(offset, this.#epoch);
    const { gone, last } = this.#of(topic);
    return num !== undefined && num >= gone && num <= last;
  }

  compare(one: Offset, other: Offset): number {
    return (numberOf(one, this.#epoch) ?? -1) - (numberOf(other, this.#epoch) ?? -1);
  }

  /** Lets go of all entries of a topic but the last ones. */
  trim(topic: string, keep: number): void {
    const { entries } = this.#of(topic);
    entries.splice(0, Math.max(0, entries.length - keep));
  }

  #tellNext(log: TopicLog, reader: LogReader): boolean {
    if (reader.at < log.gone) {
      reader.at = log.gone;
      reader.follower.gap();
    }
    const entry = log.entries[reader.at - log.gone];
    if (entry === undefined) return false;
    reader.at = entry.num;
    reader.follower.entry({ offset: this.#offset(entry.num), bytes: new Uint8Array(entry.bytes) });
    return true;
  }

  #of(topic: string): TopicLog {
    let log = this.#topics.get(topic);
    if (log === undefined) {
      log = new TopicLog();
      this.#topics.set(topic, log);
    }
    return log;
  }

  #offset(num: number): Offset {
    return `${this.#epoch}${SEPARATOR}${num}`;
  }
}

interface Kept {
  readonly value: Uint8Array | undefined;
  readonly fence: number;
  readonly until: number;
}

/** Values that are kept for a while. */
export class MemoryCupboard {
  readonly #now: () => number;
  readonly #kept: Map<string, Kept> = new Map();

  /** @param now the time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many values there are. */
  get size(): number {
    for (const key of [...this.#kept.keys()]) this.#find(key);
    return [...this.#kept.values()].filter(({ value }) => value !== undefined).length;
  }

  put(key: string, value: Uint8Array, fence: number, ttlMs: number): void {
    if (fence < (this.#find(key)?.fence ?? 0)) return;
    this.#kept.set(key, { value: new Uint8Array(value), fence, until: this.#now() + ttlMs });
  }

  take(key: string): { value: Uint8Array; fence: number } | undefined {
    const kept = this.#find(key);
    if (kept?.value === undefined) return undefined;
    const fence = kept.fence + 1;
    this.#kept.set(key, { value: undefined, fence, until: kept.until });
    return { value: kept.value, fence };
  }

  claim(key: string): { value: Uint8Array; fence: number } | undefined {
    const kept = this.#find(key);
    if (kept?.value === undefined) return undefined;
    const fence = kept.fence + 1;
    this.#kept.set(key, { ...kept, fence });
    return { value: kept.value, fence };
  }

  drop(key: string, fence: number): void {
    const kept = this.#find(key);
    if (kept !== undefined && fence >= kept.fence) this.#kept.set(key, { ...kept, value: undefined });
  }

  #find(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.until > this.#now()) return kept;
    this.#kept.delete(key);
    return undefined;
  }
}

/**
 * The cupboard as a bus has it.
 * @param reach settles once the broker has been reached for something.
 */
export function createBusStore(cupboard: MemoryCupboard, reach: (what: string) => Promise<void>): BusStore {
  return {
    put: async (key, value, fence, ttlMs) => {
      const kept = new Uint8Array(value);
      await reach(`keep "${key}"`);
      cupboard.put(key, kept, fence, ttlMs);
    },
    take: async (key) => {
      await reach(`take "${key}"`);
      return cupboard.take(key);
    },
    claim: async (key) => {
      await reach(`claim "${key}"`);
      return cupboard.claim(key);
    },
    drop: async (key, fence) => {
      await reach(`drop "${key}"`);
      cupboard.drop(key, fence);
    },
  };
}

/** Who follows a topic of the log over one node's way. */
export interface Following {
  readonly topic: string;
  /** Tells of the next entry. @returns whether there was one. */
  readonly next: () => boolean;
}

/** One node's way to the log. */
export interface LogWay {
  /** Settles once the broker has been reached for something. */
  reach(what: string): Promise<void>;
  /** A topic has one more entry. */
  appended(topic: string): void;
  /** Those who are told of entries over this way. */
  readonly followers: Set<Following>;
}

/** The log as a bus has it. */
export function createBusLog(log: MemoryLog, { reach, appended, followers }: LogWay): BusLog {
  return {
    append: async (topic, bytes) => {
      const sent = new Uint8Array(bytes);
      await reach(`append to "${topic}"`);
      const offset = log.append(topic, sent);
      appended(topic);
      return offset;
    },
    follow: async (topic: string, follower: LogFollower) => {
      await reach(`follow "${topic}"`);
      const { from, next, leave } = log.follow(topic, follower);
      const following = { topic, next };
      followers.add(following);
      return {
        from,
        leave: async () => {
          followers.delete(following);
          leave();
        },
      };
    },
    async *read(topic: string, after: Offset) {
      await reach(`read "${topic}"`);
      yield* log.read(topic, after);
    },
    reaches: async (topic, offset) => {
      await reach(`ask for an offset of "${topic}"`);
      return log.reaches(topic, offset);
    },
    compare: (one, other) => log.compare(one, other),
  };
}
