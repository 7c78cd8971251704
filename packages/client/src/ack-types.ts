// Types of acknowledgements, derived from a program's event map.
// Rules: as the types that programs of 4.x know; without an event map everything fits.

type PrependError<Params extends readonly unknown[]> = {
  [Index in keyof Params]: Params[Index] extends (...args: infer Args) => infer Result
    ? (error: Error | null, ...args: Args) => Result
    : Params[Index];
};

/** An event map whose acknowledgements take an error first, as after `timeout()`. */
export type DecorateAcknowledgements<Map> = {
  [Event in keyof Map]: Map[Event] extends (...args: infer Params) => infer Result
    ? (...args: PrependError<Params>) => Result
    : Map[Event];
};

/** The last type of a tuple. */
export type Last<Params extends readonly unknown[]> = Params extends readonly [...infer _, infer Final]
  ? Final
  : Params[number];

/** All types of a tuple but the last. */
export type AllButLast<Params extends readonly unknown[]> = Params extends readonly [...infer Head, infer _]
  ? Head
  : Params;

/** What a function takes first. */
export type FirstArg<Ack> = Ack extends (arg: infer First, ...rest: never[]) => unknown ? First : Ack;
