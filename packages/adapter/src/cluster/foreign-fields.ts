// What fields of foreign data may be: lists, texts, counts.
// Place: beside all that looks at what a broker brings

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function areTexts(value: unknown): value is readonly string[] {
  return isList(value) && value.every((text) => typeof text === "string");
}

/** A whole number from 0 on that is exact. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
