// The event emitter of the engine and its connections: the methods of Node's, without Node.
// Place: bytes -> engine server, connection (**emitter**) -> the user's event handlers
// Rules: listeners run in the order they stand in, over a list that never changes; nobody who listens costs nothing but a
//        look at a field; nobody who listens for "error" is no reason to throw.

import type { EventNames, EventParams, EventsMap } from "@bowline/protocol/internal";

/** A listener as it is kept: what it takes is known to the emitter's types alone. */
type Listener = (...args: never[]) => void;

interface Entry {
  readonly listener: Listener;
  readonly once: boolean;
  /** Whether a once listener has had its turn: an event emitted from within its own round still has it in its list. */
  isSpent: boolean;
}

const DEFAULT_MAX_LISTENERS = 10;

/**
 * Emits events to listeners, under the names that programs know from Node.
 * @typeParam Events what may be listened for, and with what it is told.
 */
export class EngineEmitter<Events extends EventsMap> {
  #entries: Map<unknown, readonly Entry[]> | undefined;
  #maxListeners: number | undefined;

  /** Adds a listener. */
  on<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, false, false);
  }

  /** As `on`. */
  addListener<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.on(event, listener);
  }

  /** Adds a listener that runs once. */
  once<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, true, false);
  }

  /** Adds a listener before those that are there. */
  prependListener<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, false, true);
  }

  /** Adds a listener that runs once, before those that are there. */
  prependOnceListener<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.#add(event, listener, true, true);
  }

  /** Removes a listener: of several of the same kind, the one that was added last. */
  off<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    const sameOnes = this.#entries?.get(event)?.filter((given) => given.listener === listener);
    const entry = sameOnes?.at(-1);
    if (entry !== undefined) this.#drop(event, entry);
    return this;
  }

  /** As `off`. */
  removeListener<E extends EventNames<Events>>(event: E, listener: Events[E]): this {
    return this.off(event, listener);
  }

  /** Removes the listeners of an event, or of all. */
  removeAllListeners(event?: EventNames<Events>): this {
    if (event === undefined) this.#entries = undefined;
    else this.#entries?.delete(event);
    return this;
  }

  /**
   * Calls the listeners of an event.
   * @returns whether there were any.
   * @throws what a listener throws; those behind it are not called then.
   */
  emit<E extends EventNames<Events>>(event: E, ...args: EventParams<Events, E>): boolean {
    const entries = this.#entries?.get(event);
    if (entries === undefined) return false;
    for (const entry of entries) {
      if (entry.once) {
        if (entry.isSpent) continue;
        entry.isSpent = true;
        this.#drop(event, entry);
      }
      Reflect.apply(entry.listener, this, args);
    }
    return true;
  }

  /** The listeners of an event, in order; changing the list changes nothing here. */
  listeners(event: EventNames<Events>): Listener[] {
    return (this.#entries?.get(event) ?? []).map(({ listener }) => listener);
  }

  /** As `listeners`: there are no wrappers here. */
  rawListeners(event: EventNames<Events>): Listener[] {
    return this.listeners(event);
  }

  /** How many listeners an event has; of one function, how often it stands among them. */
  listenerCount(event: EventNames<Events>, listener?: Listener): number {
    const all = this.listeners(event);
    return listener === undefined ? all.length : all.filter((one) => one === listener).length;
  }

  /** The events that somebody listens for. */
  eventNames(): (string | symbol)[] {
    return [...(this.#entries?.keys() ?? [])].filter((name) => typeof name === "string" || typeof name === "symbol");
  }

  /** Takes the number of listeners from which on Node warns; here nobody does. */
  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  /** The number that was set, or Node's default. */
  getMaxListeners(): number {
    return this.#maxListeners ?? DEFAULT_MAX_LISTENERS;
  }

  /** Whether anybody listens for an event: what costs something is not made for nobody. */
  hasListeners(event: EventNames<Events>): boolean {
    return this.#entries?.has(event) ?? false;
  }

  #add(event: unknown, listener: Listener, once: boolean, isFirst: boolean): this {
    const entry: Entry = { listener, once, isSpent: false };
    const others = this.#entries?.get(event) ?? [];
    this.#entries ??= new Map();
    this.#entries.set(event, isFirst ? [entry, ...others] : [...others, entry]);
    return this;
  }

  #drop(event: unknown, entry: Entry): void {
    const left = (this.#entries?.get(event) ?? []).filter((other) => other !== entry);
    if (left.length === 0) this.#entries?.delete(event);
    else this.#entries?.set(event, left);
  }
}
