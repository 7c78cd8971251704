// Ours with official peers of other versions, held against those versions with each other.
// Place: **tests** -> matrix -> cases

import { CASES } from "./cases.ts";
import { OTHER_VERSION_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(OTHER_VERSION_PAIRINGS, CASES);
