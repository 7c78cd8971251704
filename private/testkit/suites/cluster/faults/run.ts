// Plays faults with peers, one after the other, and gives a line of the table for each.
// Place: command line, test -> **run** -> scene -> history -> table
// Rules: the same seed gives the same victims and moments to every peer; a peer that fails is told, and the others go on.

import type { HistoryVerdict } from "../../../src/history/check-history.ts";
import { createSeededRandom } from "../../../src/seeded-random.ts";
import type { Fault, Measure } from "./faults.ts";
import { Scene } from "./scene.ts";

/** What one fault did to one peer. */
export interface Outcome extends Pick<HistoryVerdict, "owed" | "lost" | "told" | "duplicated" | "reordered"> {
  readonly fault: string;
  readonly title: string;
  readonly peer: string;
  readonly seed: number;
  /** Messages that came though nobody sent them, or not to them. */
  readonly wrong: number;
  /** Milliseconds after each fault until everybody had something newer; `null` where somebody never had. */
  readonly recoveriesMs: readonly (number | null)[];
}

/** Plays one fault with one peer. */
export async function playFault(fault: Fault, measure: Measure, peer: string, seed: number): Promise<Outcome> {
  const scene = new Scene({ peer, random: createSeededRandom(seed), sentinels: fault.sentinels === true });
  try {
    await scene.open();
    await fault.strike(scene, measure);
    const { owed, lost, told, duplicated, reordered, phantom, leaked, recoveries } = await scene.judge();
    return {
      fault: fault.name,
      title: fault.title(measure),
      peer,
      seed,
      owed,
      lost,
      told,
      duplicated,
      reordered,
      wrong: phantom + leaked,
      recoveriesMs: recoveries.map(({ afterMs }) => (afterMs === undefined ? null : Math.round(afterMs))),
    };
  } finally {
    await scene.close();
  }
}
