// The event emitter of the client: the protocol's, with all the names under which its methods are known.
// Place: below manager, socket and engine; programs call it.
// Rules: `off` and its aliases are one function: without arguments they remove all listeners, with an event all of it;
//        whatever is told to listeners is told to the trace point first, where somebody listens there.

import {
  type DefaultEventsMap,
  Emitter,
  type EventNames,
  type EventsMap,
  type ListenerOf,
  type TracePoint,
} from "@bowline/protocol/internal";

/** An emitter with the method names of browsers and of Node. */
export class ClientEmitter<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  Own extends EventsMap = Record<never, never>,
> extends Emitter<Listen, Emit, Own> {
  readonly #point: TracePoint | undefined;

  /** @param point hears of every event, with whom it is told by. */
  constructor(point?: TracePoint) {
    super();
    this.#point = point;
  }

  /** As `on`. */
  addEventListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this {
    return this.on(event, listener);
  }

  /** As `off`. */
  removeListener(): this;
  removeListener<E extends EventNames<Own> | EventNames<Listen>>(event: E, listener?: ListenerOf<Own, Listen, E>): this;
  removeListener(...target: readonly unknown[]): this {
    return this.#off(target);
  }

  /** As `off`. */
  removeEventListener(): this;
  removeEventListener<E extends EventNames<Own> | EventNames<Listen>>(
    event: E,
    listener?: ListenerOf<Own, Listen, E>,
  ): this;
  removeEventListener(...target: readonly unknown[]): this {
    return this.#off(target);
  }

  /** As `off`. */
  removeAllListeners(): this;
  removeAllListeners<E extends EventNames<Own> | EventNames<Listen>>(event: E): this;
  removeAllListeners(...target: readonly unknown[]): this {
    return this.#off(target);
  }

  /** The number of arguments decides what `off` does, so they are passed on as they are. */
  #off(target: readonly unknown[]): this {
    Reflect.apply(this.off, this, target);
    return this;
  }

  /** Whether anybody hears of an event: what costs something is not made for nobody. */
  protected isHeard<E extends EventNames<Own> | EventNames<Listen>>(event: E): boolean {
    return this.hasListeners(event) || this.#point?.active === true;
  }

  /** Whether anybody hears of any event, which is cheaper to ask. */
  protected get isHeardAtAll(): boolean {
    return this.hasAnyListeners || this.#point?.active === true;
  }

  protected override dispatch(event: unknown, args: readonly unknown[]): void {
    if (this.#point?.active === true) this.#point.publish({ source: this, event, args });
    super.dispatch(event, args);
  }
}
