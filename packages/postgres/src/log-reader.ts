// One follower of a log: what it has had, and what it is told next.
// Place: cluster <- **log reader** <- link <- PostgreSQL
// Rules: entries come once and in order; one that follows on the last is told at once, anything else is read from the table;
//        what went before it could be read is told as a gap.

import { type LogFollower, type LogPosition, writeOffset } from "@bowline/adapter/cluster";
import type { LogPayload } from "./payload.ts";

/** An entry as it is kept. */
export interface KeptEntry extends LogPosition {
  readonly bytes: Uint8Array;
}

/** What a reader needs. */
export interface LogReaderHost {
  fromBase64(text: string): Uint8Array;
  /** The entries behind a position; of the log's epoch of now. */
  readBehind(position: LogPosition): AsyncIterable<KeptEntry>;
  /** Told when reading has failed; the reader tries again when it is resumed, or when the next entry comes. */
  failed(error: unknown): void;
  /** Told what the follower has thrown. */
  thrown(error: unknown): void;
}

/** Tells a follower of what comes behind a position. */
export class LogReader {
  readonly #host: LogReaderHost;
  readonly #follower: LogFollower;
  /** The last entry that was told. */
  #at: LogPosition;
  #activity: "none" | "reads" | "reads, and again" = "none";
  #isOver = false;

  constructor(host: LogReaderHost, follower: LogFollower, from: LogPosition) {
    this.#host = host;
    this.#follower = follower;
    this.#at = from;
  }

  /** Something was appended. */
  appended({ epoch, seq, base64 }: LogPayload): void {
    const { epoch: knownEpoch, seq: knownSeq } = this.#at;
    if (this.#isOver || epoch < knownEpoch || (epoch === knownEpoch && seq <= knownSeq)) return;
    const isNext = epoch === knownEpoch && seq === knownSeq + 1;
    if (isNext && base64 !== undefined && this.#activity === "none") {
      this.#tell({ epoch, seq, bytes: this.#host.fromBase64(base64) });
    } else {
      this.resume();
    }
  }

  /** Reads what may have been missed, as after a loss of the connection. */
  resume(): void {
    if (this.#activity === "none") void this.#read();
    else this.#activity = "reads, and again";
  }

  stop(): void {
    this.#isOver = true;
  }

  async #read(): Promise<void> {
    do {
      this.#activity = "reads";
      try {
        for await (const entry of this.#host.readBehind(this.#at)) {
          if (this.#isOver) return;
          this.#tell(entry);
        }
      } catch (error) {
        this.#host.failed(error);
      }
    } while (this.#isAskedAgain());
    this.#activity = "none";
  }

  #isAskedAgain(): boolean {
    return this.#activity === "reads, and again" && !this.#isOver;
  }

  #tell({ epoch, seq, bytes }: KeptEntry): void {
    const follows = epoch === this.#at.epoch && seq === this.#at.seq + 1;
    this.#at = { epoch, seq };
    try {
      if (!follows) this.#follower.gap();
      this.#follower.entry({ offset: writeOffset({ epoch, seq }), bytes });
    } catch (error) {
      this.#host.thrown(error);
    }
  }
}
