// What the bus needs of its platform: time, and a digest.
// Place: made by runtime/, handed to bus -> NATS

import type { Clock } from "@bowline/protocol/internal";

/** What a platform hands in. */
export interface Surroundings {
  readonly clock: Pick<Clock, "after" | "now">;
  /** The time of day in milliseconds, for values that other nodes find out of date. */
  wallTimeMs(): number;
  /** SHA-256 of a text, in base64url: 43 characters. */
  digest(text: string): string;
  /** Tells somebody of a mistake that nobody waits for. */
  warn(code: string, text: string): void;
}
