// The log in PostgreSQL: a row for each entry, and a row for each topic that counts them.
// Place: cluster -> bus (**log**) -> link -> PostgreSQL
// Rules: an entry's number is taken from the row of its topic, which the transaction keeps locked until it is committed. So
//        number n + 1 is given after n has been committed, and can be seen: whoever sees n + 1 sees n, no reader passes over
//        an entry that is committed late. (A sequence would give numbers out before, and keep none of that.) A transaction
//        that fails takes its number back: numbers have no holes, and a hole that a reader meets is one that was deleted.
//        The notification is of the same transaction, and comes when the row can be seen. A log whose count is behind what
//        was told has lost entries, as that of a replica has that took over late: it begins anew.
// Source: docs/decisions/0028-cluster-over-a-bus.md

import {
  BusError,
  type BusLog,
  type BusLogEntry,
  compareOffsets,
  type Leave,
  type LogFollower,
  type LogPosition,
  type Offset,
  readOffset,
  writeOffset,
} from "@bowline/adapter/cluster";
import { Batcher, type Job } from "./batcher.ts";
import type { Link } from "./link.ts";
import { type KeptEntry, LogReader } from "./log-reader.ts";
import { channelName, keyName } from "./names.ts";
import { checkSize, type ResolvedOptions } from "./options.ts";
import { MAX_PAYLOAD_BYTES, readLogPayload } from "./payload.ts";
import { readBytes, readNumber } from "./rows.ts";
import type { Surroundings } from "./surroundings.ts";

const PAGE = 500;
const EPOCH_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

interface Append extends Job {
  readonly topic: string;
  readonly base64: string;
}

/** Logs of topics. */
export class PostgresLog implements BusLog {
  readonly #link: Link;
  readonly #options: ResolvedOptions;
  readonly #surroundings: Surroundings;
  readonly #readers: Map<string, Set<LogReader>> = new Map();
  /** What comes for followers that do not know yet where they begin. */
  readonly #early: Map<string, Set<string[]>> = new Map();
  readonly #appends: Batcher<Append, Offset>;

