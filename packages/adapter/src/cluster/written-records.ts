// The last records of this node that the log has shown, in case the broker loses them again.
// Place: recovering adapter -> replicated log -> log writer (**written records**)
// Rules: they are few and small: a broker that takes the place of another lacks its last moments alone.

import type { RecordBody } from "./log-record.ts";

const MAX_RECORDS = 4_096;
const MAX_BYTES = 4 * 1024 * 1024;

/** A record as it was written. */
export interface WrittenRecord {
  readonly number: number;
  readonly body: RecordBody;
  readonly bytes: Uint8Array;
}

/** The memory of one writer. */
export class WrittenRecords {
  readonly #records: Map<number, WrittenRecord> = new Map();
  #bytes = 0;

  add(record: WrittenRecord): void {
    this.#records.set(record.number, record);
    this.#bytes += record.bytes.byteLength;
    for (const oldest of this.#records.values()) {
      if (this.#records.size <= MAX_RECORDS && this.#bytes <= MAX_BYTES) break;
      this.#remove(oldest);
    }
  }

  /** Takes a record out. @returns undefined where it has gone. */
  take(number: number): WrittenRecord | undefined {
    const record = this.#records.get(number);
    if (record !== undefined) this.#remove(record);
    return record;
  }

  clear(): void {
    this.#records.clear();
    this.#bytes = 0;
  }

  #remove({ number, bytes }: WrittenRecord): void {
    this.#records.delete(number);
    this.#bytes -= bytes.byteLength;
  }
}
