// A log whose topics are streams of Redis: written by one connection, followed by another one, which waits for what comes.
// Place: cluster adapter -> streams bus (**log**) -> command line -> Redis, and back the same way
//
//   followers --waiting connection ready--> XREAD, again and again --lost--> when it is ready, on from the last entry told
//
// Rules: a stream has an entry as soon as somebody follows it, so that its first id is one; streams are trimmed by Redis, by
//        their length; an entry that goes before it was read is a gap, and is told. One reader waits for all of them, so that
//        they share a hash tag; it is woken by a stream of its own.

import type { BusLog, BusLogEntry, Leave, LogFollower, Offset } from "@bowline/adapter/cluster";
import { busErrorOf } from "../bus-error.ts";
import type { Surroundings } from "../surroundings.ts";
import { type CommandLine, type Commands, listIn, textIn } from "./command-line.ts";
import type { RecordForm } from "./record-form.ts";
import { compareIds, entriesIn, idAfter, isId, type StreamEntry } from "./stream-entries.ts";

/** So many entries are read at once, at most. */
const BATCH = 500;
/** After an answer of more bytes than this the next one has fewer entries. */
const ANSWER_BYTES = 8 * 1024 * 1024;
/** Redis forgets what wakes a reader after so many seconds. */
const WAKE_S = "60";
/** How long Redis keeps a reader that waits, in milliseconds. */
const BLOCK_MS = 5_000;
/** How soon a failed reading is repeated, in milliseconds. */
const RETRY_MS = 200;
/** The time is prolonged once in so many appends. */
const PROLONG_EVERY = 1_000;

/** What a log is made of. */
export interface StreamLogParts {
  readonly commands: Commands;
  /** Its connection waits in Redis, and does nothing else. */
  readonly waiting: CommandLine;
  readonly maxEntries: number;
  readonly maxMessageBytes: number;
  readonly form: RecordForm;
  /** The key of a topic's stream; in a cluster of Redis all of them live on the same shard. */
  keyOf(topic: string): string;
  /** The key of a stream that no other log has. */
  readonly wakeKey: string;
  readonly surroundings: Surroundings;
}

interface Follower {
  /** The key of the stream. */
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
  /** Where the stream that wakes the reader has been read. */
  #lastWake = "0-0";
  #batch = BATCH;
  /** Whether a failure was told of. */
  #isFailing = false;

  constructor(parts: StreamLogParts) {
    this.#parts = parts;
    this.#stopListening = parts.waiting.onChange(() => this.#read());
  }

  async append(topic: string, bytes: Uint8Array): Promise<Offset> {
    const { commands, form, maxEntries, maxMessageBytes } = this.#parts;
    if (bytes.byteLength > maxMessageBytes) {
      const reason = `it has ${bytes.byteLength} bytes, and the option maxMessageBytes allows ${maxMessageBytes}`;
      throw new RangeError(`Cannot append to "${topic}": ${reason}`);
    }
    const key = this.#parts.keyOf(topic);
    const id = commands.send(key, "XADD", key, "MAXLEN", "~", String(maxEntries), "*", ...form.write(bytes));
    this.#prolong(key);
    return textIn(await id);
  }

  async follow(topic: string, follower: LogFollower): Promise<{ readonly from: Offset; readonly leave: Leave }> {
    const key = this.#parts.keyOf(topic);
    const from = await this.#lastOf(key);
    const entry: Follower = { topic: key, follower, last: from, isDoubtful: false };
    this.#followers.add(entry);
    this.#read();
    await this.#wake();
    return {
      from,
      leave: async () => {
        this.#followers.delete(entry);
      },
    };
  }

  async *read(topic: string, after: Offset): AsyncIterable<BusLogEntry> {
    const { commands } = this.#parts;
    const key = this.#parts.keyOf(topic);
    const [end] = await this.#entries(commands, key, "XREVRANGE", key, "+", "-", "COUNT", "1");
    let at = isId(after) ? after : "0-0";
    while (end !== undefined && compareIds(at, end.id) < 0) {
      const command = ["XRANGE", key, `(${at}`, end.id, "COUNT", String(BATCH)];
      const entries = await this.#entries(commands, key, ...command);
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
    const { commands, form, keyOf } = this.#parts;
    if (found === undefined || found === last || form.begin === undefined) return found;
    const key = keyOf(topic);
    // The clock of a new master may be behind; what it appends has to stand behind what was told all the same. Redis
    // refuses the entry where that is so already.
    await commands.send(key, "XADD", key, idAfter(last), ...form.begin).catch(() => undefined);
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

  /** The entries that a command answers. */
  async #entries(line: Commands, key: string, ...command: readonly string[]): Promise<StreamEntry[]> {
    return entriesIn(await line.send(key, ...command), this.#parts.form);
  }

  /** The last entry up to an id. */
  async #find(topic: string, id: string): Promise<string | undefined> {
    const key = this.#parts.keyOf(topic);
    const [found] = await this.#entries(this.#parts.commands, key, "XREVRANGE", key, id, "-", "COUNT", "1");
    return found?.id;
  }

  /** The id of the last entry; a stream without any gets one, or is read from its beginning. */
  async #lastOf(key: string): Promise<string> {
    const { commands, form } = this.#parts;
    const [last] = await this.#entries(commands, key, "XREVRANGE", key, "+", "-", "COUNT", "1");
    if (last !== undefined) return last.id;
    if (form.begin === undefined) return "0-0";
    const id = textIn(await commands.send(key, "XADD", key, "*", ...form.begin));
    this.#prolong(key);
    return id;
  }

