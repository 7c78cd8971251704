// Reads what rows of PostgreSQL have.
// Place: log, store <- **rows** <- link <- PostgreSQL
// Rules: the one place where a value of the client becomes one of ours; bigint comes as a text, or as a number where a
//        program has asked its client for that.

function cellOf(row: unknown, name: string): unknown {
  return typeof row === "object" && row !== null ? Reflect.get(row, name) : undefined;
}

/** A whole number. @throws TypeError where there is none. */
export function readNumber(row: unknown, name: string): number {
  const value = Number(cellOf(row, name) ?? Number.NaN);
  if (!Number.isSafeInteger(value)) throw new TypeError(`Cannot read "${name}" of a row: it is no whole number`);
  return value;
}

/** Bytes. @throws TypeError where there are none. */
export function readBytes(row: unknown, name: string): Uint8Array {
  const value = cellOf(row, name);
  if (value instanceof Uint8Array) return value;
  throw new TypeError(
    `Cannot read "${name}" of a row: it has no bytes; is the type bytea read by a parser of the program?`,
  );
}
