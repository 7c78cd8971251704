// How far a log had been told on this node at which time, so that the answer to a ping says what its client has got.
// Place: session cupboard -> **told positions** -> session record
// Rules: times are those at which somebody looked, so that a position is rather too early; what is older than anybody asks for
//        goes.

import type { Offset } from "./message.ts";

/** Where pings are rarer than that, nothing is known of what a client has got. */
const KEPT_MS = 180_000;

interface Look {
  readonly atMs: number;
  readonly position: Offset;
}

/** Positions in one log, by the time. */
export class ToldPositions {
  readonly #looks: Look[] = [];

  /** Notes how far the log has been told by now. */
  note(nowMs: number, position: Offset): void {
    const looks = this.#looks;
    if (looks.at(-1)?.position !== position) looks.push({ atMs: nowMs, position });
    while ((looks[1]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs - KEPT_MS) looks.shift();
  }

  /** A position that had been told by then; undefined where none is known. */
  by(timeMs: number): Offset | undefined {
    // Nearly all ask for a time that is not long ago.
    for (let at = this.#looks.length - 1; at >= 0; at--) {
      const look = this.#looks[at];
      if (look !== undefined && look.atMs <= timeMs) return look.position;
    }
    return undefined;
  }
}
