// The event emitter of sockets: beside the listeners of one event those of all, received and sent.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket** -> handlers
// Rules: listeners of all events hear first, and nothing of the events that a socket tells by itself.

import { type AnyListener, AnyListeners, type DefaultEventsMap, type EventsMap } from "@bowline/protocol/internal";
import { ClientEmitter } from "./emitter.ts";
import type { BufferEvents, SocketEvents } from "./socket-events.ts";

/** An emitter with listeners for all events. */
export class SocketEmitter<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends ClientEmitter<ListenEvents, EmitEvents, SocketEvents & Omit<BufferEvents, keyof ListenEvents>> {
  readonly #heard = new AnyListeners();
  readonly #sent = new AnyListeners();

  /** Adds a listener for all events. */
  onAny(listener: AnyListener): this {
    this.#heard.append(listener);
    return this;
  }

  /** Adds a listener for all events, before the others. */
  prependAny(listener: AnyListener): this {
    this.#heard.prepend(listener);
    return this;
  }

  /** Removes a listener for all events, or all of them. */
  offAny(listener?: AnyListener): this {
    this.#heard.remove(listener);
    return this;
  }

  /** The listeners for all events. */
  listenersAny(): AnyListener[] {
    return this.#heard.list();
  }

  /** Adds a listener for all events that are sent, when they are sent. */
  onAnyOutgoing(listener: AnyListener): this {
    this.#sent.append(listener);
    return this;
  }

  /** Adds a listener for all events that are sent, before the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.#sent.prepend(listener);
    return this;
  }

  /** Removes a listener for all events that are sent, or all of them. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.#sent.remove(listener);
    return this;
  }

  /** The listeners for all events that are sent. */
  listenersAnyOutgoing(): AnyListener[] {
    return this.#sent.list();
  }

  /** Tells an event that came. @param data its name and arguments. */
  protected tellReceived([event, ...args]: readonly unknown[]): void {
    if (!this.#heard.isEmpty) this.#heard.call(String(event), args);
    this.dispatch(event, args);
  }

  /** Tells an event that is being sent. @param data its name and arguments. */
  protected tellSent([event, ...args]: readonly unknown[]): void {
    if (!this.#sent.isEmpty) this.#sent.call(String(event), args);
  }
}
