// Sides that speak different protocols, one of them ours, held against official sides that cannot speak either.
// Place: **tests** -> matrix -> cases

import { UNHEARD_CASES } from "./cases.ts";
import { MISMATCHED_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(MISMATCHED_PAIRINGS, UNHEARD_CASES);
