// Runs middlewares one after another, each deciding whether the next one is asked.
// Place: connection -> namespace (**middlewares**) -> socket
// Rules: a middleware that calls `next` twice is heard once; one that throws or rejects refuses, and the client is not told
//        what went wrong inside; once it has answered its error is the program's.

import type { Refusal } from "@bowline/protocol";
import type { UserValue } from "@bowline/protocol/internal";
import { toError } from "./thrown.ts";

/** An error whose `data` the client gets, besides the message. */
export interface ExtendedError extends Error {
  data?: UserValue;
}

/** Tells that a middleware is content, or why it refuses. */
export type Next = (error?: ExtendedError | null) => void;

/** Something that may let a subject pass; what it returns is waited for only to hear of its failure. */
export type Middleware<Subject> = (subject: Subject, next: Next) => unknown;

/** Why a subject does not pass. */
export interface MiddlewareRefusal {
  /** What the middleware handed to `next`, or threw. */
  readonly error: Error;
  /** What the client may know of it. */
  readonly told: Refusal;
}

/** Who hears what middlewares come to. */
export interface MiddlewareOutcome {
  /** Called once: without an argument when all are content. It must not throw. */
  decided(refusal?: MiddlewareRefusal): void;
  /** A middleware threw in the place of an answer, and is about to refuse by that. */
  failed(error: unknown): void;
  /** A middleware threw once it had answered, when it can refuse no more. */
  failedLate(error: unknown): void;
}

/** What a client is told where a middleware broke down: its error may hold what is no stranger's affair. */
export const BROKE_DOWN: Refusal = { message: "Internal server error" };

/** Reads what a middleware's error tells the client: its message, and `data` if it has any. */
export function toRefusal(error: Error): Refusal {
  const data: unknown = Reflect.get(error, "data");
  return data === undefined ? { message: error.message } : { message: error.message, data };
}

/** Asks middlewares in order until one refuses. */
export function runMiddlewares<Subject>(
  middlewares: readonly Middleware<Subject>[],
  subject: Subject,
  outcome: MiddlewareOutcome,
): void {
  const ask = (index: number): void => {
    const middleware = middlewares[index];
    if (middleware === undefined) {
      outcome.decided();
      return;
    }
    let answered = false;
    const next: Next = (error) => {
      if (answered) return;
      answered = true;
      // Programs write `next(isBad && new Error())`, too.
      if (!error) ask(index + 1);
      else {
        const refusal = toError(error);
        outcome.decided({ error: refusal, told: toRefusal(refusal) });
      }
    };
    // Also what is thrown without a reason refuses: nobody is let in because a check broke down.
    const failed = (thrown: unknown): void => {
      if (answered) {
        outcome.failedLate(thrown);
        return;
      }
      answered = true;
      outcome.failed(thrown);
      outcome.decided({ error: toError(thrown), told: BROKE_DOWN });
    };
    try {
      const result: unknown = middleware(subject, next);
      if (result instanceof Promise) result.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
  ask(0);
}
