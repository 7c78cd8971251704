// A log whose topics are streams of Redis: written by one connection, followed by another one, which waits for what comes.
// Place: cluster adapter -> streams bus (**log**) -> command line -> Redis, and back the same way
//
//   followers --waiting connection ready--> XREAD, again and again --lost--> when it is ready, on from the last entry told
//
// Rules: a stream has an entry as soon as somebody follows it, so that its first id is one; streams are trimmed by Redis, by
//        their length; an entry that goes before it was read is a gap, and is told.

import type { BusLog, BusLogEntry, Leave, LogFollower, Offset } from "@bowline/adapter/cluster";
import { type CommandLine, listIn, textIn } from "./command-line.ts";
import { compareIds, entriesIn, idAfter, isId, RECORD_FIELD, type StreamEntry } from "./stream-entries.ts";

/** So many entries are read at once. */
const BATCH = 500;
/** How long Redis keeps a reader that waits, in milliseconds. */
const BLOCK_MS = 5_000;
/** How soon a failed reading is repeated, in milliseconds. */
const RETRY_MS = 200;
/** A stream that nobody writes to is forgotten after so many seconds. */
const IDLE_S = 24 * 60 * 60;
/** The time is prolonged once in so many appends. */
const PROLONG_EVERY = 1_000;

/** What a log is made of. */
export interface StreamLogParts {
  readonly commands: CommandLine;
  /** Its connection waits in Redis, and does nothing else. */
  readonly waiting: CommandLine;
  readonly maxEntries: number;
  readonly maxMessageBytes: number;
  after(ms: number, action: () => void): void;
  reportUncaught(error: unknown): void;
}

interface Follower {
  readonly topic: string;
  readonly follower: LogFollower;
  last: string;
  /** Whether entries may have gone unread. */
  isDoubtful: boolean;
}

/** Streams as a log. */
export class StreamLog implements BusLog {
  readonly #parts: StreamLogParts;
  readonly #followers: Set<Follower> = new Set();
  readonly #appended: Map<string, number> = new Map();
  readonly #stopListening: () => void;
  #isReading = false;
  #isClosed = false;
  /** What Redis calls the waiting connection; undefined until it is known. */
  #waitingId: string | undefined;

  constructor(parts: StreamLogParts) {
    this.#parts = parts;
    this.#stopListening = parts.waiting.onChange(() => this.#read());
  }

  async append(topic: string, bytes: Uint8Array): Promise<Offset> {
    const { commands, maxEntries, maxMessageBytes } = this.#parts;
    if (bytes.byteLength > maxMessageBytes) {
      const reason = `it has ${bytes.byteLength} bytes, and the option maxMessageBytes allows ${maxMessageBytes}`;
      throw new RangeError(`Cannot append to "${topic}": ${reason}`);
    }
    const id = commands.send("XADD", topic, "MAXLEN", "~", String(maxEntries), "*", RECORD_FIELD, bytes);
    this.#prolong(topic);
    return textIn(await id);
  }

  async follow(topic: string, follower: LogFollower): Promise<{ readonly from: Offset; readonly leave: Leave }> {
    const from = await this.#lastOf(topic);
    const entry: Follower = { topic, follower, last: from, isDoubtful: false };
    this.#followers.add(entry);
    this.#read();
    await this.#unblock();
    return {
      from,
      leave: async () => {
        this.#followers.delete(entry);
      },
    };
  }

  async *read(topic: string, after: Offset): AsyncIterable<BusLogEntry> {
    const { commands } = this.#parts;
    const [end] = entriesIn(await commands.send("XREVRANGE", topic, "+", "-", "COUNT", "1"));
    let at = isId(after) ? after : "0-0";
    while (end !== undefined && compareIds(at, end.id) < 0) {
      const entries = entriesIn(await commands.send("XRANGE", topic, `(${at}`, end.id, "COUNT", String(BATCH)));
      for (const { id, bytes } of entries) if (bytes !== undefined) yield { offset: id, bytes };
      const last = entries.at(-1);
      if (last === undefined) return;
      at = last.id;
    }
  }

