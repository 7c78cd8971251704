// Three small bridges between data whose type is unknown and code that is typed.

/** A record without a prototype, so that any key from outside is an own one and none is inherited. */
export function createRecord<Value>(...sources: readonly Readonly<Record<string, Value>>[]): Record<string, Value> {
  const record: Record<string, Value> = {};
  Object.setPrototypeOf(record, null);
  for (const source of sources) for (const [key, value] of Object.entries(source)) record[key] = value;
  return record;
}

/** The elements of an array; none when it is something else. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Calls a function whose parameters only the program that gave it knows. */
export function invoke(callback: (...args: never[]) => unknown, args: readonly unknown[]): void {
  Reflect.apply(callback, undefined, args);
}
