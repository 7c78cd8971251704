// Does what concerns the same key one after the other; different keys do not wait for each other.
// Place: bus -> store (**queue**) -> link -> PostgreSQL
// Rules: the pool has many connections, and two writes of one key must not overtake each other on them.

/** Queues by keys. */
export class KeyedQueue {
  readonly #tails: Map<string, Promise<unknown>> = new Map();

  /** Runs an action behind those of the same key. */
  run<Value>(key: string, action: () => Promise<Value>): Promise<Value> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(action, action);
    this.#tails.set(key, result);
    const forget = (): void => {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    };
    result.then(forget, forget);
    return result;
  }
}
