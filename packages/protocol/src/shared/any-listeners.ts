// Listeners that hear every event whatever its name, as `onAny` and `onAnyOutgoing` add them.
// Rules: they run in the order they were added, over a copy; a list that nobody fills costs nothing.

/** Hears every event. */
export type AnyListener = (event: string, ...args: unknown[]) => void;

/** An ordered list of listeners for all events. */
export class AnyListeners {
  #listeners: readonly AnyListener[] = [];

  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  append(listener: AnyListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  prepend(listener: AnyListener): void {
    this.#listeners = [listener, ...this.#listeners];
  }

  /** Removes one listener, or all. */
  remove(listener?: AnyListener): void {
    const index = listener === undefined ? -1 : this.#listeners.indexOf(listener);
    if (listener === undefined) this.#listeners = [];
    else if (index >= 0) this.#listeners = this.#listeners.filter((_, at) => at !== index);
  }

  list(): AnyListener[] {
    return [...this.#listeners];
  }

  call(event: string, args: readonly unknown[]): void {
    for (const listener of this.#listeners) listener(event, ...args);
  }
}
