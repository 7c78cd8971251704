// Entries of a stream of Redis, and the order of their ids.
// Place: streams bus -> stream log -> **entries** -> Redis
// Rules: an id is a time and a number, `1700000000000-3`; whatever else is asked about stands before all ids.

import { listIn, textIn } from "./command-line.ts";

const ID = /^(\d{1,15})-(\d{1,15})$/;

/** The field in which a record is. An entry without it marks where a stream begins. */
export const RECORD_FIELD = "d";

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
export function entriesIn(answer: unknown): StreamEntry[] {
  return listIn(answer).map((entry) => {
    const [id, pairs] = listIn(entry);
    const fields = listIn(pairs);
    const at = fields.findIndex((field, index) => index % 2 === 0 && textIn(field) === RECORD_FIELD);
    const bytes = at < 0 ? undefined : fields[at + 1];
    return { id: textIn(id), bytes: bytes instanceof Uint8Array ? bytes : undefined };
  });
}
