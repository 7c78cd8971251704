// The event emitter that programs call `.on()` on: Node's own, with the types of the program's event maps.
// Place: connection / namespace / socket (**emitter**) -> the user's event handlers
// Rules: namespaces and sockets are real EventEmitters, since programs and plugins rely on it: the one `node:` import
//        outside runtime/. What a client sends never makes Node throw.

import { EventEmitter } from "node:events";
import type { DefaultEventsMap, EventNames, EventsMap, ListenerOf } from "@bowline/protocol/internal";
import type { HandlerAbout, HandlerErrors } from "./handler-errors.ts";

/**
 * Keeps the listeners of one emitter under the names of their events, as Node's own table does, which is a dictionary. Objects
 * of one class share their layout, and a table takes a quarter of the memory: every socket has one.
 */
class ListenerTable {}
// Nothing is inherited: an event may have any name.
Reflect.deleteProperty(ListenerTable.prototype, "constructor");
Object.setPrototypeOf(ListenerTable.prototype, null);

/** The emitter whose listeners Node is changing right now. */
let changing: EventEmitter | undefined;

function changed<T>(emitter: EventEmitter, action: () => T): T {
  const before = changing;
  changing = emitter;
  try {
    return action();
  } finally {
    changing = before;
  }
}

/**
 * An event emitter of Node whose events and listeners are typed.
 *
 * What Node's own offers (`setMaxListeners`, `listenerCount`, `events.once`) is there; those who send override `emit`.
 * @typeParam Listen events of the program's map.
 * @typeParam Own events that the object itself emits.
 */
export class SocketEmitter<
  Listen extends EventsMap = DefaultEventsMap,
  Own extends EventsMap = Record<never, never>,
> extends EventEmitter {
  constructor() {
    super();
    // Where a runtime keeps its listeners elsewhere, this is a property that nobody reads.
    Reflect.set(this, "_events", new ListenerTable());
  }

  /** Adds a listener. */
  override on<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return changed(this, () => super.on(event, listener));
  }

  /** Adds a listener that runs once. */
  override once<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return changed(this, () => super.once(event, listener));
  }

  /** Removes a listener. */
  override off<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this {
    return changed(this, () => super.off(event, listener));
  }

  /** As `on`. */
  override addListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return changed(this, () => super.addListener(event, listener));
  }

  /** As `off`. */
  override removeListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return changed(this, () => super.removeListener(event, listener));
  }

  /** Adds a listener, before the others. */
  override prependListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return changed(this, () => super.prependListener(event, listener));
  }

  /** Adds a listener that runs once, before the others. */
  override prependOnceListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return changed(this, () => super.prependOnceListener(event, listener));
  }

  /** Adds the listeners that another emitter has now for these events. */
  protected adoptListeners(other: EventEmitter, events: readonly string[]): void {
    for (const event of events) {
      for (const listener of other.listeners(event)) Reflect.apply(super.on, this, [event, listener]);
    }
  }

  /** Whether an emit is Node's, which tells of listeners that come and go, and not the program's. */
  protected tellsOfListeners(event: unknown): event is "newListener" | "removeListener" {
    return changing === this && (event === "newListener" || event === "removeListener");
  }

  /** Calls the local listeners of an event, by a name that only running code knows. */
  protected dispatch(event: string, args: readonly unknown[]): boolean {
    // Node throws when nobody listens for "error"; a packet from a client must never be able to cause that.
    if (event === "error" && this.listenerCount(event) === 0) return false;
    return super.emit(event, ...args);
  }

  /** As `dispatch`, of an event with its arguments behind its name. */
  protected dispatchIncoming(incoming: readonly [event: string, ...args: unknown[]]): void {
    if (incoming[0] !== "error" || this.listenerCount("error") > 0) super.emit(...incoming);
  }

  /** As `dispatch`; where errors are reported, each listener is called by itself. */
  protected dispatchGuarded(
    event: string,
    args: readonly unknown[],
    handlers: HandlerErrors,
    about: () => HandlerAbout,
  ): void {
    if (!handlers.isReporting) this.dispatch(event, args);
    else for (const call of this.rawListeners(event)) handlers.run(() => Reflect.apply(call, this, args), about);
  }
}

/** Has the objects of a class that has all methods of an emitter by itself pass as one of Node's. */
export function passAsEmitter(prototype: object): void {
  Object.setPrototypeOf(prototype, EventEmitter.prototype);
}
