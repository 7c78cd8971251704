// Our client meets one evil server whose answers and frames are damaged by a seed.
// Place: seed -> evil server, prey -> **faults** -> tests, fuzzing
// Rules: a seed gives the same server each time; where a client was told nothing in time, which a machine that is busy with others
//        brings about, too, it meets the same server once more for longer.

import { createSeededRandom } from "../../src/seeded-random.ts";
import { type EvilServer, mutatedScript } from "./evil-server.ts";
import { oneOf } from "./mutate.ts";
import { faultsOf } from "./prey-faults.ts";
import type { Prey } from "./prey-process.ts";
import { REVISIONS } from "./traffic.ts";

const HUNT_MS = 800;
const LONG_HUNT_MS = 4000;
const TRANSPORTS: readonly [readonly string[], ...(readonly string[])[]] = [
  ["polling"],
  ["websocket"],
  ["polling", "websocket"],
];

/** What came of it. */
export interface HuntOutcome {
  readonly faults: readonly string[];
  /** How many errors and ends of connections the program heard of. */
  readonly told: number;
}

function isOfTime(fault: string): boolean {
  return fault.startsWith("neither connect") || fault.startsWith("it rests");
}

/** Has a client meet the server of a seed. */
export async function huntMutated(evil: EvilServer, prey: Prey, seed: number): Promise<HuntOutcome> {
  const once = async (lastsMs: number): Promise<HuntOutcome> => {
    const random = createSeededRandom(seed);
    const script = mutatedScript(oneOf(random, REVISIONS), random);
    const transports = oneOf(random, TRANSPORTS);
    const report = await prey.hunt({ url: evil.url, path: evil.play(script), transports, lastsMs, attempts: 2 });
    return { faults: faultsOf(report), told: report.errors.length + report.disconnects.length };
  };
  const outcome = await once(HUNT_MS);
  const isLate = outcome.faults.length > 0 && outcome.faults.every(isOfTime);
  return isLate ? await once(LONG_HUNT_MS) : outcome;
}
