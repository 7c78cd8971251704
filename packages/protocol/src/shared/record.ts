// Records for data whose keys come from outside.
// Place: beside bytes -> engine dialect -> session -> socket codec: queries, auth objects
// Rules: no prototype, so that any key is an own one and none is inherited.

/** Whether a value has members that may be read. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Makes a record without a prototype and copies the own keys of others into it; later ones win. */
export function createRecord<Value>(...sources: readonly Readonly<Record<string, Value>>[]): Record<string, Value> {
  const record: Record<string, Value> = {};
  Object.setPrototypeOf(record, null);
  for (const source of sources) for (const [key, value] of Object.entries(source)) record[key] = value;
  return record;
}