  constructor(link: Link, options: ResolvedOptions, surroundings: Surroundings) {
    this.#link = link;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#appends = new Batcher(
      (jobs) => this.#write(jobs),
      (one, other) => one.topic === other.topic,
    );
  }

  async append(topic: string, bytes: Uint8Array): Promise<Offset> {
    checkSize(`append to the log of "${topic}"`, bytes, this.#options.maxMessageBytes);
    const base64 = this.#surroundings.toBase64(bytes);
    return this.#appends.add({ topic, base64, bytes: base64.length });
  }

  async follow(topic: string, follower: LogFollower): Promise<{ readonly from: Offset; readonly leave: Leave }> {
    const what = `follow the log of "${topic}"`;
    await this.#link.reached(what);
    const channel = this.#channelOf(topic);
    const readers = this.#readers.get(channel) ?? new Set();
    this.#readers.set(channel, readers);
    // Listens first: what is appended between that and the question for the end is told by both, and heard once.
    const early: string[] = [];
    const waiting = this.#early.get(channel) ?? new Set();
    this.#early.set(channel, waiting.add(early));
    try {
      await this.#link.listen(what, channel);
      const from = await this.#head(what, topic);
      const reader = new LogReader(this.#hostOf(topic), follower, from);
      readers.add(reader);
      for (const payload of early) this.#tell(reader, payload);
      return { from: writeOffset(from), leave: () => this.#leave(channel, reader) };
    } catch (error) {
      await this.#letGo(channel);
      throw error;
    } finally {
      waiting.delete(early);
      if (waiting.size === 0) this.#early.delete(channel);
    }
  }

  async *read(topic: string, after: Offset): AsyncIterable<BusLogEntry> {
    const what = `read the log of "${topic}"`;
    const position = readOffset(after);
    if (position === undefined) throw new TypeError(`Cannot ${what}: "${after}" is no offset of it`);
    const head = await this.#head(what, topic);
    let expected = position.seq + 1;
    for await (const { epoch, seq, bytes } of this.#rows(what, topic, position, head.seq)) {
      if (epoch !== position.epoch || seq !== expected) throw this.#trimmed(what, after);
      expected++;
      yield { offset: writeOffset({ epoch, seq }), bytes };
    }
    if (head.epoch !== position.epoch || expected <= head.seq) throw this.#trimmed(what, after);
  }

  async reaches(topic: string, offset: Offset): Promise<boolean> {
    const what = `ask for an offset of the log of "${topic}"`;
    const position = readOffset(offset);
    if (position === undefined) return false;
    const { heads, log } = this.#options.tables;
    // Numbers have no holes, and the eldest go first: where the next one is there, all behind it are.
    const { rows } = await this.#link.queryPool(
      what,
      `SELECT 1 FROM ${heads} AS head WHERE topic = $1 AND epoch = $2 AND (seq = $3 OR EXISTS (
         SELECT 1 FROM ${log} AS entry WHERE entry.topic = $1 AND entry.epoch = $2 AND entry.seq = $3::bigint + 1))`,
      [this.#keyOf(topic), position.epoch, position.seq],
    );
    return rows.length > 0;
  }

  compare(one: Offset, other: Offset): number {
    return compareOffsets(one, other);
  }

  /** Something came over a channel. */
  notified(channel: string, payload: string): void {
    for (const early of this.#early.get(channel) ?? []) early.push(payload);
    for (const reader of [...(this.#readers.get(channel) ?? [])]) this.#tell(reader, payload);
  }

  /** The connection is there again: who follows may have missed something. */
  resume(): void {
    for (const readers of this.#readers.values()) for (const reader of readers) reader.resume();
  }

  close(): void {
    for (const readers of this.#readers.values()) for (const reader of readers) reader.stop();
    this.#readers.clear();
  }

  #tell(reader: LogReader, payload: string): void {
    const read = readLogPayload(payload);
    if (read !== undefined) reader.appended(read);
  }

  async #leave(channel: string, reader: LogReader): Promise<void> {
    reader.stop();
    this.#readers.get(channel)?.delete(reader);
    await this.#letGo(channel);
  }

  async #letGo(channel: string): Promise<void> {
    if ((this.#readers.get(channel)?.size ?? 0) > 0) return;
    this.#readers.delete(channel);
    await this.#link.unlisten(channel);
  }

  async #write(jobs: readonly Append[]): Promise<readonly Offset[]> {
    const topic = jobs[0]?.topic ?? "";
    const { heads, log } = this.#options.tables;
    const { rows } = await this.#link.query(
      `append to the log of "${topic}"`,
      `WITH head AS (
         INSERT INTO ${heads} AS known (topic, epoch, seq) VALUES ($1, ${EPOCH_NOW}, $4::bigint)
         ON CONFLICT (topic) DO UPDATE SET seq = known.seq + $4::bigint RETURNING epoch, seq
       ), given AS (
         SELECT head.epoch, head.seq - $4::bigint + entry.place AS seq, entry.base64
         FROM head, unnest($2::text[]) WITH ORDINALITY AS entry (base64, place)
       ), kept AS (
         INSERT INTO ${log} (topic, epoch, seq, payload)
         SELECT $1, epoch, seq, decode(base64, 'base64') FROM given
       ), told AS (
         SELECT epoch, seq, epoch || '-' || seq AS place, base64 FROM given ORDER BY seq
       )
       SELECT epoch, seq, pg_notify($3, CASE WHEN length(place) + length(base64) < ${MAX_PAYLOAD_BYTES}
         THEN place || ':' || base64 ELSE place END) FROM told ORDER BY seq`,
      [this.#keyOf(topic), jobs.map(({ base64 }) => base64), this.#channelOf(topic), jobs.length],
    );
    return rows.map((row) => writeOffset({ epoch: readNumber(row, "epoch"), seq: readNumber(row, "seq") }));
  }

  /** How far a log has come; one that is asked for has begun. */
  async #head(what: string, topic: string): Promise<LogPosition> {
    const { heads } = this.#options.tables;
    const { rows } = await this.#link.query(
      what,
      `INSERT INTO ${heads} AS known (topic, epoch, seq) VALUES ($1, ${EPOCH_NOW}, 0)
       ON CONFLICT (topic) DO UPDATE SET seq = known.seq RETURNING epoch, seq`,
      [this.#keyOf(topic)],
    );
    return { epoch: readNumber(rows[0], "epoch"), seq: readNumber(rows[0], "seq") };
  }

  /** As `#head`; numbers that were told are not given a second time. */
  async #headNotBehind(what: string, topic: string, { epoch, seq }: LogPosition): Promise<LogPosition> {
    const head = await this.#head(what, topic);
    if (head.epoch !== epoch || head.seq >= seq) return head;
    await this.#link.query(
      what,
      `UPDATE ${this.#options.tables.heads} SET epoch = greatest(epoch + 1, ${EPOCH_NOW}), seq = 0
       WHERE topic = $1 AND epoch = $2 AND seq < $3`,
      [this.#keyOf(topic), epoch, seq],
    );
    return this.#head(what, topic);
  }

  async *#rows(what: string, topic: string, after: LogPosition, upTo: number): AsyncIterable<KeptEntry> {
    let position = after;
    for (;;) {
      const { rows } = await this.#link.queryPool(
        what,
        `SELECT epoch, seq, payload FROM ${this.#options.tables.log}
         WHERE topic = $1 AND epoch = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT ${PAGE}`,
        [this.#keyOf(topic), position.epoch, position.seq, upTo],
      );
      for (const row of rows) {
        position = { epoch: readNumber(row, "epoch"), seq: readNumber(row, "seq") };
        yield { ...position, bytes: readBytes(row, "payload") };
      }
      if (rows.length < PAGE) return;
    }
  }

  #hostOf(topic: string): ConstructorParameters<typeof LogReader>[0] {
    const { warn, fromBase64 } = this.#surroundings;
    const what = `read the log of "${topic}"`;
    return {
      fromBase64,
      readBehind: (position) => this.#behind(what, topic, position),
      // While the connection is away that is no surprise, and it is read again when it is back.
      failed: (error) => {
        if (this.#link.status === "up") warn("BOWLINE_BUS_MESSAGE_LOST", String(error));
      },
      thrown: (error) =>
        warn("BOWLINE_BUS_RECEIVER", `A follower of the log of "${topic}" has thrown: ${String(error)}`),
    };
  }

  /** What is behind a position; where the log has begun anew since then, all of it. */
  async *#behind(what: string, topic: string, position: LogPosition): AsyncIterable<KeptEntry> {
    const head = await this.#headNotBehind(what, topic, position);
    const from = head.epoch === position.epoch ? position : { epoch: head.epoch, seq: 0 };
    yield* this.#rows(what, topic, from, Number.MAX_SAFE_INTEGER);
  }

  #trimmed(what: string, after: Offset): BusError {
    const text = `Cannot ${what}: entries behind "${after}" have been deleted; see the options logMaxAgeMs, logMaxEntries`;
    return new BusError("BOWLINE_BUS_LOG_TRIMMED", text);
  }

  #keyOf(topic: string): string {
    return keyName(this.#options.channelPrefix, topic, this.#surroundings.digest);
  }

  #channelOf(topic: string): string {
    return channelName(this.#options.channelPrefix, "log", topic, this.#surroundings.digest);
  }
}
