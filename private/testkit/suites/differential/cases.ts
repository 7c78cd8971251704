// Every case of the suite.
// Place: tests -> **the list** -> cases

import type { DifferentialCase } from "./case.ts";
import { BROADCASTING_CASES } from "./cases/broadcasting.ts";
import { CONNECTING_CASES } from "./cases/connecting.ts";
import { ENDING_CASES } from "./cases/ending.ts";
import { EXCHANGING_CASES } from "./cases/exchanging.ts";
import { LIMIT_CASES } from "./cases/limits.ts";
import { LOSING_CASES } from "./cases/losing.ts";
import { MISMATCHED_CASES, REFUSING_CASES } from "./cases/refusing.ts";
import { UPGRADING_CASES } from "./cases/upgrading.ts";

/** The cases that every pairing plays. */
export const CASES: readonly DifferentialCase[] = [
  ...CONNECTING_CASES,
  ...REFUSING_CASES,
  ...EXCHANGING_CASES,
  ...LIMIT_CASES,
  ...UPGRADING_CASES,
  ...ENDING_CASES,
  ...LOSING_CASES,
  ...BROADCASTING_CASES,
];

/** The cases that clients of several generations play together. */
export const MIXED_CASES: readonly DifferentialCase[] = BROADCASTING_CASES;

/** The cases that peers play who cannot speak with each other. */
export const UNHEARD_CASES: readonly DifferentialCase[] = MISMATCHED_CASES;
