// What each row has to reach, and whether it does.
// Place: result -> **targets** -> table
// Rules: a target is a ratio to a peer of the same run; the median of the rounds and the ratio of the minima both have to
//        reach it; a row that is worse than its target is never called anything but below.

import { type PeerName, REFERENCE } from "./peers/peer.ts";
import type { ResultRow } from "./result.ts";
import { type Ratio, ratioOf } from "./statistics.ts";

/** One demand on a row. */
export interface Target {
  readonly key: string;
  readonly against: PeerName;
  /** How many times cheaper than that peer we have to be. */
  readonly must: number;
  /** How many times cheaper we would like to be. */
  readonly stretch?: number;
}

/** How a row stands to one of its demands. */
export interface Verdict {
  readonly target: Target;
  readonly ratio: Ratio;
  readonly standing: "stretch" | "met" | "below";
}

function against(peer: PeerName, key: string, must: number, stretch?: number): Target {
  return { key, against: peer, must, ...(stretch === undefined ? {} : { stretch }) };
}

/** All demands. */
export const TARGETS: readonly Target[] = [
  against(REFERENCE, "echo.cpu", 1.8, 2.3),
  against("ws", "echo.cpu", 1),
  against(REFERENCE, "pipelined.cpu", 2.6, 3.3),
  against(REFERENCE, "latency.p50", 2),
  against(REFERENCE, "latency.p99", 2),
  against(REFERENCE, "broadcast.cpu", 1.6, 2),
  against("ws", "broadcast.cpu", 1 / 0.9),
  against(REFERENCE, "burst.cpu", 6, 9),
  against(REFERENCE, "connect.cpu", 2.8, 3.5),
  against(REFERENCE, "upgrade.cpu", 2.2, 2.7),
  against(REFERENCE, "polling.cpu", 1.9, 2.2),
  against(REFERENCE, "memory.rss", 2, 2.4),
  against(REFERENCE, "memory.heap", 2.8, 3.5),
  against(REFERENCE, "receive.cpu", 2.2, 3.5),
  against("JSON", "codec.event.encode", 1 / 1.25),
  against("JSON", "codec.event.decode", 1 / 1.3),
];

/** How a row stands to its demands; those against peers that were not measured are left out. */
export function judge(row: ResultRow, targets: readonly Target[] = TARGETS): readonly Verdict[] {
  const ours = row.values.bowline;
  return targets.flatMap((target) => {
    const theirs = row.values[target.against];
    if (target.key !== row.key || ours === undefined || theirs === undefined) return [];
    const ratio = ratioOf(ours, theirs);
    const worst = Math.min(ratio.median, ratio.ofMinima);
    const isStretch = target.stretch !== undefined && worst >= target.stretch;
    return [{ target, ratio, standing: isStretch ? "stretch" : worst >= target.must ? "met" : "below" }];
  });
}
