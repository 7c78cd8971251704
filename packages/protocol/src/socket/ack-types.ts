// Types of acknowledgements, derived from a program's event map.
// Place: the user's code -> **emit, emitWithAck** of sockets, namespaces and broadcasts
// Rules: the ack is the last parameter of an event and a function; without an event map everything fits.

import type { EventNames, EventsMap } from "../shared/events-map.ts";

type Callback = (...args: never[]) => unknown;

/** The first argument of an ack; where the first is an error, the second. */
type FirstAnswer<Args extends readonly unknown[]> = [Args[0]] extends [Error | null] ? Args[1] : Args[0];

type FirstOf<Ack> = Ack extends (...args: infer Args) => unknown ? FirstAnswer<Args> : unknown;

/** Parameters of which it is not known how many there are. */
type Open<Params extends readonly unknown[]> = number extends Params["length"] ? true : false;

/** The ack at the end of an event's parameters, which may be optional; never where there is none. */
type AckOf<Params extends readonly unknown[]> = Params extends readonly [...infer _, infer Final]
  ? Extract<Final, Callback>
  : Open<Params> extends true
    ? never
    : Params extends readonly [...infer _, (infer Final)?]
      ? Extract<Final, Callback>
      : never;

/** The parameters of an event without its ack, if it has one. */
export type WithoutAck<Params extends readonly unknown[]> = [AckOf<Params>] extends [never]
  ? Params
  : Params extends readonly [...infer Head, infer _]
    ? Head
    : Params extends readonly [...infer Head, (infer _)?]
      ? Head
      : Params;

/** What the ack of an event brings first. */
export type AnswerOf<Params extends readonly unknown[]> =
  Open<Params> extends true ? Params[number] : FirstOf<AckOf<Params>>;

/** Whether the parameters of an event end in an ack; where they are not known, they may. */
type HasAck<Params extends readonly unknown[]> = Params extends readonly []
  ? false
  : [AckOf<Params>] extends [never]
    ? Open<Params>
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

/** Each one of a union for itself: an ack may be optional. */
type ErrorFirstIn<Param> = Param extends (...args: infer Args) => infer Result ? AckWithError<Args, Result> : Param;

type ErrorFirst<Params extends readonly unknown[]> = { [Index in keyof Params]: ErrorFirstIn<Params[Index]> };

type GatheringIn<Param> = Param extends (...args: infer Args) => infer Result
  ? AckWithError<[answers: FirstAnswer<Args>[]], Result>
  : Param;

type Gathering<Params extends readonly unknown[]> = { [Index in keyof Params]: GatheringIn<Params[Index]> };

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
