// Our server with the official clients, held against official packages with each other.
// Place: **tests** -> matrix -> cases

import { CASES } from "./cases.ts";
import { OUR_SERVER_PAIRINGS } from "./pairings.ts";
import { playPairings } from "./play-pairings.ts";

playPairings(OUR_SERVER_PAIRINGS, CASES);
