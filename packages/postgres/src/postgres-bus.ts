// A bus over PostgreSQL: NOTIFY carries what is small, a table what is not.
// Place: cluster -> **bus** -> link -> PostgreSQL
// Rules: what a node publishes goes over one connection, in order; values travel as parameters, and names are quoted; the
//        pool stays the program's.
// Source: docs/decisions/0028-cluster-over-a-bus.md

import type { Bus, BusStatus, Leave, Receive } from "@bowline/adapter/cluster";
import type { Cancel } from "@bowline/protocol/internal";
import { Batcher, type Job } from "./batcher.ts";
import type { PostgresPool } from "./client-types.ts";
import { Inbox } from "./inbox.ts";
import { Link } from "./link.ts";
import { channelName } from "./names.ts";
import { checkSize, type PostgresBusOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { ATTACHMENT_HEAD, MAX_PAYLOAD_BYTES, writeBytes } from "./payload.ts";
import { PostgresLog } from "./postgres-log.ts";
import { createPostgresStore } from "./postgres-store.ts";
import { readBytes, readNumber } from "./rows.ts";
import { CLEANUP_ROWS, type Cleanup, cleanup } from "./schema.ts";
import type { Surroundings } from "./surroundings.ts";

interface Message extends Job {
  readonly topic: string;
  readonly channel: string;
  /** What is told; undefined where the bytes go into the table. */
  readonly payload: string | undefined;
  readonly content: Uint8Array;
}

/** The bus. */
class PostgresBus implements Bus {
  readonly maxMessageBytes: number;
  readonly log?: PostgresLog;
  readonly store?: NonNullable<Bus["store"]>;
  readonly #options: ResolvedOptions;
  readonly #surroundings: Surroundings;
  readonly #link: Link;
  readonly #inbox: Inbox;
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  readonly #messages: Batcher<Message, true>;
  #count = 0;
  #stopCleanup: Cancel | undefined;

  constructor(pool: PostgresPool, options: ResolvedOptions, surroundings: Surroundings) {
    this.maxMessageBytes = options.maxMessageBytes;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#link = new Link(pool, options, surroundings, {
      notified: ({ channel, payload = "" }) => {
        this.#inbox.notified(channel, payload);
        this.log?.notified(channel, payload);
      },
      status: (status) => this.#statusChanged(status),
    });
    this.#inbox = new Inbox({ surroundings, fetch: (id) => this.#fetch(id) });
    this.#messages = new Batcher(
      (batch) => this.#send(batch),
      // What is put into the table goes alone.
      (one, other) => one.payload !== undefined && other.payload !== undefined,
    );
    if (!options.keeps) return;
    this.log = new PostgresLog(this.#link, options, surroundings);
    this.store = createPostgresStore(this.#link, options, surroundings.digest);
  }

  get status(): BusStatus {
    return this.#link.status;
  }

  /** Begins to connect. */
  open(): void {
    this.#link.open();
    this.#cleanLater();
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    checkSize(`publish to "${topic}"`, bytes, this.maxMessageBytes);
    const payload = writeBytes(this.#count++, this.#surroundings.toBase64(bytes));
    const isSmall = payload.length <= MAX_PAYLOAD_BYTES;
    const message = {
      topic,
      channel: this.#channelOf(topic),
      payload: isSmall ? payload : undefined,
      content: isSmall ? bytes : new Uint8Array(bytes),
      bytes: payload.length,
    };
    await this.#link.reached(`publish to "${topic}"`);
    await this.#messages.add(message);
  }

  async join(topic: string, receive: Receive): Promise<Leave> {
    const channel = this.#channelOf(topic);
    await this.#link.reached(`join "${topic}"`);
    if (this.#inbox.has(channel)) throw new TypeError(`Cannot join "${topic}": this bus has joined it already`);
    this.#inbox.open(channel, topic, receive);
    try {
      await this.#link.listen(`join "${topic}"`, channel);
    } catch (error) {
      await this.#leave(channel, receive);
      throw error;
    }
    return () => this.#leave(channel, receive);
  }

  async close(): Promise<void> {
    this.#stopCleanup?.();
    this.log?.close();
    this.#link.close();
  }

  async #leave(channel: string, receive: Receive): Promise<void> {
    if (!this.#inbox.close(channel, receive)) return;
    await this.#link.unlisten(channel);
  }

  async #send(batch: readonly Message[]): Promise<readonly true[]> {
    const [first] = batch;
    const what = `publish to "${first?.topic}"`;
    if (first !== undefined && first.payload === undefined) {
      const text = `WITH kept AS (INSERT INTO ${this.#options.tables.attachments} (payload) VALUES ($2) RETURNING id)
        SELECT pg_notify($1, $3::text || kept.id) FROM kept`;
      await this.#link.query(what, text, [first.channel, first.content, ATTACHMENT_HEAD]);
    } else {
      const text =
        "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS message (channel, payload)";
      await this.#link.query(what, text, [batch.map(({ channel }) => channel), batch.map(({ payload }) => payload)]);
    }
    return batch.map(() => true);
  }

  async #fetch(id: string): Promise<Uint8Array> {
    const text = `SELECT payload FROM ${this.#options.tables.attachments} WHERE id = $1`;
    const { rows } = await this.#link.queryPool("fetch a large message", text, [id]);
    if (rows.length === 0)
      throw new Error("it has been deleted before it was fetched; see the option cleanupIntervalMs");
    return readBytes(rows[0], "payload");
  }

  #statusChanged(status: BusStatus): void {
    if (status === "up") this.log?.resume();
    for (const listener of [...this.#listeners]) listener(status);
  }

  #cleanLater(): void {
    // Nodes that start together do not clean up together.
    const delayMs = this.#options.cleanupIntervalMs * (0.5 + this.#surroundings.fraction());
    this.#stopCleanup = this.#surroundings.clock.after(delayMs, () => void this.#clean());
  }

  async #clean(): Promise<void> {
    try {
      for (const step of cleanup(this.#options)) while (await this.#leavesMore(step));
    } catch {
      // The next time is not far; what stays until then is read by nobody.
    }
    if (this.#link.status !== "closed") this.#cleanLater();
  }

  /** @returns whether it has deleted as much as it may, so that more may be left. */
  async #leavesMore({ text, values }: Cleanup): Promise<boolean> {
    const { rows } = await this.#link.queryPool("clean up", text, values);
    return readNumber(rows[0], "gone") === CLEANUP_ROWS;
  }

  #channelOf(topic: string): string {
    return channelName(this.#options.channelPrefix, "topic", topic, this.#surroundings.digest);
  }
}

/** Makes a bus of the parts that are handed in, and has it connect. */
export function createPostgresBus(pool: PostgresPool, options: PostgresBusOptions, surroundings: Surroundings): Bus {
  const max = pool.options?.max;
  if (max !== undefined && max < 2) {
    const reason =
      "one connection is the bus's own, and it takes others for a moment; raise the option max of the pool";
    throw new RangeError(`Cannot use a pool of ${max} connection: ${reason}`);
  }
  const bus = new PostgresBus(pool, resolveOptions(options), surroundings);
  bus.open();
  return bus;
}
