// What calls of the bus are rejected with, by a code.
// Place: cluster -> **bus** -> NATS
// Rules: the sentence says what was tried, why it was not done and what to do; what the client said is the cause.

/** Why NATS did not do what it was asked for. */
export type NatsBusErrorCode =
  | "BOWLINE_BUS_AWAY"
  | "BOWLINE_BUS_CLOSED"
  | "BOWLINE_BUS_TIMEOUT"
  | "BOWLINE_BUS_REFUSED"
  | "BOWLINE_BUS_LOG_TRIMMED";

/** NATS did not do what the bus asked for. */
export class NatsBusError extends Error {
  override readonly name = "NatsBusError" as const;
  readonly code: NatsBusErrorCode;

  constructor(code: NatsBusErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What the cause says, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
