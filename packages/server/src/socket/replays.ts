// What was sent again to clients of which nobody knows how much of it has come.
// Place: namespace -> recovery (**replays**)
// Rules: official clients buffer what comes before the answer to CONNECT, keep it when the connection ends, and take their
//        offset from it only when an answer comes: who shows the same offset once more may have a part of the last replay, and
//        would tell it twice. Such a client gets an answer without a replay, and comes again with the offset that it has then.
// Source: docs/protocol/socket-5.md, "Recovery"

/** So many sessions are known; then the first one is forgotten: its client may be told a part twice. */
const MOST_SESSIONS = 10_000;

/** The last replay of each session. */
export class Replays {
  /** By private ids: the offset that was shown for it. */
  readonly #last: Map<string, string> = new Map();

  /** Whether a client that shows an offset may have a part of what was sent for the same one before. */
  mayDouble(pid: string, offset: string): boolean {
    return this.#last.get(pid) === offset;
  }

  /**
   * A client is sent what it has missed.
   * @param isDivided whether it may come in part, as over a WebSocket: a body of polling comes whole or not at all.
   */
  begin(pid: string, offset: string, isDivided: boolean): void {
    this.#last.delete(pid);
    if (isDivided) this.#last.set(pid, offset);
    if (this.#last.size > MOST_SESSIONS) this.#forgetFirst();
  }

  /** Nothing of it is left in the client's buffer. */
  emptied(pid: string): void {
    this.#last.delete(pid);
  }

  #forgetFirst(): void {
    for (const pid of this.#last.keys()) {
      this.#last.delete(pid);
      return;
    }
  }
}
