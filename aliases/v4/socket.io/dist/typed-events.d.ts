// The types of event maps, for programs that import them from this file.
// Rules: the names are those of the official package; what a broadcast makes of acks, our operators know by themselves.
import type {
  AnswerOf,
  EventNames as CoreEventNames,
  EventsMap as CoreEventsMap,
  EventNamesWithAck,
  EventParams,
  ListenerOf,
  UserValue,
  WithAnswers,
  WithoutAck,
  WithTimeout,
} from "@bowline/protocol/internal";

export type {
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
} from "@bowline/protocol/internal";

/** The names of the events that nobody answers, or whose ack is of no interest. */
export type EventNamesWithoutAck<Map extends CoreEventsMap> = CoreEventNames<Map>;

/** The names of the events whose ack takes an error first. */
export type EventNamesWithError<Map extends CoreEventsMap> = EventNamesWithAck<Map>;

/** An event map without its acks. */
export type RemoveAcknowledgements<Map extends CoreEventsMap> = {
  [Event in CoreEventNames<Map>]: (...args: WithoutAck<EventParams<Map, Event>>) => void;
};

/** An event map whose acks take an error first, as after `timeout()`. */
export type DecorateAcknowledgements<Map> = WithTimeout<Map>;

/** An event map whose acks take an error and the answers of many. */
export type DecorateAcknowledgementsWithTimeoutAndMultipleResponses<Map> = WithAnswers<Map>;

/** The map of a broadcast operator: our operators know by themselves that their acks take the answers of many. */
export type DecorateAcknowledgementsWithMultipleResponses<Map> = Map;

/** The names of an object's own events and of the program's. */
export type ReservedOrUserEventNames<Reserved extends CoreEventsMap, User extends CoreEventsMap> =
  | CoreEventNames<Reserved>
  | CoreEventNames<User>;

/** The listener of one of them. */
export type ReservedOrUserListener<Reserved extends CoreEventsMap, User extends CoreEventsMap, Event> = ListenerOf<
  Reserved,
  User,
  Event
>;

/** What sends events. */
export interface TypedEventBroadcaster<Emit extends CoreEventsMap> {
  emit<Event extends CoreEventNames<Emit>>(event: Event, ...args: EventParams<Emit, Event>): boolean;
}

/** The last of a list. */
export type Last<List extends readonly unknown[]> = List extends readonly [...infer _, infer Final]
  ? Final
  : List[number];

/** A list without its last. */
export type AllButLast<List extends readonly unknown[]> = List extends readonly [...infer Head, infer _]
  ? Head
  : UserValue[];

/** The first of an ack's arguments that is no error. */
export type FirstNonErrorTuple<Args extends readonly unknown[]> = Args[0] extends Error ? Args[1] : Args[0];

/** What an ack brings. */
export type FirstNonErrorArg<Ack> = AnswerOf<[Ack]>;

/** A list of as many lists. */
export type MultiplyArray<List extends readonly unknown[]> = { [Index in keyof List]: List[Index][] };
