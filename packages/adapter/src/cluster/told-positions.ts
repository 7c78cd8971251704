// How far a log had been told on this node at which time, so that the answer to a ping says what its client has got.
// Place: session cupboard -> **told positions** -> session record
// Rules: times are those at which somebody looked, so that a position is rather too early; what is older than anybody asks for
//        goes.

import type { Offset } from "./message.ts";

/** Older answers say nothing any more: a client that silent is taken for dead. */
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
    let found: Offset | undefined;
    for (const { atMs, position } of this.#looks) {
      if (atMs > timeMs) break;
      found = position;
    }
    return found;
  }
}
