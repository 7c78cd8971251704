// Clients of every generation in one room of our server, held against official packages with each other.
// Place: **tests** -> matrix -> cases

import { MIXED_CASES } from "./cases.ts";
import { MIXED_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(MIXED_PAIRINGS, MIXED_CASES);
