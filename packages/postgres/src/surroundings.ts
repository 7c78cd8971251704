// What the bus needs of its platform: time, chance, bytes as text, a digest.
// Place: made by runtime/, handed to bus -> link -> PostgreSQL

import type { Clock } from "@bowline/protocol/internal";

/** What a platform hands in. */
export interface Surroundings {
  readonly clock: Pick<Clock, "after" | "now">;
  /** From 0 to 1, to spread attempts over time. */
  fraction(): number;
  toBase64(bytes: Uint8Array): string;
  fromBase64(text: string): Uint8Array;
  /** SHA-256 of a text, in base64url: 43 characters. */
  digest(text: string): string;
  /** Tells somebody of a mistake that nobody waits for. */
  warn(code: string, text: string): void;
}
