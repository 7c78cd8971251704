// Our client with our server, held against official packages with each other.
// Place: **tests** -> matrix -> cases

import { CASES } from "./cases.ts";
import { OUR_OWN_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(OUR_OWN_PAIRINGS, CASES);
