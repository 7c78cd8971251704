// An event emitter with the methods of Node's own, without Node.
// Place: bytes -> engine server, connection -> ... -> adapter (**their emitter**) -> the user's event handlers
// Rules: listeners run in the order they stand in, over a list that never changes; an event that nobody listens for costs one
//        look, and is no reason to throw, whatever its name.

import type { EventNames, EventParams, EventsMap, ListenerOf } from "./events-map.ts";

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
 * @typeParam Listen events that listeners may be added for.
 * @typeParam Emit events that may be emitted.
 * @typeParam Own events whose listeners are known, whatever else may be listened for.
 */
export class NodeEmitter<
  Listen extends EventsMap,
  Emit extends EventsMap = Listen,
  Own extends EventsMap = Record<never, never>,
> {
  /** Lists are made anew with each change, so that one that is being called stays as it is. */
  #entries: Map<string | symbol, readonly Entry[]> | undefined;
  #maxListeners: number | undefined;

  /** Adds a listener. */
  on<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.#add(event, listener, false, false);
  }

  /** As `on`. */
  addListener<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.#add(event, listener, false, false);
  }

  /** Adds a listener that runs once. */
  once<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.#add(event, listener, true, false);
  }

  /** Adds a listener before those that are there. */
  prependListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return this.#add(event, listener, false, true);
  }

  /** Adds a listener that runs once, before those that are there. */
  prependOnceListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return this.#add(event, listener, true, true);
  }

  /** Removes a listener: of several of the same kind, the one that was added last. */
  off<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this;
  off(event: string | symbol, listener: Listener): this {
    const entry = this.#entriesOf(event)
      .filter((given) => given.listener === listener)
      .at(-1);
    if (entry !== undefined) this.#drop(event, entry);
    return this;
  }

  /** As `off`. */
  removeListener<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return this.off(event, listener);
  }

  /** Removes the listeners of an event, or of all. */
  removeAllListeners(event?: EventNames<Own> | EventNames<Listen>): this {
    if (event === undefined) this.#entries = undefined;
    else this.#entries?.delete(event);
    return this;
  }

  /**
   * Calls the listeners of an event.
   * @returns whether there were any.
   * @throws what a listener throws; those behind it are not called then.
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): boolean {
    const entries = this.#entries?.get(event);
    if (entries === undefined) return false;
    for (const entry of entries) this.#run(event, entry, args);
    return true;
  }

  /** The listeners of an event, in order; changing the list changes nothing here. */
  listeners(event: EventNames<Own> | EventNames<Listen>): Listener[] {
    return this.#entriesOf(event).map(({ listener }) => listener);
  }

  /** The listeners of an event as they are called: one that runs once is removed by its call. */
  rawListeners(event: EventNames<Own> | EventNames<Listen>): Listener[] {
    return this.#entriesOf(event).map((entry) => {
      const { listener, once } = entry;
      const call = (...args: unknown[]): void => this.#run(event, entry, args);
      return once ? Object.assign(call, { listener }) : listener;
    });
  }

  /** How many listeners an event has; of one function, how often it stands among them. */
  listenerCount(event: EventNames<Own> | EventNames<Listen>, listener?: Listener): number {
    const all = this.#entriesOf(event);
    return listener === undefined ? all.length : all.filter((entry) => entry.listener === listener).length;
  }

  /** The events that somebody listens for. */
  eventNames(): (string | symbol)[] {
    return [...(this.#entries?.keys() ?? [])];
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
  hasListeners(event: EventNames<Own> | EventNames<Listen>): boolean {
    return this.#entries?.has(event) ?? false;
  }

  #run(event: string | symbol, entry: Entry, args: readonly unknown[]): void {
    if (entry.once) {
      if (entry.isSpent) return;
      entry.isSpent = true;
      this.#drop(event, entry);
    }
    Reflect.apply(entry.listener, this, args);
  }

  #entriesOf(event: string | symbol): readonly Entry[] {
    return this.#entries?.get(event) ?? [];
  }

  #add(event: string | symbol, listener: Listener, once: boolean, isFirst: boolean): this {
    const entry: Entry = { listener, once, isSpent: false };
    const others = this.#entriesOf(event);
    this.#entries ??= new Map();
    this.#entries.set(event, isFirst ? [entry, ...others] : [...others, entry]);
    return this;
  }

  #drop(event: string | symbol, entry: Entry): void {
    const left = this.#entriesOf(event).filter((other) => other !== entry);
    if (left.length === 0) this.#entries?.delete(event);
    else this.#entries?.set(event, left);
  }
}
