// The rooms that one socket has left, while events that were sent to them before may still be on their way to its client.
// Place: session store, session cupboard -> **past stays**
// Rules: an event is for who was in its room when it was sent, wherever it has gone since; only the last stays are remembered,
//        and whose client shows an offset from before the others begins anew.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { Room } from "./contract.ts";

/** So many stays of a socket are remembered: they cost memory, and in a cluster are written with its session. */
export const MOST_STAYS = 32;

/** A stay that is over: the socket was in the room for the events behind one position, up to another one. */
export interface Stay<Position> {
  readonly room: Room;
  readonly behind: Position;
  readonly upTo: Position;
}

/** The last stays of a socket, by positions in the log of its namespace. */
export class PastStays<Position> {
  readonly #stays: Stay<Position>[];
  #forgotten: Position | undefined;

  /** @param stays in the order in which they ended. @param forgotten up to which event others are not known any more. */
  constructor(stays: readonly Stay<Position>[] = [], forgotten?: Position) {
    this.#stays = [...stays];
    this.#forgotten = forgotten;
  }

  /** In the order in which they ended. */
  get all(): readonly Stay<Position>[] {
    return this.#stays;
  }

  /** Up to which event stays are not known any more; undefined where all are. */
  get forgotten(): Position | undefined {
    return this.#forgotten;
  }

  /** A stay has ended, after all others. */
  add(stay: Stay<Position>): void {
    this.#stays.push(stay);
    if (this.#stays.length > MOST_STAYS) this.#forgotten = this.#stays.shift()?.upTo;
  }
}
