// Where our server's API differs from the official ones on purpose, line by line and with the reason.
// Place: comparison -> **the list**
// Rules: as for the differences of the other cases: what is a defect is mended, not listed.

import type { Generation } from "../../../src/peers/peer.ts";
import type { Change } from "../compare.ts";

/** A deliberate difference of the server's API. */
export interface ServerDifference {
  /** The case's name. */
  readonly script: string;
  readonly generation: Generation;
  /** Why we do otherwise. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

/** All of them. */
export const SERVER_DIFFERENCES: readonly ServerDifference[] = [];
