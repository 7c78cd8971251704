// Types of acknowledgements, derived from a program's event map.
// Place: the user's code -> **emit, emitWithAck** of sockets, namespaces and broadcasts
// Rules: the ack is the last parameter of an event and a function; without an event map everything fits.

import type { EventNames, EventsMap } from "../shared/events-map.ts";

type Callback = (...args: never[]) => unknown;

/** The first argument of an ack; where the first is an error, the second. */
type FirstAnswer<Args extends readonly unknown[]> = [Args[0]] extends [Error | null] ? Args[1] : Args[0];

type FirstOf<Ack> = Ack extends (...args: infer Args) => unknown ? FirstAnswer<Args> : unknown;

/** The parameters of an event without its ack, if it has one. */
export type WithoutAck<Params extends readonly unknown[]> = Params extends readonly [...infer Head, infer Final]
  ? Final extends Callback
    ? Head
    : Params
  : Params;

/** What the ack of an event brings first. */
export type AnswerOf<Params extends readonly unknown[]> = Params extends readonly [...infer _, infer Final]
  ? FirstOf<Final>
  : Params[number];

/** Whether the parameters of an event end in an ack; where they are not known, they may. */
type HasAck<Params extends readonly unknown[]> = Params extends readonly []
  ? false
  : Params extends readonly [...infer _, infer Final]
    ? Final extends Callback
      ? true
      : false
    : true;

/** The names of the events that are acknowledged. */
export type EventNamesWithAck<Map extends EventsMap> = EventNames<Map> &
  keyof { [Event in keyof Map as HasAck<Parameters<Map[Event]>> extends true ? Event : never]: unknown };

/**
 * An ack that takes an error or null first. The form of a method lets programs declare the error as `Error`, as the
 * types of socket.io-client do.
 */
type AckWithError<Args extends readonly unknown[], Result> = {
  ack(error: Error | null, ...args: Args): Result;
}["ack"];

type ErrorFirst<Params extends readonly unknown[]> = {
  [Index in keyof Params]: Params[Index] extends (...args: infer Args) => infer Result
    ? AckWithError<Args, Result>
    : Params[Index];
};

type Gathering<Params extends readonly unknown[]> = {
  [Index in keyof Params]: Params[Index] extends (...args: infer Args) => infer Result
    ? AckWithError<[answers: FirstAnswer<Args>[]], Result>
    : Params[Index];
};

/** An event map whose acks take an error or null first, as after `timeout()`. */
export type WithTimeout<Map> = {
  [Event in keyof Map]: Map[Event] extends (...args: infer Params) => infer Result
    ? (...args: ErrorFirst<Params>) => Result
    : Map[Event];
};

/** An event map whose acks take an error or null and the answers of many clients. */
export type WithAnswers<Map> = {
  [Event in keyof Map]: Map[Event] extends (...args: infer Params) => infer Result
    ? (...args: Gathering<Params>) => Result
    : Map[Event];
};
