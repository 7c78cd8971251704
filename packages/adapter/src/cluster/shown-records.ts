// Which records the log of a namespace has shown to this node, and which of them the broker has lost since.
// Place: recovering adapter -> replicated log (**shown records**)
// Rules: a record that comes a second time is known again; one that was shown and has gone from the log is ahead of it, until
//        its writer has written it anew or has had time to; so many of the last ones are remembered, and what lies before
//        them cannot be told.

import type { BusLog } from "./bus.ts";
import type { RecordOrigin } from "./log-record.ts";
import type { Offset } from "./message.ts";

/** So many writers are remembered; those that were silent for longest go first. */
const MAX_WRITERS = 10_000;
/** So many entries are remembered, at least: a broker that takes the place of another lacks its last moments alone. */
const REMEMBERED = 4_096;

/** An entry of the log; without an origin it was no record, or one that had been shown before. */
interface ShownEntry {
  readonly offset: Offset;
  readonly origin: RecordOrigin | undefined;
}

/** How a record comes: for the first time, a second time, or once more because the broker had lost it. */
export type Showing = "new" | "again" | "returned";

/** The memory of one node. */
export class ShownRecords {
  readonly #compare: BusLog["compare"];
  /** The last record of each writer. */
  readonly #numbers: Map<string, number> = new Map();
  readonly #ahead: Set<string> = new Set();
  #entries: ShownEntry[] = [];

  constructor(compare: BusLog["compare"]) {
    this.#compare = compare;
  }

  /** Whether records were shown that the log does not have any more. */
  get isAhead(): boolean {
    return this.#ahead.size > 0;
  }

  /** The log is followed from here on: what lies before is not known. */
  begin(offset: Offset): void {
    this.#ahead.clear();
    this.#entries = [{ offset, origin: undefined }];
  }

  /** The log shows an entry. @param origin of its record, where it is one. */
  show(offset: Offset, origin: RecordOrigin | undefined): Showing {
    const showing = origin === undefined ? "again" : this.#showingOf(origin);
    this.#entries.push({ offset, origin: showing === "again" ? undefined : origin });
    if (this.#entries.length > 2 * REMEMBERED) this.#entries = this.#entries.slice(-REMEMBERED);
    return showing;
  }

  /**
   * The broker has lost entries.
   * @param from the last one that it still has.
   * @param to the last one that it has lost; what came later is there.
   * @returns the records among them; undefined where `from` is not known, so that nobody can say.
   */
  lose(from: Offset, to: Offset): readonly RecordOrigin[] | undefined {
    if (!this.#entries.some(({ offset }) => offset === from)) return undefined;
    const isLost = ({ offset }: ShownEntry): boolean =>
      this.#compare(offset, from) > 0 && this.#compare(offset, to) <= 0;
    const lost = this.#entries.filter(isLost).flatMap(({ origin }) => origin ?? []);
    this.#entries = this.#entries.filter((entry) => !isLost(entry));
    for (const origin of lost) this.#ahead.add(keyOf(origin));
    return lost;
  }

  /** Nobody waits any more for what has not returned. */
  giveUp(): void {
    this.#ahead.clear();
  }

  #showingOf(origin: RecordOrigin): Showing {
    const { writer, number } = origin;
    if (number <= (this.#numbers.get(writer) ?? 0)) return this.#ahead.delete(keyOf(origin)) ? "returned" : "again";
    this.#numbers.delete(writer);
    this.#numbers.set(writer, number);
    const [oldest] = this.#numbers.keys();
    if (this.#numbers.size > MAX_WRITERS && oldest !== undefined) this.#numbers.delete(oldest);
    return "new";
  }
}

function keyOf({ writer, number }: RecordOrigin): string {
  return `${number} of ${writer}`;
}