  #prolong(key: string): void {
    const { commands, form } = this.#parts;
    if (form.idleS === undefined) return;
    const appended = this.#appended.get(key) ?? 0;
    this.#appended.set(key, appended + 1);
    if (appended % PROLONG_EVERY !== 0) return;
    // A stream that lives shorter or longer than it might is no fault of anybody's.
    commands.send(key, "EXPIRE", key, String(form.idleS)).catch(() => undefined);
  }

  /** Has the waiting connection look at the topics that there are now. */
  async #wake(): Promise<void> {
    const { commands } = this.#parts;
    const key = this.#parts.wakeKey;
    await commands.send(key, "XADD", key, "MAXLEN", "1", "*", "wake", "1");
    // Without it the key is left for as long as Redis lives: no harm, but no use either.
    commands.send(key, "EXPIRE", key, WAKE_S).catch(() => undefined);
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
      (error: unknown) => {
        this.#isReading = false;
        for (const entry of this.#followers) entry.isDoubtful = true;
        this.#failed(error);
        this.#parts.surroundings.after(RETRY_MS, () => this.#read());
      },
    );
  }

  /** A connection that is lost is told by the status of the bus; what Redis refuses is told here, once. */
  #failed(error: unknown): void {
    const { waiting, surroundings } = this.#parts;
    const { code, message } = busErrorOf("read the log", waiting.isReady ? "up" : "down", error);
    if (this.#isFailing || code !== "BOWLINE_BUS_REFUSED") return;
    this.#isFailing = true;
    surroundings.warn(code, message);
  }

  async #readOn(): Promise<void> {
    const { waiting } = this.#parts;
    const entries = [...this.#followers];
    const command = ["XREAD", "COUNT", String(this.#batch), "BLOCK", String(BLOCK_MS), "STREAMS"];
    const names = entries.map(({ topic }) => topic);
    const ids = entries.map(({ last }) => last);
    const answer = await waiting.send(
      this.#parts.wakeKey,
      ...command,
      this.#parts.wakeKey,
      ...names,
      this.#lastWake,
      ...ids,
    );
    this.#isFailing = false;
    const read = new Map(listIn(answer).map((part) => streamIn(part, this.#parts.form)));
    this.#lastWake = read.get(this.#parts.wakeKey)?.at(-1)?.id ?? this.#lastWake;
    const asked = this.#batch;
    this.#chooseBatch([...read.values()].flat());
    for (const entry of entries) await this.#tell(entry, read.get(entry.topic) ?? [], asked);
  }

  /** Large entries are read by fewer at once. */
  #chooseBatch(entries: readonly StreamEntry[]): void {
    const bytes = entries.reduce((sum, entry) => sum + (entry.bytes?.byteLength ?? 0), 0);
    this.#batch = bytes > ANSWER_BYTES ? Math.max(1, this.#batch >> 1) : Math.min(BATCH, this.#batch << 1);
  }

  async #tell(entry: Follower, found: readonly StreamEntry[], asked: number): Promise<void> {
    // Who is so far behind, or was away, may find that the end of what it has read is not there any more.
    if ((entry.isDoubtful || found.length >= asked) && (await this.#hasGap(entry))) {
      this.#call(entry, () => this.#isFollowing(entry) && entry.follower.gap());
    }
    entry.isDoubtful = false;
    for (const { id, bytes } of found) {
      if (!this.#isFollowing(entry)) return;
      entry.last = id;
      if (bytes !== undefined) this.#call(entry, () => entry.follower.entry({ offset: id, bytes }));
    }
  }

  /** Whether the last entry was trimmed, and others perhaps with it. One that a master took along leaves earlier ones behind. */
  async #hasGap({ topic, last }: Follower): Promise<boolean> {
    return (await this.#entries(this.#parts.waiting, topic, "XREVRANGE", topic, last, "-", "COUNT", "1")).length === 0;
  }

  #isFollowing(entry: Follower): boolean {
    return this.#followers.has(entry);
  }

  #call({ topic }: Follower, tell: () => unknown): void {
    try {
      tell();
    } catch (error) {
      const text = `A follower of the log in "${topic}" has thrown: ${String(error)}`;
      this.#parts.surroundings.warn("BOWLINE_BUS_RECEIVER", text);
    }
  }
}

function streamIn(answer: unknown, form: RecordForm): readonly [string, StreamEntry[]] {
  const [name, entries] = listIn(answer);
  return [textIn(name), entriesIn(entries, form)];
}
