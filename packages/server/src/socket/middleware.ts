// Runs middlewares one after another, each deciding whether the next one is asked.
// Place: connection -> namespace (**middlewares**) -> socket
// Rules: a middleware that calls `next` twice is heard once; one that throws or rejects refuses,
//        and once it has answered its error is the program's.

import type { Refusal } from "@bowline/protocol";
import type { UserValue } from "@bowline/protocol/internal";

/** An error whose `data` the client gets, besides the message. */
export interface ExtendedError extends Error {
  data?: UserValue;
}

/** Tells that a middleware is content, or why it refuses. */
export type Next = (error?: ExtendedError | null) => void;

/** Something that may let a subject pass. */
export type Middleware<Subject> = (subject: Subject, next: Next) => unknown;

/** Reads what a middleware's error tells the client: its message, and `data` if it has any. */
export function toRefusal(error: Error): Refusal {
  const data: unknown = Reflect.get(error, "data");
  return data === undefined ? { message: error.message } : { message: error.message, data };
}

function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(thrown === undefined || thrown === null ? "refused without a reason" : String(thrown));
}

/**
 * Asks middlewares in order until one refuses.
 * @param done called once: without an argument when all are content, else with the refusal; it must not throw.
 * @param reportUncaught told what a middleware throws once it has answered, when it can refuse no more.
 */
export function runMiddlewares<Subject>(
  middlewares: readonly Middleware<Subject>[],
  subject: Subject,
  done: (refusal?: Error) => void,
  reportUncaught: (error: unknown) => void,
): void {
  const ask = (index: number): void => {
    const middleware = middlewares[index];
    if (middleware === undefined) {
      done();
      return;
    }
    let answered = false;
    const next: Next = (error) => {
      if (answered) return;
      answered = true;
      if (error === undefined || error === null) ask(index + 1);
      else done(toError(error));
    };
    // Also what is thrown without a reason refuses: nobody is let in because a check broke down.
    const failed = (thrown: unknown): void => (answered ? reportUncaught(thrown) : next(toError(thrown)));
    try {
      const result: unknown = middleware(subject, next);
      if (result instanceof Promise) result.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
  ask(0);
}
