// Runs middlewares one after another, each deciding whether the next one is asked.
// Place: connection -> namespace (**middlewares**) -> socket
// Rules: a middleware that calls `next` twice is heard once; one that throws or rejects refuses.

/** Tells that a middleware is content, or why it refuses. */
export type Next = (error?: Error | null) => void;

/** Something that may let a subject pass. */
export type Middleware<Subject> = (subject: Subject, next: Next) => unknown;

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * Asks middlewares in order until one refuses.
 * @param done called once: without an argument when all are content, else with the refusal.
 */
export function runMiddlewares<Subject>(
  middlewares: readonly Middleware<Subject>[],
  subject: Subject,
  done: (refusal?: Error) => void,
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
    try {
      const result: unknown = middleware(subject, next);
      if (result instanceof Promise) result.catch(next);
    } catch (thrown) {
      next(toError(thrown));
    }
  };
  ask(0);
}
