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

/** An error for what was thrown; itself, where it is one. It may be of another realm, or an object that a program has made like one. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === "object" && thrown !== null) {
    const message: unknown = Reflect.get(thrown, "message");
    const data: unknown = Reflect.get(thrown, "data");
    const error = new Error(typeof message === "string" ? message : "");
    return data === undefined ? error : Object.assign(error, { data });
  }
  return new Error(thrown === undefined || thrown === null ? "refused without a reason" : textOf(thrown));
}
