// What one node writes to the log of a namespace, and what its own clients are told meanwhile.
// Place: recovering adapter -> replicated log (**writer**) -> record -> bus -> the broker
//
//   waiting --the log is followed--> flowing: a record is handed over, and told here once the log shows it
//   flowing --broker away--> holding: told here at once, and kept
//   holding --broker is there--> what it has lost is taken back; what may have arrived is looked up, what has not is handed
//                                over, in order --> flowing
//
// It has more than 300 lines since a machine's transitions stand in one place.
// Rules: what is written is told here once and in order, whatever becomes of the record, and after a while without it; what
//        waits for the log, whether its broker is away or slow, is limited, and what finds no room is told here alone.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus, BusLog } from "./bus.ts";
import type { BusErrorCode } from "./bus-error.ts";
import { decodeRecord, encodeRecord, type RecordBody } from "./log-record.ts";
import type { Offset } from "./message.ts";
import type { DropReason } from "./outbox.ts";
import { RecurringWarning } from "./recurring-warning.ts";
import { within } from "./within.ts";
import { WrittenRecords } from "./written-records.ts";

/** How long a record may be on its way before it is told without the log, in milliseconds. */
const PATIENCE_MS = 3_000;
/** How soon a failed attempt is repeated while the broker seems to be there, in milliseconds. */
const RETRY_MS = 500;
/** How long the broker may take to tell which records have arrived, in milliseconds. */
const LOOKING_UP_MS = 5_000;
/** What a record takes up besides its bytes. */
const RECORD_COST_BYTES = 500;

/** What a writer is made of. */
export interface LogWriterOptions {
  readonly bus: Pick<Bus, "status">;
  readonly log: BusLog;
  readonly topic: string;
  readonly clock: Clock;
  /** The name of the writer, random. */
  readonly writer: string;
  /** What may wait for the log to show it, in bytes. */
  readonly maxPendingBytes: number;
}

/** Who has a writer. */
export interface LogWriterOwner {
  /** How far the log has been read. */
  readonly position: Offset | undefined;
  /** Something happens without the log. */
  tell(body: RecordBody): void;
  /** Everything that was told has its place in the log now. */
  inStep(): void;
  /** The broker seems to be there, and writing has failed: the owner calls `resume` once it knows what the log has. */
  reach(): void;
  /** A record was told here, and will never be told anywhere else. */
  dropped(reason: DropReason, error: Error): void;
  warn(text: string): void;
}

/** A record that the log has not shown yet. */
interface Pending {
  readonly number: number;
  readonly body: RecordBody;
  readonly bytes: Uint8Array;
  readonly sinceMs: number;
  /** `unsure`: it was handed over, and nobody knows whether it arrived. */
  state: "sent" | "unsure" | "held";
  isTold: boolean;
  readonly settle: () => void;
}

