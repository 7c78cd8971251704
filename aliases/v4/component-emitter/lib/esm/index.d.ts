// The types of "@socket.io/component-emitter", with the event maps that its users hand in.
import type { DefaultEventsMap, EventNames, EventParams, EventsMap, ListenerOf } from "@bowline/protocol/internal";

export type { DefaultEventsMap, EventNames, EventParams, EventsMap };
export type ReservedOrUserEventNames<Own extends EventsMap, Listen extends EventsMap> =
  | EventNames<Own>
  | EventNames<Listen>;
export type ReservedOrUserListener<
  Own extends EventsMap,
  Listen extends EventsMap,
  Event extends ReservedOrUserEventNames<Own, Listen>,
> = ListenerOf<Own, Listen, Event>;

/** Emits events to listeners; any object becomes one by its methods. */
export declare class Emitter<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  Own extends EventsMap = Record<never, never>,
> {
  constructor(target?: object);
  on<E extends ReservedOrUserEventNames<Own, Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this;
  addEventListener<E extends ReservedOrUserEventNames<Own, Listen>>(
    event: E,
    listener: ListenerOf<Own, Listen, E>,
  ): this;
  once<E extends ReservedOrUserEventNames<Own, Listen>>(event: E, listener: ListenerOf<Own, Listen, E>): this;
  off<E extends ReservedOrUserEventNames<Own, Listen>>(event?: E, listener?: ListenerOf<Own, Listen, E>): this;
  removeListener<E extends ReservedOrUserEventNames<Own, Listen>>(
    event?: E,
    listener?: ListenerOf<Own, Listen, E>,
  ): this;
  removeEventListener<E extends ReservedOrUserEventNames<Own, Listen>>(
    event?: E,
    listener?: ListenerOf<Own, Listen, E>,
  ): this;
  removeAllListeners<E extends ReservedOrUserEventNames<Own, Listen>>(event?: E): this;
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): this;
  protected emitReserved<E extends EventNames<Own>>(event: E, ...args: EventParams<Own, E>): this;
  listeners<E extends ReservedOrUserEventNames<Own, Listen>>(event: E): ListenerOf<Own, Listen, E>[];
  hasListeners<E extends ReservedOrUserEventNames<Own, Listen>>(event: E): boolean;
}
