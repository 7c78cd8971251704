// What calls of a bus are rejected with, by a code.
// Place: cluster -> **bus** -> link -> hub

/** Why something was not sent, or not kept. */
export type BusErrorCode = "BOWLINE_BUS_AWAY" | "BOWLINE_BUS_CLOSED" | "BOWLINE_BUS_FULL" | "BOWLINE_BUS_REFUSED";

/** The primary did not do what it was asked for. */
export class BusError extends Error {
  override readonly name = "BusError" as const;
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
