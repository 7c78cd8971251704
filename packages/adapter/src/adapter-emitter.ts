// The event emitter that adapters are: the methods of Node's own, without Node.
// Place: connection / namespace -> **adapter (its emitter)** -> the user's event handlers
// Rules: listeners run in order, over a copy, with the adapter as `this`; an event that nobody listens for costs one look,
//        since rooms are joined and left all the time, and never throws, whatever its name.

import type { DefaultEventsMap, ListenerOf } from "@bowline/protocol/internal";
import type { Room, SocketId } from "./contract.ts";

/** Events of every adapter. */
export interface AdapterEvents {
  /** A room has got its first member. */
  "create-room"(room: Room): void;
  /** A room has lost its last member. */
  "delete-room"(room: Room): void;
  /** A socket has joined a room. */
  "join-room"(room: Room, id: SocketId): void;
  /** A socket has left a room. */
  "leave-room"(room: Room, id: SocketId): void;
}

/** The name of an event. */
type EventName = string | symbol;

/** A listener as it is kept; what it takes is the program's affair. */
type Listener = (...args: never[]) => void;

/** A listener of one event by its types: those of the adapter's own events are known. */
type ListenerFor<Event> = ListenerOf<AdapterEvents, DefaultEventsMap, Event>;

interface Entry {
  readonly listener: Listener;
  /** What is called: the listener, or what removes it first. */
  readonly call: Listener;
}

/** Emits events as Node's emitters do. */
export class AdapterEmitter {
  readonly #entries: Map<EventName, readonly Entry[]> = new Map();
  #maxListeners = 10;

  /** Adds a listener. */
  on<Event extends EventName>(event: Event, listener: ListenerFor<Event>): this;
  on(event: EventName, listener: Listener): this {
    return this.#add(event, { listener, call: listener });
  }

  /** As `on`. */
  addListener<Event extends EventName>(event: Event, listener: ListenerFor<Event>): this;
  addListener(event: EventName, listener: Listener): this {
    return this.#add(event, { listener, call: listener });
  }

  /** Adds a listener that runs once. */
  once<Event extends EventName>(event: Event, listener: ListenerFor<Event>): this;
  once(event: EventName, listener: Listener): this {
    return this.#add(event, this.#onlyOnce(event, listener));
  }

  /** Adds a listener in front of the others. */
  prependListener<Event extends EventName>(event: Event, listener: ListenerFor<Event>): this;
  prependListener(event: EventName, listener: Listener): this {
    return this.#add(event, { listener, call: listener }, true);
  }

  /** Adds a listener that runs once in front of the others. */
  prependOnceListener<Event extends EventName>(event: Event, listener: ListenerFor<Event>): this;
  prependOnceListener(event: EventName, listener: Listener): this {
    return this.#add(event, this.#onlyOnce(event, listener), true);
  }

  /** Removes a listener, the one that was added last if it was added several times. */
  off(event: EventName, listener: Listener): this {
    const entries = this.#entriesOf(event);
    const at = entries.map((entry) => entry.listener).lastIndexOf(listener);
    this.#set(
      event,
      entries.filter((_, index) => index !== at),
    );
    return this;
  }

  /** As `off`. */
  removeListener(event: EventName, listener: Listener): this {
    return this.off(event, listener);
  }

  /** Removes all listeners of an event, or of all. */
  removeAllListeners(event?: EventName): this {
    if (event === undefined) this.#entries.clear();
    else this.#entries.delete(event);
    return this;
  }

  /**
   * Calls the listeners of an event.
   * @returns whether there were any.
   * @throws what a listener throws; those behind it are not called then.
   */
  emit(event: EventName, ...args: unknown[]): boolean {
    const entries = this.#entries.get(event);
    if (entries === undefined) return false;
    for (const { call } of entries) Reflect.apply(call, this, args);
    return true;
  }

  /** The listeners of an event, in order. */
  listeners(event: EventName): Listener[] {
    return this.#entriesOf(event).map(({ listener }) => listener);
  }

  /** The listeners of an event as they are called. */
  rawListeners(event: EventName): Listener[] {
    return this.#entriesOf(event).map(({ call }) => call);
  }

  /** How many listeners an event has. */
  listenerCount(event: EventName): number {
    return this.#entriesOf(event).length;
  }

  /** The events that have listeners. */
  eventNames(): EventName[] {
    return [...this.#entries.keys()];
  }

  /** Notes how many listeners of an event are usual; nobody is warned of more. */
  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  /** How many listeners of an event are usual. */
  getMaxListeners(): number {
    return this.#maxListeners;
  }

  #entriesOf(event: EventName): readonly Entry[] {
    return this.#entries.get(event) ?? [];
  }

  /** Lists are made anew, so that one that is being called stays as it is. */
  #add(event: EventName, entry: Entry, first = false): this {
    const entries = this.#entriesOf(event);
    this.#entries.set(event, first ? [entry, ...entries] : [...entries, entry]);
    return this;
  }

  #set(event: EventName, entries: readonly Entry[]): void {
    if (entries.length === 0) this.#entries.delete(event);
    else this.#entries.set(event, entries);
  }

  #onlyOnce(event: EventName, listener: Listener): Entry {
    let isSpent = false;
    const call = (...args: unknown[]): void => {
      // It may still stand in a list that is being called, where the event was emitted from within its own round.
      if (isSpent) return;
      isSpent = true;
      this.#drop(event, call);
      Reflect.apply(listener, this, args);
    };
    return { listener, call };
  }

  #drop(event: EventName, call: Listener): void {
    this.#set(
      event,
      this.#entriesOf(event).filter((entry) => entry.call !== call),
    );
  }
}
