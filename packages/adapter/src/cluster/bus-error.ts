// What calls of a bus are rejected with, by a code, whatever the broker is.
// Place: cluster -> **bus** -> the broker
// Rules: the sentence says what was tried, why it was not done and what to do; what the broker's client said is the cause.

/** Why a broker did not do what it was asked for. */
export type BusErrorCode =
  | "BOWLINE_BUS_AWAY"
  | "BOWLINE_BUS_CLOSED"
  | "BOWLINE_BUS_TIMEOUT"
  | "BOWLINE_BUS_REFUSED"
  | "BOWLINE_BUS_FULL"
  | "BOWLINE_BUS_LOG_TRIMMED";

/** A broker did not do what its bus asked for. */
export class BusError extends Error {
  override readonly name = "BusError" as const;
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
