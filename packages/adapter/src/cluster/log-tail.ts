// The end of a namespace's log, in memory: what a client that comes back has missed is nearly always here.
// Place: recovering adapter -> replicated log -> **tail**; what is older is read from the bus
// Rules: between the floor and the last offset nothing is missing; the oldest go first, by their number, their bytes or
//        their age; who asks for what has gone is told so, and never gets a part.

import type { Room } from "../contract.ts";
import type { BusLog } from "./bus.ts";
import type { Offset } from "./message.ts";

/** How much of a log a node keeps in memory. */
export interface TailLimits {
  /** Most events. */
  readonly maxEntries: number;
  /** Most bytes, with what the objects around them take up. */
  readonly maxBytes: number;
  /** Milliseconds after which an event goes. */
  readonly maxAgeMs: number;
}

/** An event that is kept. */
export interface TailEntry {
  readonly offset: Offset;
  readonly to: { readonly rooms: ReadonlySet<Room>; readonly except: ReadonlySet<Room> };
  /** The event's name, its arguments and its offset. */
  readonly data: readonly unknown[];
  /** The bytes of its record. */
  readonly byteLength: number;
  readonly cameAtMs: number;
}

/** What an entry takes up besides its data: the objects around it. */
const ENTRY_BYTES = 800;
/** How often its data is there: as it was read, and as it is encoded for those who ask. */
const COPIES = 3;
/** So many entries may have gone from the front before the list is made anew. */
const SLACK = 1024;

/** A part of a log in memory. */
export class LogTail {
  readonly #limits: TailLimits;
  readonly #compare: BusLog["compare"];
  /** What has gone from the front leaves a hole until the list is made anew. */
  #entries: (TailEntry | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  #floor: Offset | undefined;
  #last: Offset | undefined;

  constructor(limits: TailLimits, compare: BusLog["compare"]) {
    this.#limits = limits;
    this.#compare = compare;
  }

  /** How many events are kept. */
  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** What they take up. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Everything behind this offset, up to `last`, is here; undefined before the log has been reached. */
  get floor(): Offset | undefined {
    return this.#floor;
  }

  /** How far the log has been read; undefined before it has been reached. */
  get last(): Offset | undefined {
    return this.#last;
  }

  /** Forgets all, and begins behind an offset. */
  begin(behind: Offset): void {
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#floor = behind;
    this.#last = behind;
  }

  /** The log has got so far, with nothing that anybody may ask for. */
  advance(offset: Offset): void {
    this.#last = offset;
  }

  /** The log has lost what is behind the first offset, up to the second one; how far it was read stays as it is. */
  lose(from: Offset, to: Offset): void {
    const isLost = ({ offset }: TailEntry): boolean =>
      this.#compare(offset, from) > 0 && this.#compare(offset, to) <= 0;
    const kept = this.#entries.filter((entry) => entry !== undefined);
    this.#entries = kept.filter((entry) => !isLost(entry));
    this.#first = 0;
    this.#bytes = this.#entries.reduce((sum, entry) => sum + (entry === undefined ? 0 : sizeOf(entry)), 0);
  }

  append(entry: TailEntry): void {
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    this.#last = entry.offset;
    const { maxEntries, maxBytes } = this.#limits;
    this.#dropWhile(() => this.size > maxEntries || this.#bytes > maxBytes);
  }

  /**
   * Takes what was read from the log before the floor.
   * @param behind the offset that it was read behind.
   * @param upTo the offset up to which it was read, the floor or a later one.
   * @param read the events between them, each once.
   * @returns whether everything behind the first offset is here now; where there is no room for it, or an event would be here
   * twice, all stays as it is.
   */
  extend(behind: Offset, upTo: Offset, read: readonly TailEntry[]): boolean {
    const [floor, last] = [this.#floor, this.#last];
    if (floor === undefined || last === undefined) return false;
    if (this.#compare(behind, floor) >= 0) return true;
    const here = this.#entries.slice(this.#first).filter((entry) => entry !== undefined);
    const isIn = ({ offset }: TailEntry, from: Offset, to: Offset): boolean =>
      this.#compare(offset, from) > 0 && this.#compare(offset, to) <= 0;
    // One that stands in the log twice is read where it stands first.
    const again = here.filter((entry) => isIn(entry, floor, upTo)).length;
    if (read.filter((entry) => isIn(entry, floor, last)).length !== again) return false;
    const elder = read.filter((entry) => isIn(entry, behind, floor));
    const bytes = this.#bytes + elder.reduce((sum, entry) => sum + sizeOf(entry), 0);
    const { maxEntries, maxBytes } = this.#limits;
    if (here.length + elder.length > maxEntries || bytes > maxBytes) return false;
    this.#entries = [...elder, ...here];
    this.#first = 0;
    this.#bytes = bytes;
    this.#floor = behind;
    return true;
  }

  /** Lets go of what is too old. */
  expire(nowMs: number): void {
    const before = nowMs - this.#limits.maxAgeMs;
    this.#dropWhile(({ cameAtMs }) => cameAtMs < before);
  }

  /** Whether everything behind an offset is here. */
  reaches(offset: Offset): boolean {
    if (this.#floor === undefined || this.#last === undefined) return false;
    return this.#compare(offset, this.#floor) >= 0 && this.#compare(offset, this.#last) <= 0;
  }

  /**
   * The events behind an offset, in order.
   * @throws RangeError when some of them have gone.
   */
  after(offset: Offset): readonly TailEntry[] {
    if (!this.reaches(offset)) {
      throw new RangeError(`Cannot read the log after "${offset}": events have gone from the memory of this node`);
    }
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && this.#compare(entry.offset, offset) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#entries.slice(low).filter((entry) => entry !== undefined);
  }

  /** Drops the oldest ones as long as it is told to. */
  #dropWhile(isToGo: (oldest: TailEntry) => boolean): void {
    for (;;) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || !isToGo(oldest)) break;
      this.#entries[this.#first] = undefined;
      this.#first++;
      this.#bytes -= sizeOf(oldest);
      this.#floor = oldest.offset;
    }
    if (this.#first < SLACK || this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

function sizeOf({ byteLength }: TailEntry): number {
  return byteLength * COPIES + ENTRY_BYTES;
}
