// Types of event maps: which events an emitter knows and what their listeners take.
// Place: types of connection / namespace / socket (**emitters**) and of the user's event handlers
// Rules: without a map everything is allowed, as programs in plain JavaScript expect; with one, names and arguments are
//        checked.

/** Event names and the signatures of their listeners. */
export interface EventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: the users' own listeners take whatever they declare
  [event: string]: any;
}

/** The map of programs that declare none: any event, any arguments. */
export interface DefaultEventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: without a map arguments cannot be known
  [event: string]: (...args: any[]) => void;
}

/** A value of the program's, or one that its peers sent to it: only the program knows of which type it is. */
// biome-ignore lint/suspicious/noExplicitAny: to be used without a check, as programs of upstream do
export type UserValue = any;

/** What sockets keep for programs that do not say of which type it is. */
export type DefaultData = UserValue;

/** The names of the events in a map. */
export type EventNames<Map extends EventsMap> = keyof Map & (string | symbol);

/** The arguments of an event's listeners. */
export type EventParams<Map extends EventsMap, Event extends EventNames<Map>> = Parameters<Map[Event]>;

/** The listener of an event: the object's own events come before those of the program's map. */
export type ListenerOf<Own extends EventsMap, Listen extends EventsMap, Event> = Event extends keyof Own
  ? Own[Event]
  : Event extends keyof Listen
    ? Listen[Event]
    : never;
