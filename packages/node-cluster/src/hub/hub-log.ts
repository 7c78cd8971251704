// The log that the primary keeps for all topics: entries in one order, for as long and as many as it is allowed to.
// Place: bus -> link -> hub -> **log**
// Rules: entries are numbered across topics, so that the oldest ones of all can go first; what has gone is known by the
//        number of the last one that went, also for topics that are empty by now; bytes and time are bounded, always.

import { readOffset, writeOffset } from "@bowline/adapter/cluster";

/** An entry of a topic. */
export interface HubLogEntry {
  readonly number: number;
  readonly bytes: Uint8Array;
}

interface DatedEntry extends HubLogEntry {
  readonly topic: string;
  readonly until: number;
}

interface TopicLog {
  /** Those before `first` have gone. */
  entries: DatedEntry[];
  first: number;
  /** The number of the last entry that went. */
  goneUpTo: number;
}

/** What an entry costs besides its bytes, roughly. */
const ENTRY_BYTES = 100;
/** So many places of entries that have gone are kept before a list is cut. */
const MOST_GONE = 256;

/** Bounds of the log. */
export interface HubLogOptions {
  readonly maxBytes: number;
  readonly retentionMs: number;
}

/** Keeps entries. */
export class HubLog {
  readonly #epoch: number;
  readonly #options: HubLogOptions;
  readonly #topics: Map<string, TopicLog> = new Map();
  /** All entries, the oldest first; those before `#first` have gone. */
  #all: DatedEntry[] = [];
  #first = 0;
  #bytes = 0;
  #last = 0;
  /** Topics that are not there any more have lost nothing behind this. */
  #emptiedUpTo = 0;

  /** @param epoch names it: a later one is that of a log that began later. */
  constructor(epoch: number, options: HubLogOptions) {
    this.#epoch = epoch;
    this.#options = options;
  }

  /** What it holds, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the last entry of all. */
  get lastNumber(): number {
    return this.#last;
  }

  /** @param now in milliseconds. @returns the number of the entry. */
  append(topic: string, bytes: Uint8Array, now: number): number {
    const number = ++this.#last;
    // What came over a link is a part of a larger batch, which must not be kept for its sake.
    const entry: DatedEntry = { number, topic, bytes: bytes.slice(), until: now + this.#options.retentionMs };
    let log = this.#topics.get(topic);
    if (log === undefined) {
      log = { entries: [], first: 0, goneUpTo: this.#emptiedUpTo };
      this.#topics.set(topic, log);
    }
    log.entries.push(entry);
    this.#all.push(entry);
    this.#bytes += entry.bytes.byteLength + ENTRY_BYTES;
    this.expire(now);
    return number;
  }

  /** Lets go of what is too old or too much. @returns when the next one is due; undefined where there is none. */
  expire(now: number): number | undefined {
    let oldest = this.#all[this.#first];
    while (oldest !== undefined && (oldest.until <= now || this.#bytes > this.#options.maxBytes)) {
      this.#forget(oldest);
      oldest = this.#all[this.#first];
    }
    return oldest?.until;
  }

  #forget(entry: DatedEntry): void {
    this.#bytes -= entry.bytes.byteLength + ENTRY_BYTES;
    this.#first += 1;
    if (this.#first >= MOST_GONE && this.#first * 2 > this.#all.length) {
      this.#all = this.#all.slice(this.#first);
      this.#first = 0;
    }
    const log = this.#topics.get(entry.topic);
    if (log === undefined) return;
    log.goneUpTo = entry.number;
    log.first += 1;
    if (log.first === log.entries.length) {
      this.#topics.delete(entry.topic);
      this.#emptiedUpTo = entry.number;
    } else if (log.first >= MOST_GONE && log.first * 2 > log.entries.length) {
      log.entries = log.entries.slice(log.first);
      log.first = 0;
    }
  }

  /** Where an entry stands, for others. */
  offsetOf(number: number): string {
    return writeOffset({ epoch: this.#epoch, seq: number });
  }

  /** The number that an offset stands for; undefined where it is none of this log. */
  numberOf(offset: string): number | undefined {
    const read = readOffset(offset);
    return read?.epoch === this.#epoch && read.seq <= this.#last ? read.seq : undefined;
  }

  /** Whether everything of a topic behind a number is still there. */
  reaches(topic: string, number: number): boolean {
    return number >= (this.#topics.get(topic)?.goneUpTo ?? this.#emptiedUpTo);
  }

  /** The first entry of a topic behind a number. */
  nextAfter(topic: string, number: number): HubLogEntry | undefined {
    const log = this.#topics.get(topic);
    if (log === undefined) return undefined;
    let [low, high] = [log.first, log.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = log.entries[middle];
      if (entry !== undefined && entry.number <= number) low = middle + 1;
      else high = middle;
    }
    return log.entries[low];
  }
}
