// The log of a namespace as one node sees it: it is followed, its end is kept, and those who come back read from it.
// Place: recovering adapter -> **replicated log** -> record -> bus -> the broker, and back the same way
// Rules: events are told in the log's order, each once; as long as events have been told that the log has not shown yet,
//        what leaves has an offset of the node's own epoch, so that who shows an offset of the log has had all that lies
//        before it; the same holds for events that the broker has lost again; between what is read from the broker and what
//        is in memory nothing is missing, and nothing is twice.
// Source: docs/protocol/socket-5.md, "Recovery"

import { type Cancel, createId, type Random } from "@bowline/protocol/internal";
import type { Bus, BusLogEntry } from "./bus.ts";
import { decodeRecord, type EventRecord, type LogRecord, type RecordBody } from "./log-record.ts";
import { LogReview } from "./log-review.ts";
import { LogSubscription } from "./log-subscription.ts";
import { LogTail, type TailEntry, type TailLimits } from "./log-tail.ts";
import { LogWriter, type LogWriterOptions } from "./log-writer.ts";
import type { Offset } from "./message.ts";
import type { DropReason } from "./outbox.ts";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";
import { ShownRecords } from "./shown-records.ts";
import { within } from "./within.ts";

/** So many characters tell the offsets and the records of two nodes apart. */
const EPOCH_LENGTH = 8;
/** How long who comes back may wait for this node to have read as much as it has had, in milliseconds. */
const CATCH_UP_MS = 3_000;
/** How often what is too old is looked for, in milliseconds. */
const SWEEP_MS = 5_000;
/** How long what the broker has lost may take until its writer has written it once more, in milliseconds. */
const RETURN_MS = 10_000;

/** What a log is made of. */
export interface ReplicatedLogOptions extends Omit<LogWriterOptions, "bus" | "writer"> {
  readonly bus: Pick<Bus, "status" | "onStatus">;
  readonly random: Random;
  readonly limits: TailLimits;
}

/** Who lives by the log. */
export interface LogOwner {
  /** The log has been reached: `position` is known. */
  ready(): void;
  /** Tells the clients of this node of an event. */
  deliver(event: EventRecord, offset: Offset): void;
  /** Somebody has taken a session over. */
  taken(sid: string, fence: number): void;
  /** Events of others have gone before this node could read them. */
  missed(): void;
  /** An event was told to the clients of this node alone. */
  dropped(reason: DropReason, error: Error): void;
  warn(text: string): void;
  reportUncaught(error: unknown): void;
}

/**
 * What somebody has missed, as far as this node has told its clients of it.
 * @throws RangeError when some of it has gone meanwhile.
 */
export type ReadMissed = () => readonly TailEntry[];

/** The log of one namespace. */
export class ReplicatedLog {
  readonly #options: ReplicatedLogOptions;
  readonly #owner: LogOwner;
  readonly #tail: LogTail;
  /** The name under which this node writes. */
  readonly name: string;
  readonly #writer: LogWriter;
  readonly #subscription: LogSubscription;
  readonly #review: LogReview;
  readonly #shown: ShownRecords;
  readonly #waiting: Set<() => void> = new Set();
  /** Settles when nobody reads from the broker any more; never rejected. */
  #finding: Promise<unknown> = Promise.resolve();
  readonly #nonsense: RecurringWarning;
  #isClosed = false;
  #sweep: Cancel | undefined;
  #giveUp: Cancel | undefined;

