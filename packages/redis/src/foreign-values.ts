// Looking into values that others have made: what comes over a wire, and what clients of Redis answer.
// Place: beside wire and bus
// Rules: nothing is believed of a value before it has been looked at.

/** A member of a value; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The elements of what may be a list. */
export function listOf(value: unknown): readonly unknown[] | undefined;
export function listOf(value: unknown): unknown {
  return Array.isArray(value) ? value : undefined;
}