  async reaches(topic: string, offset: Offset): Promise<boolean> {
    if (!isId(offset)) return false;
    // It has to be there itself: what a master took along that has died is not behind it in the log of the next one.
    return (await this.#find(topic, offset)) === offset;
  }

  async lastUpTo(topic: string, last: Offset): Promise<Offset | undefined> {
    const found = await this.#find(topic, last);
    if (found === undefined || found === last) return found;
    // The clock of a new master may be behind; what it appends has to stand behind what was told all the same. Redis
    // refuses the entry where that is so already.
    await this.#parts.commands.send("XADD", topic, idAfter(last), "begin", "1").catch(() => undefined);
    return this.#find(topic, last);
  }

  compare(one: Offset, other: Offset): number {
    return compareIds(one, other);
  }

  close(): void {
    this.#isClosed = true;
    this.#followers.clear();
    this.#stopListening();
  }

  /** The last entry up to an id. */
  async #find(topic: string, id: string): Promise<string | undefined> {
    const [found] = entriesIn(await this.#parts.commands.send("XREVRANGE", topic, id, "-", "COUNT", "1"));
    return found?.id;
  }

  /** The id of the last entry; a stream without any gets one. */
  async #lastOf(topic: string): Promise<string> {
    const { commands } = this.#parts;
    const [last] = entriesIn(await commands.send("XREVRANGE", topic, "+", "-", "COUNT", "1"));
    if (last !== undefined) return last.id;
    const id = textIn(await commands.send("XADD", topic, "*", "begin", "1"));
    this.#prolong(topic);
    return id;
  }

  #prolong(topic: string): void {
    const appended = this.#appended.get(topic) ?? 0;
    this.#appended.set(topic, appended + 1);
    if (appended % PROLONG_EVERY !== 0) return;
    // A stream that lives shorter or longer than it might is no fault of anybody's.
    this.#parts.commands.send("EXPIRE", topic, String(IDLE_S)).catch(() => undefined);
  }

  /** Has the waiting connection look at the topics that there are now. */
  async #unblock(): Promise<void> {
    if (this.#waitingId === undefined) return;
    await this.#parts.commands.send("CLIENT", "UNBLOCK", this.#waitingId);
  }

  #read(): void {
    const { waiting } = this.#parts;
    if (this.#isReading || this.#isClosed || !waiting.isReady || this.#followers.size === 0) return;
    this.#isReading = true;
    this.#readOn().then(
      () => {
        this.#isReading = false;
        this.#read();
      },
      () => {
        this.#isReading = false;
        this.#waitingId = undefined;
        for (const entry of this.#followers) entry.isDoubtful = true;
        this.#parts.after(RETRY_MS, () => this.#read());
      },
    );
  }

  async #readOn(): Promise<void> {
    const { waiting } = this.#parts;
    this.#waitingId ??= String(await waiting.send("CLIENT", "ID"));
    const entries = [...this.#followers];
    const command = ["XREAD", "COUNT", String(BATCH), "BLOCK", String(BLOCK_MS), "STREAMS"];
    const names = entries.map(({ topic }) => topic);
    const ids = entries.map(({ last }) => last);
    const answer = await waiting.send(...command, ...names, ...ids);
    const read = new Map(listIn(answer).map(streamIn));
    for (const entry of entries) await this.#tell(entry, read.get(entry.topic) ?? []);
  }

  async #tell(entry: Follower, found: readonly StreamEntry[]): Promise<void> {
    // Who is so far behind, or was away, may find that the end of what it has read is not there any more.
    if ((entry.isDoubtful || found.length >= BATCH) && (await this.#hasGap(entry))) {
      this.#call(() => this.#isFollowing(entry) && entry.follower.gap());
    }
    entry.isDoubtful = false;
    for (const { id, bytes } of found) {
      if (!this.#isFollowing(entry)) return;
      entry.last = id;
      if (bytes !== undefined) this.#call(() => entry.follower.entry({ offset: id, bytes }));
    }
  }

  /** Whether the last entry was trimmed, and others perhaps with it. One that a master took along leaves earlier ones behind. */
  async #hasGap({ topic, last }: Follower): Promise<boolean> {
    return entriesIn(await this.#parts.waiting.send("XREVRANGE", topic, last, "-", "COUNT", "1")).length === 0;
  }

  #isFollowing(entry: Follower): boolean {
    return this.#followers.has(entry);
  }

  #call(tell: () => unknown): void {
    try {
      tell();
    } catch (error) {
      this.#parts.reportUncaught(error);
    }
  }
}

function streamIn(answer: unknown): readonly [string, StreamEntry[]] {
  const [name, entries] = listIn(answer);
  return [textIn(name), entriesIn(entries)];
}
