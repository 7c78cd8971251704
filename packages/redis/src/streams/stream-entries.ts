// Entries of a stream of Redis, and the order of their ids.
// Place: streams bus -> stream log -> **entries** -> Redis
// Rules: an id is a time and a number, `1700000000000-3`; whatever else is asked about stands before all ids.

import { listIn, textIn } from "./command-line.ts";
import type { RecordForm } from "./record-form.ts";

const ID = /^(\d{1,15})-(\d{1,15})$/;

/** An entry as it was read. */
export interface StreamEntry {
  readonly id: string;
  /** Undefined for an entry that is no record. */
  readonly bytes: Uint8Array | undefined;
}

/** Whether a text is an id. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Less than 0 where the first id stands before the second one. */
export function compareIds(one: string, other: string): number {
  const [, oneMs = "-1", oneNumber = "-1"] = ID.exec(one) ?? [];
  const [, otherMs = "-1", otherNumber = "-1"] = ID.exec(other) ?? [];
  return Number(oneMs) - Number(otherMs) || Number(oneNumber) - Number(otherNumber);
}

/** The id that comes next after another one. */
export function idAfter(id: string): string {
  const [, ms = "0", number = "0"] = ID.exec(id) ?? [];
  return `${ms}-${Number(number) + 1}`;
}

/** Reads the answer of XRANGE, or one stream's part of that of XREAD. */
export function entriesIn(answer: unknown, form: RecordForm): StreamEntry[] {
  return listIn(answer).map((entry) => {
    const [id, fields] = listIn(entry);
    return { id: textIn(id), bytes: form.read(listIn(fields)) };
  });
}
