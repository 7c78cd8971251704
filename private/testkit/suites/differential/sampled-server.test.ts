// Our server with official peers of other versions and by other parsers, held against official packages with each other.
// Place: **tests** -> sample -> matrix -> cases

import { describe } from "vitest";
import { play } from "./play-pairings.ts";
import { SAMPLE, SAMPLE_NAME } from "./sample.ts";

describe(SAMPLE_NAME, () => {
  play(SAMPLE.filter(({ pairing }) => pairing.ours === "server"));
});
