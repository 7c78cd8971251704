// The log in JetStream: a stream for each topic.
// Place: cluster -> bus (**log**) -> link -> JetStream
// Rules: JetStream numbers the messages of a stream without a hole, and the eldest go first: where the next one is there, all
//        behind it are; streams are made when they are first asked for.
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
import { Arrivals } from "./arrivals.ts";
import { findStream } from "./find-stream.ts";
import { type KeepingOptions, toNanos } from "./jetstream-options.ts";
import type { JetStream, StreamConsumption, StreamFacts, StreamMessage } from "./jetstream-types.ts";
import type { Link } from "./link.ts";
import { epochOf, StreamReader } from "./stream-reader.ts";
import { tokenOf } from "./subjects.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long a question for new messages stands, in milliseconds: that nothing comes is noticed after about as long. */
const PULL_MS = 5_000;

/** What a log needs. */
export interface LogHost {
  readonly jetstream: JetStream;
  readonly link: Link;
  readonly prefix: string;
  readonly surroundings: Surroundings;
}

/** Logs of topics. */
export class JetStreamLog implements BusLog {
  readonly #host: LogHost;
  readonly #options: KeepingOptions;
  /** When the streams of topics were made, as far as is known. */
  readonly #epochs: Map<string, Promise<number>> = new Map();
  readonly #readers: Set<StreamReader> = new Set();

  constructor(host: LogHost, options: KeepingOptions) {
    this.#host = host;
    this.#options = options;
    host.link.onStatus((status) => {
      // Whoever comes back may have lost its streams.
      if (status === "up") this.#checkAll();
    });
  }

  async append(topic: string, bytes: Uint8Array): Promise<Offset> {
    const { jetstream, link } = this.#host;
    const what = `append to the log of "${topic}"`;
    link.checkSize(what, bytes);
    link.check(what);
    const sent = new Uint8Array(bytes);
    try {
      const epoch = await link.answer(what, this.#epochOf(topic));
      const { seq } = await link.answer(what, jetstream.client.publish(this.#subjectOf(topic), sent));
      return writeOffset({ epoch, seq });
    } catch (error) {
      this.#epochs.delete(topic);
      throw error;
    }
  }

  async follow(topic: string, follower: LogFollower): Promise<{ readonly from: Offset; readonly leave: Leave }> {
    const { link } = this.#host;
    const what = `follow the log of "${topic}"`;
    link.check(what);
    const facts = await link.answer(what, this.#find(topic));
    const from = { epoch: epochOf(facts), seq: facts.state.last_seq };
    const reader = this.#readerOf(topic, follower, from);
    this.#readers.add(reader);
    const leave = async (): Promise<void> => {
      this.#readers.delete(reader);
      await reader.stop().catch(() => undefined);
    };
    try {
      await link.answer(what, reader.start());
    } catch (error) {
      await leave();
      throw error;
    }
    return { from: writeOffset(from), leave };
  }

  async *read(topic: string, after: Offset): AsyncIterable<BusLogEntry> {
    const what = `read the log of "${topic}"`;
    this.#host.link.check(what);
    const position = readOffset(after);
    if (position === undefined) throw new TypeError(`Cannot ${what}: "${after}" is no offset of it`);
    const facts = await this.#host.link.answer(what, this.#find(topic));
    if (!isReached(facts, position)) throw this.#trimmed(what, after);
    const { last_seq } = facts.state;
    const { epoch } = position;
    let next = position.seq + 1;
    if (next > last_seq) return;
    const arrivals = new Arrivals();
    const consumption = await this.#host.link.answer(what, this.#consume(topic, next, arrivals.add));
    try {
      // What went before the consumer was there does not come, and nothing says so.
      const now = await this.#host.link.answer(what, this.#find(topic));
      if (!isReached(now, position)) throw this.#trimmed(what, after);
      while (next <= last_seq) {
        for (const { seq, data } of await this.#host.link.answer(what, arrivals.take())) {
          // A consumer that was made anew by the client begins where the one before it was.
          if (seq < next || seq > last_seq) continue;
          if (seq > next) throw this.#trimmed(what, after);
          next++;
          yield { offset: writeOffset({ epoch, seq }), bytes: data };
        }
      }
    } finally {
      consumption.close().catch(() => undefined);
    }
  }

  async reaches(topic: string, offset: Offset): Promise<boolean> {
    const what = `ask for an offset of the log of "${topic}"`;
    this.#host.link.check(what);
    const position = readOffset(offset);
    if (position === undefined) return false;
    return isReached(await this.#host.link.answer(what, this.#find(topic)), position);
  }

  compare(one: Offset, other: Offset): number {
    return compareOffsets(one, other);
  }

  close(): void {
    for (const reader of this.#readers) reader.stop().catch(() => undefined);
    this.#readers.clear();
  }

  #checkAll(): void {
    this.#epochs.clear();
    for (const reader of this.#readers) void reader.check();
  }

  #readerOf(topic: string, follower: LogFollower, from: LogPosition): StreamReader {
    const { surroundings } = this.#host;
    return new StreamReader(
      {
        after: (ms, action) => surroundings.clock.after(ms, action),
        find: () => this.#find(topic),
        consume: (seq, callback) => this.#consume(topic, seq, callback),
        thrown: (error) => {
          surroundings.warn("BOWLINE_BUS_RECEIVER", `A follower of the log of "${topic}" has thrown: ${String(error)}`);
        },
      },
      follower,
      from,
    );
  }

  async #consume(topic: string, seq: number, callback: (message: StreamMessage) => void): Promise<StreamConsumption> {
    const options = { deliver_policy: "by_start_sequence", opt_start_seq: seq } as const;
    const consumer = await this.#host.jetstream.client.consumers.get(this.#streamOf(topic), options);
    return consumer.consume({ callback, expires: PULL_MS });
  }

  #epochOf(topic: string): Promise<number> {
    const known = this.#epochs.get(topic);
    if (known !== undefined) return known;
    const asked = this.#find(topic).then(epochOf);
    this.#epochs.set(topic, asked);
    return asked;
  }

  #find(topic: string): Promise<StreamFacts> {
    const { storage, replicas, logMaxAgeMs, logMaxEntries, logMaxBytes } = this.#options;
    return findStream(this.#host.jetstream.manager, {
      name: this.#streamOf(topic),
      subjects: [this.#subjectOf(topic)],
      storage,
      num_replicas: replicas,
      max_age: toNanos(logMaxAgeMs),
      max_msgs: logMaxEntries,
      max_bytes: logMaxBytes,
    });
  }

  #trimmed(what: string, after: Offset): BusError {
    const limits = "see the options logMaxAgeMs, logMaxEntries and logMaxBytes";
    const text = `Cannot ${what}: entries behind "${after}" have been deleted; ${limits}`;
    return new BusError("BOWLINE_BUS_LOG_TRIMMED", text);
  }

  #streamOf(topic: string): string {
    return `${this.#host.prefix}-log-${tokenOf(topic, this.#host.surroundings.digest)}`;
  }

  #subjectOf(topic: string): string {
    return `${this.#host.prefix}.l.${tokenOf(topic, this.#host.surroundings.digest)}`;
  }
}

/** Whether everything behind a position is there. */
function isReached(facts: StreamFacts, { epoch, seq }: LogPosition): boolean {
  const { first_seq, last_seq } = facts.state;
  return epochOf(facts) === epoch && seq >= first_seq - 1 && seq <= last_seq;
}
