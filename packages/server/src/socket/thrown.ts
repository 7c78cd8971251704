// What programs throw, and hand to `next`, as an error: anything can be thrown, also what a client has sent.
// Place: beside middlewares / handler errors / connection
// Rules: it never throws itself: JSON makes objects whose `toString` is a number, and auth has no prototype.

/** A text for what was thrown. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "an object that has no text";
  }
}

/** An error for what was thrown; itself, where it is one. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(thrown === undefined || thrown === null ? "refused without a reason" : textOf(thrown));
}
