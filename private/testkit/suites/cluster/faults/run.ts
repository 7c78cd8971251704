// Plays faults with peers, one after the other, and gives a line of the table for each.
// Place: command line, test -> **run** -> scene -> history -> table
// Rules: the same seed gives the same victims and moments to every peer; a peer that fails is told, and the others go on.

import type { HistoryVerdict } from "../../../src/history/check-history.ts";
import { createSeededRandom } from "../../../src/seeded-random.ts";
import type { Fault, Measure } from "./faults.ts";
import { PROMISING } from "./peers.ts";
import { LOCAL, Scene } from "./scene.ts";

/** What one fault did to one peer. */
export interface Outcome extends Pick<HistoryVerdict, "owed" | "lost" | "told" | "duplicated" | "reordered"> {
  readonly fault: string;
  readonly title: string;
  readonly peer: string;
  readonly seed: number;
  /** Of those that are lost or told, how many were for clients of the node that sent them. */
  readonly missedAtHome: number;
  /** Messages that came though nobody sent them, or not to them. */
  readonly wrong: number;
  /** Milliseconds after each fault until everybody had something newer; `null` where somebody never had. */
  readonly recoveriesMs: readonly (number | null)[];
}

/**
 * What is wrong with an outcome over a log: nothing may be lost, come twice, in another order or to others, and while the
 * broker is there nobody may have to begin anew.
 * @returns nothing where all is as promised, and for those who promise less.
 */
export function brokenPromises(fault: Fault, outcome: Outcome): string[] {
  if (!PROMISING.has(outcome.peer)) return [];
  const { lost, told, duplicated, reordered, wrong, recoveriesMs } = outcome;
  const counts = { lost, duplicated, reordered, wrong, ...(fault.harmsBroker === true ? {} : { told }) };
  const broken = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return recoveriesMs.includes(null) ? [...broken, "somebody hears nothing any more"] : broken;
}

/** Plays one fault with one peer. */
export async function playFault(fault: Fault, measure: Measure, peer: string, seed: number): Promise<Outcome> {
  const { sentinels = false, sender = "node" } = fault;
  const scene = new Scene({ peer, random: createSeededRandom(seed), sentinels, sender });
  try {
    await scene.open();
    await fault.strike(scene, measure);
    const { owed, lost, told, duplicated, reordered, phantom, leaked, recoveries, streams } = await scene.judge();
    const atHome = streams.filter(({ receiver }) => receiver.startsWith(LOCAL));
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
      missedAtHome: atHome.reduce((sum, verdict) => sum + verdict.lost.length + verdict.told.length, 0),
      wrong: phantom + leaked,
      recoveriesMs: recoveries.map(({ afterMs }) => (afterMs === undefined ? null : Math.round(afterMs))),
    };
  } finally {
    await scene.close();
  }
}
