// What one node writes to the log of a namespace, and what its own clients are told meanwhile.
// Place: recovering adapter -> replicated log (**writer**) -> record -> bus -> the broker
//
//   waiting --the log is followed--> flowing: a record is handed over, and told here once the log shows it
//   flowing --broker away--> holding: told here at once, and kept
//   holding --broker is there--> what may have arrived is looked up, what has not is handed over, in order --> flowing
//
// Rules: what is written is told here once and in order, whatever becomes of the record, and after a while without it; what
//        is kept for a broker that is away is limited, and what goes is counted and told.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus, BusLog } from "./bus.ts";
import { decodeRecord, encodeRecord, type RecordBody } from "./log-record.ts";
import type { Offset } from "./message.ts";

/** How long a record may be on its way before it is told without the log, in milliseconds. */
const PATIENCE_MS = 3_000;
/** How soon a failed attempt is repeated while the broker seems to be there, in milliseconds. */
const RETRY_MS = 500;

/** What a writer is made of. */
export interface LogWriterOptions {
  readonly bus: Pick<Bus, "status">;
  readonly log: BusLog;
  readonly topic: string;
  readonly clock: Clock;
  /** The name of the writer, random. */
  readonly writer: string;
  /** What may wait for a broker that is away, in bytes. */
  readonly maxHeldBytes: number;
}

/** Who has a writer. */
export interface LogWriterOwner {
  /** How far the log has been read. */
  readonly position: Offset | undefined;
  /** Something happens without the log. */
  tell(body: RecordBody): void;
  /** Everything that was told has its place in the log now. */
  inStep(): void;
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
  #state: "waiting" | "flowing" | "holding" | "closed" = "waiting";
  #isLookingUp = false;
  #lastNumber = 0;
  #toldUnshown = 0;
  #toldThrough = 0;
  #told = 0;
  #heldBytes = 0;
  #dropped = 0;
  #retry: Cancel | undefined;
  #patience: Cancel | undefined;

  constructor(options: LogWriterOptions, owner: LogWriterOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** How many records are on their way. */
  get pending(): number {
    return this.#pending.size;
  }

  /** How many events reached the clients of this node alone. */
  get dropped(): number {
    return this.#dropped;
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
    this.#lastNumber = number;
    return new Promise((settle) => {
      const pending: Pending = { number, body, bytes, sinceMs: clock.now(), state: "held", isTold: false, settle };
      this.#pending.set(number, pending);
      this.#watch();
      if (this.#state === "flowing") this.#send(pending);
      else this.#keep(pending);
    });
  }

  /**
   * The log shows a record of this node.
   * @returns whether it has been told already, and what is to be called once it is; undefined where nothing is known of it.
   */
  shown(number: number): { readonly isTold: boolean; readonly settle: () => void } | undefined {
    const pending = this.#pending.get(number);
    if (pending === undefined) return undefined;
    this.#remove(pending);
    return pending;
  }

  /** The log is followed: writing may begin. */
  begin(): void {
    if (this.#state === "waiting") this.#sendAll(new Set());
  }

  /** The broker has gone: what is on its way is told now. */
  hold(): void {
    if (this.#state !== "flowing") return;
    this.#state = "holding";
    for (const pending of [...this.#pending.values()]) {
      if (pending.state === "sent") pending.state = "unsure";
      this.#keep(pending);
    }
  }

  /** The broker is back: looks up which records have arrived, and writes the others. */
  resume(): void {
    if (this.#state !== "holding" || this.#isLookingUp || this.#options.bus.status !== "up") return;
    this.#isLookingUp = true;
    this.#arrived().then(
      (arrived) => {
        this.#isLookingUp = false;
        if (this.#state === "holding" && this.#options.bus.status === "up") this.#sendAll(arrived);
      },
      () => {
        this.#isLookingUp = false;
        this.#tryAgain();
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
  }

  async #arrived(): Promise<ReadonlySet<number>> {
    const { log, topic, writer } = this.#options;
    const arrived = new Set<number>();
    const from = this.#owner.position;
    const isUnsure = [...this.#pending.values()].some(({ state }) => state === "unsure");
    if (from === undefined || !isUnsure) return arrived;
    for await (const { bytes } of log.read(topic, from)) {
      const number = numberOf(bytes, writer);
      if (number !== undefined) arrived.add(number);
    }
    return arrived;
  }

  #sendAll(arrived: ReadonlySet<number>): void {
    this.#state = "flowing";
    this.#heldBytes = 0;
    // All in one turn, so that none is overtaken.
    for (const pending of [...this.#pending.values()]) {
      if (arrived.has(pending.number)) pending.state = "sent";
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
      this.#tellThrough(pending);
      this.#lost(pending, error.message);
      return;
    }
    pending.state = "unsure";
    this.hold();
    this.#tryAgain();
  }

  /** Keeps a record until the broker is back; it is told now. */
  #keep(pending: Pending): void {
    this.#tellThrough(pending);
    const { maxHeldBytes } = this.#options;
    this.#heldBytes += pending.bytes.byteLength;
    while (this.#heldBytes > maxHeldBytes) {
      const [oldest] = this.#pending.values();
      if (oldest === undefined) return;
      this.#lost(oldest, `the broker is away, and more than ${maxHeldBytes} bytes wait for it`);
    }
  }

  /** Tells of a record and of all before it. */
  #tellThrough({ number }: Pending): void {
    while (this.#toldThrough < number) {
      this.#toldThrough++;
      const pending = this.#pending.get(this.#toldThrough);
      if (pending === undefined) continue;
      pending.isTold = true;
      this.#toldUnshown++;
      this.#told++;
      this.#owner.tell(pending.body);
      pending.settle();
    }
  }

  #remove(pending: Pending): void {
    this.#pending.delete(pending.number);
    if (pending.isTold) this.#toldUnshown--;
    if (pending.state !== "sent") this.#heldBytes -= pending.bytes.byteLength;
  }

  /** A record was told here, and will never be told anywhere else. */
  #lost(pending: Pending, reason: string): void {
    this.#remove(pending);
    if (this.#dropped === 0) {
      this.#owner.warn(`Cannot write an event to the log, so that other nodes and lost sessions miss it: ${reason}`);
    }
    this.#dropped++;
    if (this.isInStep) this.#owner.inStep();
  }

  #tryAgain(): void {
    if (this.#state === "closed" || this.#retry !== undefined) return;
    this.#retry = this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.resume();
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
        if (!pending.isTold) this.#tellThrough(pending);
      }
      if (this.#pending.size > 0) this.#watch();
    });
  }
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
