// Our client with the official servers, held against official packages with each other.
// Place: **tests** -> matrix -> cases

import { CASES } from "./cases.ts";
import { OUR_CLIENT_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(OUR_CLIENT_PAIRINGS, CASES);
