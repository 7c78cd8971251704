// What the suites of the golden tables have in common: comparing an answer with the table's, and telling a refusal from
// another answer and from an exception that may not come out of a codec.
import { isSame, show } from "./values.mjs";

/** Our answer is not the one in the table. */
export class Mismatch extends Error {
  /** @param {"refused" | "different" | "broken"} kind a SyntaxError, another answer, or an exception of another kind. */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export function mustBe(actual, expected, what) {
  if (!isSame(actual, expected)) {
    throw new Mismatch("different", `${what}: ${show(actual)} instead of ${show(expected)}`);
  }
}

/** Encodes; programmers' mistakes may be any error, so a throw is another answer and nothing worse. */
export function encoding(encode) {
  try {
    return encode();
  } catch (error) {
    throw new Mismatch(error instanceof SyntaxError ? "refused" : "different", `encoding threw ${error}`);
  }
}

/** Decodes; nothing but a SyntaxError may come out. */
export function decoding(decode) {
  try {
    return decode();
  } catch (error) {
    throw new Mismatch(error instanceof SyntaxError ? "refused" : "broken", `decoding threw ${error}`);
  }
}

export function mustRefuse(decode) {
  try {
    decode();
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw new Mismatch("broken", `decoding threw ${error} instead of a SyntaxError`);
  }
  throw new Mismatch("different", "accepted what has to be refused");
}