/** Writes for one node. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #owner: LogWriterOwner;
  /** By their numbers, in order. */
  readonly #pending: Map<number, Pending> = new Map();
  readonly #written: WrittenRecords = new WrittenRecords();
  readonly #silence: RecurringWarning;
  #state: "waiting" | "flowing" | "holding" | "closed" = "waiting";
  #isLookingUp = false;
  #lastNumber = 0;
  #toldUnshown = 0;
  #toldThrough = 0;
  #told = 0;
  #bytes = 0;
  /** Who waits until the log has shown a record and all before it. */
  #waiting: { readonly number: number; readonly settle: () => void }[] = [];
  #retry: Cancel | undefined;
  #patience: Cancel | undefined;

  constructor(options: LogWriterOptions, owner: LogWriterOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#silence = new RecurringWarning(options.clock, (text) => owner.warn(text));
  }

  /** How many records are on their way. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The number of the last record that was written. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** How many records were told without the log so far. */
  get told(): number {
    return this.#told;
  }

  /** Whether everything that was told has its place in the log. */
  get isInStep(): boolean {
    return this.#toldUnshown === 0;
  }

  /**
   * Writes a record.
   * @returns settles when it has been told here; it is never rejected.
   * @throws whatever data throws that has no MessagePack.
   */
  append(body: RecordBody): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    const { writer, clock } = this.#options;
    const number = this.#lastNumber + 1;
    const bytes = encodeRecord({ writer, number }, body);
    if (this.#bytes + costOf(bytes) > this.#options.maxPendingBytes) return this.#refuse(body);
    this.#lastNumber = number;
    return new Promise((settle) => {
      const pending: Pending = { number, body, bytes, sinceMs: clock.now(), state: "held", isTold: false, settle };
      this.#expect(pending);
      this.#watch();
      if (this.#state === "flowing") this.#send(pending);
      else this.#tellThrough(number);
    });
  }

  /** @returns settles once the log has shown what was written before, or will never show it. */
  flushed(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((settle) => this.#waiting.push({ number: this.#lastNumber, settle }));
  }

  /**
   * The log shows a record of this node.
   * @returns whether it has been told already, and what is to be called once it is.
   */
  shown(number: number): { readonly isTold: boolean; readonly settle: () => void } {
    for (const elder of this.#pending.values()) {
      if (elder.number >= number) break;
      // The log keeps the order of a node, so that it will never show what it has not shown by now.
      this.#lose(elder, "failed", "the broker has lost it");
    }
    const pending = this.#pending.get(number);
    if (pending === undefined) return { isTold: number <= this.#toldThrough, settle: noWait };
    this.#remove(pending);
    this.#written.add(pending);
    return pending;
  }

  /**
   * The log has lost records of this node that it had shown: they are written once more, before all that came after them.
   * To be called before `resume`.
   */
  takeBack([first, ...others]: readonly number[]): void {
    const count = others.length + 1;
    if (first === undefined) return;
    const later = [...this.#pending.values()];
    const written = this.#written.takeFrom(first);
    this.#pending.clear();
    for (const record of written) {
      this.#expect({ ...record, sinceMs: this.#options.clock.now(), state: "held", isTold: true, settle: noWait });
    }
    for (let gone = written.length; gone < count; gone++) {
      this.#dropped("failed", "the broker has lost it, and this node remembers less");
    }
    for (const pending of later) this.#pending.set(pending.number, pending);
    this.#watch();
  }

  /** The log is followed: writing may begin. */
  begin(): void {
    if (this.#state === "waiting") this.#sendAll(0);
  }

  /** The broker has gone: what is on its way is told now. */
  hold(): void {
    if (this.#state !== "flowing") return;
    this.#state = "holding";
    for (const pending of this.#pending.values()) if (pending.state === "sent") pending.state = "unsure";
    this.#tellThrough(this.#lastNumber);
  }

  /** The broker is back: looks up which records have arrived, and writes the others. */
  resume(): void {
    if (this.#state !== "holding" || this.#isLookingUp || this.#options.bus.status !== "up") return;
    this.#isLookingUp = true;
    const { bus, clock } = this.#options;
    within(clock, LOOKING_UP_MS, this.#lastArrived(), () => undefined).then(
      (last) => {
        this.#isLookingUp = false;
        if (last === undefined) this.#tryAgain();
        else if (this.#state === "holding" && bus.status === "up") this.#sendAll(last);
      },
      (error: unknown) => {
        this.#isLookingUp = false;
        // The log has begun anew, or has let go of too much. A record that arrives twice is known again by its number.
        if (isTrimmed(error) && this.#state === "holding" && bus.status === "up") this.#sendAll(0);
        else this.#tryAgain();
      },
    );
  }

  /** What has not been written by now is lost. */
  close(): void {
    this.#state = "closed";
    this.#retry?.();
    this.#patience?.();
    for (const { settle } of this.#pending.values()) settle();
    this.#pending.clear();
    this.#bytes = 0;
    this.#wake();
  }

  /** The last record of this node in the log, as far as it stands behind what has been read; 0 where there is none. */
  async #lastArrived(): Promise<number> {
    const { log, topic, writer } = this.#options;
    const from = this.#owner.position;
    const isUnsure = [...this.#pending.values()].some(({ state }) => state === "unsure");
    let last = 0;
    if (from === undefined || !isUnsure) return last;
    for await (const { bytes } of log.read(topic, from)) {
      const number = numberOf(bytes, writer) ?? 0;
      // One that has not been written yet is somebody else's, under this node's name.
      if (number <= this.#lastNumber) last = Math.max(last, number);
    }
    return last;
  }

  #sendAll(lastArrived: number): void {
    this.#state = "flowing";
    // All in one turn, so that none is overtaken. Up to the last one that has arrived the log shows them, or never will.
    for (const pending of [...this.#pending.values()]) {
      if (pending.number <= lastArrived) pending.state = "sent";
      else if (pending.state !== "sent") this.#send(pending);
    }
  }

  #send(pending: Pending): void {
    pending.state = "sent";
    const { log, topic } = this.#options;
    log.append(topic, pending.bytes).then(
      () => undefined,
      (error) => this.#failed(pending, error),
    );
  }

  #failed(pending: Pending, error: unknown): void {
    if (this.#pending.get(pending.number) !== pending) return;
    if (error instanceof RangeError) {
      this.#lose(pending, "too large", error.message);
      return;
    }
    pending.state = "unsure";
    this.hold();
    this.#tryAgain();
  }

  /** There is no room for a record: it is told here, and nowhere else. */
  #refuse(body: RecordBody): Promise<void> {
    this.#tellThrough(this.#lastNumber);
    this.#told++;
    this.#owner.tell(body);
    this.#dropped("full", `${this.#bytes} bytes wait for the log already; see the option maxQueuedBytes`);
    return Promise.resolve();
  }

  /** Tells of a record and of all before it. */
  #tellThrough(number: number): void {
    while (this.#toldThrough < number) {
      this.#toldThrough++;
      const pending = this.#pending.get(this.#toldThrough);
      if (pending === undefined || pending.isTold) continue;
      pending.isTold = true;
      this.#toldUnshown++;
      this.#told++;
      this.#owner.tell(pending.body);
      pending.settle();
    }
  }

  #expect(pending: Pending): void {
    this.#pending.set(pending.number, pending);
    this.#bytes += costOf(pending.bytes);
    if (pending.isTold) this.#toldUnshown++;
  }

  #remove(pending: Pending): void {
    this.#pending.delete(pending.number);
    this.#bytes -= costOf(pending.bytes);
    if (pending.isTold) this.#toldUnshown--;
    this.#silence.over();
    if (this.#waiting.length > 0) this.#wake();
  }

  /** Nobody waits any more for what is not pending. */
  #wake(): void {
    const [first = Number.POSITIVE_INFINITY] = this.#pending.keys();
    const isOver = ({ number }: { readonly number: number }): boolean => number < first;
    for (const { settle } of this.#waiting.filter(isOver)) settle();
    this.#waiting = this.#waiting.filter((waiting) => !isOver(waiting));
  }

  /** A record will never be shown: it is told now, if it has not been. */
  #lose(pending: Pending, reason: DropReason, text: string): void {
    this.#tellThrough(pending.number);
    this.#remove(pending);
    this.#dropped(reason, text);
    if (this.isInStep) this.#owner.inStep();
  }

  #dropped(reason: DropReason, text: string): void {
    const sentence = `Cannot write an event to the log, so that other nodes and lost sessions miss it: ${text}`;
    this.#owner.dropped(reason, new Error(sentence));
  }

  #tryAgain(): void {
    if (this.#state === "closed" || this.#retry !== undefined) return;
    this.#retry = this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#owner.reach();
    });
  }

  /** Looks for records that do not come back, as long as there are any. */
  #watch(): void {
    const { clock } = this.#options;
    this.#patience ??= clock.coarse(PATIENCE_MS / 2, () => {
      this.#patience = undefined;
      const before = clock.now() - PATIENCE_MS;
      for (const pending of [...this.#pending.values()]) {
        if (pending.sinceMs > before) break;
        // That a broker is away is told elsewhere.
        if (this.#options.bus.status === "up") {
          this.#silence.give("The log does not show what this node writes: its own clients are told without it");
        }
        this.#tellThrough(pending.number);
      }
      if (this.#pending.size > 0) this.#watch();
    });
  }
}

/** Nobody waits for the telling. */
function noWait(): void {}

/** A bus may have loaded the class of the error a second time, in the other module format. */
function isTrimmed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === ("BOWLINE_BUS_LOG_TRIMMED" satisfies BusErrorCode);
}

function costOf({ byteLength }: Uint8Array): number {
  return byteLength + RECORD_COST_BYTES;
}

/** Which record of a writer it is; undefined for those of others, and for what cannot be read. */
function numberOf(bytes: Uint8Array, writer: string): number | undefined {
  try {
    const origin = decodeRecord(bytes)?.origin;
    return origin?.writer === writer ? origin.number : undefined;
  } catch {
    return undefined;
  }
}
