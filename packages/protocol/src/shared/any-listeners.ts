// Listeners that hear every event whatever its name, as `onAny` and `onAnyOutgoing` add them.
// Place: connection / namespace / **socket** -> the user's event handlers; the list is the server's, the client has its own.
// Rules: the order is that of adding; who calls them walks over a copy.

import type { UserValue } from "./events-map.ts";

/**
 * Hears every event. The form of a method lets programs declare the event as one of the names that they know.
 */
export type AnyListener = {
  call(event: string, ...args: UserValue[]): void;
}["call"];

/** An ordered list of listeners for all events. */
export class AnyListeners {
  #listeners: readonly AnyListener[] = [];

  /** Adds a listener behind the others. */
  append(listener: AnyListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  /** Adds a listener before the others. */
  prepend(listener: AnyListener): void {
    this.#listeners = [listener, ...this.#listeners];
  }

  /**
   * Removes one listener, or all.
   * @param listener removed once if it was added several times; without it, all are removed.
   */
  remove(listener?: AnyListener): void {
    const index = listener === undefined ? -1 : this.#listeners.indexOf(listener);
    if (listener === undefined) this.#listeners = [];
    else if (index >= 0) this.#listeners = this.#listeners.filter((_, at) => at !== index);
  }

  /** The listeners in order; changing the list changes nothing here. */
  list(): AnyListener[] {
    return [...this.#listeners];
  }
}
