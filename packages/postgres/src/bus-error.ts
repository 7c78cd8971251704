// What calls of the bus are rejected with, by a code.
// Place: cluster -> **bus** -> link -> PostgreSQL
// Rules: the sentence says what was tried, why it was not done and what to do; what the client said is the cause.

/** Why PostgreSQL did not do what it was asked for. */
export type PostgresBusErrorCode =
  | "BOWLINE_BUS_AWAY"
  | "BOWLINE_BUS_CLOSED"
  | "BOWLINE_BUS_TIMEOUT"
  | "BOWLINE_BUS_REFUSED"
  | "BOWLINE_BUS_LOG_TRIMMED";

/** PostgreSQL did not do what the bus asked for. */
export class PostgresBusError extends Error {
  override readonly name = "PostgresBusError" as const;
  readonly code: PostgresBusErrorCode;

  constructor(code: PostgresBusErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What the cause says, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
