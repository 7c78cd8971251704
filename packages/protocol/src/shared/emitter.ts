// A small event emitter with the method names that programs for browsers rely on.
// Place: connection / namespace / socket (**emitter**) -> the user's event handlers; in the client, and in both engines
// Rules: listeners run in the order they were added, over a copy, so that adding and removing while emitting is safe;
//        a listener that throws stops the ones after it, as it does everywhere in the field.

import type { DefaultEventsMap, EventNames, EventParams, EventsMap, ListenerOf } from "./events-map.ts";

/** A listener as it is kept: what it takes is known to the emitter's types alone. */
export type Listener = (...args: never[]) => void;

interface Entry {
  readonly listener: Listener;
  readonly once: boolean;
  /** Whether a once listener has had its turn: an event emitted from within its own round still has it in the copy. */
  isSpent: boolean;
}

/** Where a `Listener` is called with what the emitter's types have already checked. */
function call(listener: Listener, self: unknown, args: readonly unknown[]): void {
  Reflect.apply(listener, self, args);
}

/**
 * Emits events to listeners.
 * @typeParam Listen events that listeners may be added for.
 * @typeParam Emit events that may be emitted.
 * @typeParam Own events that the object itself emits and the program only listens for.
 */
export class Emitter<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  Own extends EventsMap = Record<never, never>,
> {
  #entries: Map<unknown, Entry[]> | undefined;

  /** Adds a listener. */
  on<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.#add(event, listener, false);
  }

  /** Adds a listener that runs once. */
  once<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.#add(event, listener, true);
  }

  /** Removes all listeners. */
  off(): this;
  /** Removes one listener of an event, or all of the event. */
  off<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener?: ListenerOf<Own, Listen, E>): this;
  off(...target: readonly [] | readonly [event: unknown, listener?: unknown]): this {
    const [event, listener] = target;
    // An event that is undefined by mistake must not take everything away, so the count decides.
    if (target.length === 0) {
      this.#entries = undefined;
    } else if (listener === undefined) {
      this.#entries?.delete(event);
    } else {
      const entry = this.#entries?.get(event)?.find((given) => given.listener === listener);
      if (entry !== undefined) this.#drop(event, entry);
    }
    return this;
  }

  /**
   * Calls the listeners of an event.
   * @throws what a listener throws; those behind it are not called then.
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): this {
    this.dispatch(event, args);
    return this;
  }

  /** The listeners of an event, in order; changing the list changes nothing here. */
  listeners<E extends EventNames<Own> | EventNames<Listen>>(event: E): Listener[] {
    return (this.#entries?.get(event) ?? []).map((entry) => entry.listener);
  }

  /** Whether anybody listens for an event. */
  hasListeners<E extends EventNames<Own> | EventNames<Listen>>(event: E): boolean {
    return this.#entries?.has(event) ?? false;
  }

  /** Whether anybody listens for any event. */
  protected get hasAnyListeners(): boolean {
    return this.#entries !== undefined && this.#entries.size > 0;
  }

  /** Calls the listeners of an event by a name that only running code knows. */
  protected dispatch(event: unknown, args: readonly unknown[]): void {
    const entries = this.#entries?.get(event);
    if (entries === undefined) return;
    for (const entry of entries) {
      if (entry.once) {
        if (entry.isSpent) continue;
        entry.isSpent = true;
        this.#drop(event, entry);
      }
      call(entry.listener, this, args);
    }
  }

  #add(event: unknown, listener: Listener, once: boolean): this {
    this.#entries ??= new Map();
    this.#entries.set(event, [...(this.#entries.get(event) ?? []), { listener, once, isSpent: false }]);
    return this;
  }

  #drop(event: unknown, entry: Entry): void {
    const left = (this.#entries?.get(event) ?? []).filter((other) => other !== entry);
    if (left.length === 0) this.#entries?.delete(event);
    else this.#entries?.set(event, left);
  }
}