  constructor(options: ReplicatedLogOptions, owner: LogOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#tail = new LogTail(options.limits, options.log.compare);
    this.#shown = new ShownRecords(options.log.compare);
    this.name = createId(options.random).slice(0, EPOCH_LENGTH);
    const position = () => this.#tail.last;
    this.#writer = new LogWriter(
      { ...options, writer: this.name },
      {
        get position() {
          return position();
        },
        tell: (body) => this.#tellWithout(body),
        inStep: () => this.#wake(),
        reach: () => this.#review.back(),
        dropped: (reason, error) => owner.dropped(reason, error),
        warn: (text) => owner.warn(text),
      },
    );
    this.#subscription = new LogSubscription(options, {
      entry: (entry) => this.#entry(entry),
      gap: () => this.#gap(),
      followed: (from) => this.#followed(from),
      away: () => {
        this.#review.away();
        this.#writer.hold();
      },
      back: () => this.#review.back(),
    });
    this.#review = new LogReview(options, {
      get position() {
        return position();
      },
      lost: (from, to) => this.#lose(from, to),
      done: () => {
        this.#writer.resume();
        this.#wake();
      },
    });
    this.#nonsense = new RecurringWarning(options.clock, (text) => owner.warn(text));
  }

  /** How far this node has told its clients of the log; undefined before it has been reached. */
  get position(): Offset | undefined {
    return this.#tail.last;
  }

  /** The offset for what leaves now and is not in the log. */
  get currentOffset(): Offset {
    return this.#offsetOr(this.#tail.last);
  }

  /** Begins. */
  start(): void {
    this.#subscription.start();
  }

  /**
   * Writes a record; an event is told to the clients of this node as well.
   * @returns settles when it has been told; it is never rejected.
   * @throws whatever data throws that has no MessagePack.
   */
  append(body: RecordBody): Promise<void> {
    return this.#writer.append(body);
  }

  /** @returns settles once the log has shown what this node wrote before, or will never show it. */
  flushed(): Promise<void> {
    return this.#writer.flushed();
  }

  /**
   * Finds what somebody has missed who has had everything up to an offset.
   * @param after an offset that the log has given.
   * @returns undefined when some of it has gone.
   */
  async missedSince(after: Offset): Promise<ReadMissed | undefined> {
    if (!(await this.#hasCaughtUp(after))) return undefined;
    if (this.#tail.reaches(after)) return () => this.#inStep(after, []);
    // One after the other: what was read from the broker for one the next one finds in memory.
    const finding = this.#finding.then(() => this.#findElder(after));
    const over = finding.catch(() => undefined);
    this.#finding = within(this.#options.clock, CATCH_UP_MS, over, () => undefined);
    return finding;
  }

  /** Lets go of everything. @returns settles once the broker knows; it is never rejected, and may wait as long as it does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sweep?.();
    this.#giveUp?.();
    this.#review.close();
    this.#writer.close();
    this.#wake();
    await this.#subscription.close();
  }

  /** The broker has lost entries that this node has told of: those who have written them write them once more. */
  #lose(from: Offset, to: Offset): void {
    const lost = this.#shown.lose(from, to);
    if (lost === undefined) {
      this.#gap();
      return;
    }
    this.#tail.lose(from, to);
    this.#writer.takeBack(lost.flatMap(({ writer, number }) => (writer === this.name ? [number] : [])));
    this.#giveUp?.();
    this.#giveUp = this.#options.clock.after(RETURN_MS, () => {
      this.#shown.giveUp();
      this.#wake();
    });
  }

  #followed(from: Offset): void {
    // Entries may have come before the answer did.
    if (this.#tail.last === undefined) this.#begin(from);
    this.#owner.ready();
    this.#writer.begin();
    this.#watch();
    this.#wake();
  }

  /** The log shows an entry. */
  #entry({ offset, bytes }: BusLogEntry): void {
    if (this.#isClosed) return;
    if (this.#tail.last === undefined) this.#begin(offset);
    const record = this.#read(bytes);
    const showing = this.#shown.show(offset, record?.origin);
    if (record === undefined || showing === "again") {
      this.#tail.advance(offset);
      return;
    }
    const { body, origin } = record;
    if (body.kind === "event") this.#tail.append(this.#tailEntry(body, offset, bytes));
    else this.#tail.advance(offset);
    const own = origin.writer === this.name ? this.#writer.shown(origin.number) : undefined;
    if (showing === "new" && own?.isTold !== true) this.#perform(body, this.#offsetOr(offset));
    own?.settle();
    this.#wake();
  }

  /** Something happens before the log shows it, or without it. */
  #tellWithout(body: RecordBody): void {
    this.#perform(body, this.currentOffset);
  }

  #perform(body: RecordBody, offset: Offset): void {
    try {
      if (body.kind === "event") this.#owner.deliver(body, offset);
      else this.#owner.taken(body.sid, body.fence);
    } catch (error) {
      this.#owner.reportUncaught(error);
    }
  }

  #gap(): void {
    const { last } = this.#tail;
    if (this.#isClosed || last === undefined) return;
    // What follows has nothing before it that this node knows of.
    this.#begin(last);
    this.#owner.missed();
  }

  #begin(behind: Offset): void {
    this.#tail.begin(behind);
    this.#shown.begin(behind);
  }

  #read(bytes: Uint8Array): LogRecord | undefined {
    try {
      const record = decodeRecord(bytes);
      if (record?.origin.writer === this.name && record.origin.number > this.#writer.lastNumber) {
        throw new SyntaxError(
          "Cannot read a record of the log: it has the name of this node, which has not written it",
        );
      }
      this.#nonsense.over();
      return record;
    } catch (error) {
      this.#nonsense.give(reasonOf(error));
      return undefined;
    }
  }

  /** Whether everything that was told has its place in the log. */
  get #isInStep(): boolean {
    return this.#writer.isInStep && !this.#shown.isAhead && this.#review.isSure;
  }

  #tailEntry({ rooms, except, data }: EventRecord, offset: Offset, { byteLength }: Uint8Array): TailEntry {
    const to = { rooms: new Set(rooms), except: new Set(except) };
    return { offset, to, data: [...data, offset], byteLength, cameAtMs: this.#options.clock.now() };
  }

  #offsetOr(offset: Offset | undefined): Offset {
    return offset === undefined || !this.#isInStep ? `${this.name}.${this.#writer.told.toString(36)}` : offset;
  }

  /** @throws RangeError when events were told meanwhile that are not in the log yet, or have gone from memory. */
  #inStep(after: Offset, elder: readonly TailEntry[]): readonly TailEntry[] {
    const { last } = this.#tail;
    if (!this.#isInStep || last === undefined) {
      throw new RangeError(`Cannot read the log after "${after}": events were told that are not in it yet`);
    }
    const { compare } = this.#options.log;
    // What was read ahead is told when the log shows it.
    const read = elder.filter(({ offset }) => compare(offset, last) <= 0);
    return compare(after, last) >= 0 ? read : [...read, ...this.#tail.after(after)];
  }

  async #findElder(after: Offset): Promise<ReadMissed | undefined> {
    if (this.#tail.reaches(after)) return () => this.#inStep(after, []);
    const elder = await this.#readElder(after);
    const { floor } = this.#tail;
    if (elder === undefined || floor === undefined) return undefined;
    const { events, lastRead } = elder;
    if (this.#options.log.compare(lastRead, floor) < 0) return undefined;
    return this.#tail.extend(after, lastRead, events)
      ? () => this.#inStep(after, [])
      : () => this.#inStep(lastRead, events);
  }

  /** Reads what has gone from memory. @returns undefined when it has gone from the log, too, or is too much. */
  async #readElder(
    after: Offset,
  ): Promise<{ readonly events: readonly TailEntry[]; readonly lastRead: Offset } | undefined> {
    const { log, topic, limits } = this.#options;
    const events: TailEntry[] = [];
    const seen = new Map<string, number>();
    let lastRead = after;
    let bytesRead = 0;
    for await (const { offset, bytes } of log.read(topic, after)) {
      lastRead = offset;
      bytesRead += bytes.byteLength;
      if (bytesRead > limits.maxBytes) return undefined;
      const record = this.#read(bytes);
      if (record === undefined || record.body.kind !== "event") continue;
      const { writer, number } = record.origin;
      if (number <= (seen.get(writer) ?? 0)) continue;
      seen.set(writer, number);
      events.push(this.#tailEntry(record.body, offset, bytes));
    }
    // Entries may have gone while it was read.
    return (await log.reaches(topic, after)) ? { events, lastRead } : undefined;
  }

  /** Waits until this node has told its clients of the log up to an offset. */
  #hasCaughtUp(offset: Offset): Promise<boolean> {
    const isThere = (): boolean => {
      const { last } = this.#tail;
      return last !== undefined && this.#isInStep && this.#options.log.compare(last, offset) >= 0;
    };
    if (isThere()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (): void => {
        stop();
        this.#waiting.delete(look);
        resolve(isThere());
      };
      const look = (): void => {
        if (isThere() || this.#isClosed) finish();
      };
      const stop = this.#options.clock.after(CATCH_UP_MS, finish);
      this.#waiting.add(look);
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  #watch(): void {
    this.#sweep = this.#options.clock.coarse(SWEEP_MS, () => {
      this.#tail.expire(this.#options.clock.now());
      this.#watch();
    });
  }
}
