// The events of one namespace that somebody may still ask for, numbered without gaps.
// Place: connection / namespace -> adapter -> session store -> **packet log**
// Rules: a number says where its event is, so that nothing is searched; the oldest go first, by age or when the bytes are
//        too many; who asks for what has gone is told so, and never gets a part.

import type { BroadcastOptions, LoggedPacket, Room } from "./contract.ts";

/** What an event takes up besides its data: the objects around it and around its encoded form. */
const ENTRY_BYTES = 1400;

/** How often its data is there: as the program gave it, as the parser wrote it, and as the engine framed that. */
const COPIES = 3;

/** An event that is kept. */
export interface LogEntry extends LoggedPacket {
  readonly to: Pick<BroadcastOptions, "rooms" | "except">;
  /** When it was sent, by the clock of the log's owner. */
  readonly sentAtMs: number;
}

/** A log in memory. */
export class PacketLog {
  readonly #maxBytes: number;
  readonly #entries: Map<number, LogEntry> = new Map();
  /** The last event that names each room, as one of those it is for or not for. */
  readonly #lastNaming: Map<Room, number> = new Map();
  /** The number of the last event that has gone; those from the next one to the last are there. */
  #gone = 0;
  /** When that one was sent. */
  #goneSentAtMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;

  /** @param maxBytes what all entries together may take up; one that is larger by itself is not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The number of the last event; 0 before the first one. */
  get last(): number {
    return this.#gone + this.#entries.size;
  }

  /** How many events are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** How much they take up. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an event, whose number is the next one. */
  append(entry: LogEntry): void {
    const number = this.last + 1;
    this.#entries.set(number, entry);
    const { rooms, except } = entry.to;
    for (const room of rooms) this.#lastNaming.set(room, number);
    if (except !== undefined) for (const room of except) this.#lastNaming.set(room, number);
    this.#bytes += sizeOf(entry);
    this.#dropWhile(() => this.#bytes > this.#maxBytes);
  }

  /** Drops what was sent before a time. */
  expire(beforeMs: number): void {
    this.#dropWhile(({ sentAtMs }) => sentAtMs < beforeMs);
  }

  /** Whether every event behind this number is still there. */
  reaches(number: number): boolean {
    return Number.isInteger(number) && number >= this.#gone && number <= this.last;
  }

  /**
   * Where somebody goes on who has seen the event of a number, and has got all that was for him before a time.
   * @returns the number itself, or that of the last event that has gone; undefined where he may have missed some of those.
   */
  resume(number: number, receivedUntilMs: number): number | undefined {
    if (this.reaches(number)) return number;
    return number < this.#gone && this.#goneSentAtMs < receivedUntilMs ? this.#gone : undefined;
  }

  /** Whether an event behind this number that is still there names a room. */
  namesBehind(number: number, room: Room): boolean {
    return (this.#lastNaming.get(room) ?? 0) > number;
  }

  /**
   * The events behind a number, in order.
   * @throws RangeError when some of them have gone.
   */
  after(number: number): LogEntry[] {
    if (!this.reaches(number)) throw new RangeError(`Cannot read the log after "${number}": events have gone from it`);
    const found: LogEntry[] = [];
    for (let at = number + 1; ; at++) {
      const entry = this.#entries.get(at);
      if (entry === undefined) return found;
      found.push(entry);
    }
  }

  /** An event has gone that names rooms; those that a later one names stay known. */
  #unname(rooms: Iterable<Room>, number: number): void {
    for (const room of rooms) if (this.#lastNaming.get(room) === number) this.#lastNaming.delete(room);
  }

  /** Drops the oldest ones as long as it is told to. */
  #dropWhile(isToGo: (oldest: LogEntry) => boolean): void {
    for (;;) {
      const number = this.#gone + 1;
      const oldest = this.#entries.get(number);
      if (oldest === undefined || !isToGo(oldest)) return;
      this.#bytes -= sizeOf(oldest);
      this.#entries.delete(number);
      this.#unname(oldest.to.rooms, number);
      if (oldest.to.except !== undefined) this.#unname(oldest.to.except, number);
      this.#gone = number;
      this.#goneSentAtMs = oldest.sentAtMs;
    }
  }
}

/** What an entry costs in memory, measured with texts, objects and bytes: right within a third, and rather too much. */
function sizeOf({ byteLength }: LogEntry): number {
  return byteLength * COPIES + ENTRY_BYTES;
}
