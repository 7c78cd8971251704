// Who still owes us an acknowledgement: ids of our events, and what to do when the reply comes.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: an id may be owed by several receivers, each of which counts once; an unknown id is nobody's fault;
//        an entry is gone before its last reply is told, so that telling it may start anything.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

/** Told of every reply: who sent it, and its arguments. */
export type Settle = (from: string, args: readonly unknown[]) => void;

interface Expected {
  readonly settle: Settle;
  left: number;
  /** Kept only where several receivers may reply. */
  readonly answered: Set<string> | undefined;
}

/** The acknowledgements that one side waits for. */
export class AckTable {
  readonly #expected = new Map<number, Expected>();

  /** How many ids wait for replies. */
  get size(): number {
    return this.#expected.size;
  }

  /**
   * Waits for the replies to an event.
   * @param receivers how many will reply, at least 1.
   * @throws RangeError when nobody would ever reply.
   * @throws TypeError when the id waits already.
   */
  expect(id: number, receivers: number, settle: Settle): void {
    if (!(receivers >= 1)) throw new RangeError(`Cannot expect replies to "${id}": it has no receivers`);
    if (this.#expected.has(id)) throw new TypeError(`Cannot expect replies to "${id}": it waits for replies already`);
    this.#expected.set(id, { settle, left: receivers, answered: receivers > 1 ? new Set() : undefined });
  }

  /**
   * Takes a reply.
   * @returns false when nothing waits for it: an unknown id, or a receiver that has replied before.
   */
  reply(id: number, from: string, args: readonly unknown[]): boolean {
    const expected = this.#expected.get(id);
    if (expected === undefined) return false;
    if (expected.answered?.has(from)) return false;
    expected.answered?.add(from);
    expected.left--;
    if (expected.left === 0) this.#expected.delete(id);
    expected.settle(from, args);
    return true;
  }

  /** Waits no more for the replies to an event; late ones are nobody's. */
  forget(id: number): void {
    this.#expected.delete(id);
  }

  /** The ids that wait now; what happens to them later does not change the list. */
  ids(): number[] {
    return [...this.#expected.keys()];
  }
}
