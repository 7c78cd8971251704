// How a record looks as the fields of an entry: ours, which is bytes in one field.
// Place: streams bus -> stream log -> **form of records** -> Redis

import { textIn } from "./command-line.ts";

/** How records look in a stream. */
export interface RecordForm {
  /** The fields of an entry, each with its value. */
  write(bytes: Uint8Array): readonly (string | Uint8Array)[];
  /** @returns undefined for an entry that is no record. */
  read(fields: readonly unknown[]): Uint8Array | undefined;
  /** What is written to a stream that is empty when somebody begins to follow it, so that there is an id to begin behind. */
  readonly begin?: readonly string[];
  /** A stream that nobody writes to is forgotten after so many seconds; undefined where others may still want it. */
  readonly idleS?: number;
}

/** The value of a field; undefined where there is none. */
export function fieldIn(fields: readonly unknown[], name: string): unknown {
  const at = fields.findIndex((field, index) => index % 2 === 0 && textIn(field) === name);
  return at < 0 ? undefined : fields[at + 1];
}

/** The field in which a record of ours is. */
const FIELD = "d";

/** Records of our own. */
export const OWN_RECORDS: RecordForm = {
  write: (bytes) => [FIELD, bytes],
  read(fields) {
    const bytes = fieldIn(fields, FIELD);
    return bytes instanceof Uint8Array ? bytes : undefined;
  },
  begin: ["begin", "1"],
  idleS: 24 * 60 * 60,
};
