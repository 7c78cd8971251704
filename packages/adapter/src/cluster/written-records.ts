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
  /** What has gone from the front leaves a hole until the list is made anew. */
  #records: (WrittenRecord | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  add({ number, body, bytes }: WrittenRecord): void {
    this.#records.push({ number, body, bytes });
    this.#bytes += bytes.byteLength;
    while (this.#records.length - this.#first > MAX_RECORDS || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#records[this.#first]?.bytes.byteLength ?? 0;
      this.#records[this.#first] = undefined;
      this.#first++;
    }
    if (this.#first < MAX_RECORDS) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }

  /** Takes out those that were written from a number on, in order. */
  takeFrom(number: number): WrittenRecord[] {
    const kept = this.#records.filter((record) => record !== undefined);
    const taken = kept.filter((record) => record.number >= number);
    this.#records = kept.slice(0, kept.length - taken.length);
    this.#first = 0;
    this.#bytes = this.#records.reduce((sum, record) => sum + (record?.bytes.byteLength ?? 0), 0);
    return taken;
  }
}
