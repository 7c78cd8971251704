// What each row has to reach, and whether it does.
// Place: result -> **targets** -> table
// Rules: most targets are a ratio to a peer of the same run; the median of the rounds and the ratio of the minima both
//        have to reach it; what is counted in bytes has a limit; a row that is worse than its target is never called anything but below.

import { type PeerName, REFERENCE } from "./peers/peer.ts";
import type { ResultRow } from "./result.ts";
import { type Ratio, ratioOf } from "./statistics.ts";

/** How many times cheaper than a peer a row has to be. */
export interface RatioTarget {
  readonly kind: "ratio";
  readonly key: string;
  readonly against: PeerName;
  /** How many times cheaper than that peer we have to be. */
  readonly must: number;
  /** How many times cheaper we would like to be. */
  readonly stretch?: number;
}

/** What a row may come to, whatever others do. */
export interface LimitTarget {
  readonly kind: "limit";
  readonly key: string;
  /** In the row's unit. */
  readonly most: number;
}

/** One demand on a row. */
export type Target = RatioTarget | LimitTarget;

/** How a row stands to a demand. */
export type Standing = "stretch" | "met" | "below";

/** How a row stands to one of its demands. */
export type Verdict =
  | { readonly target: RatioTarget; readonly ratio: Ratio; readonly standing: Standing }
  | { readonly target: LimitTarget; readonly standing: Standing };

function against(peer: PeerName, key: string, must: number, stretch?: number): RatioTarget {
  return { kind: "ratio", key, against: peer, must, ...(stretch === undefined ? {} : { stretch }) };
}

function limit(key: string, most: number): LimitTarget {
  return { kind: "limit", key, most };
}

/** All demands. */
export const TARGETS: readonly Target[] = [
  against(REFERENCE, "echo.cpu", 1.8, 2.3),
  against("ws", "echo.cpu", 1),
  against(REFERENCE, "pipelined.cpu", 2.6, 3.3),
  against("socket.io on uWS", "pipelined.cpu", 1),
  against("socket.io on Bun", "pipelined.cpu", 1),
  against(REFERENCE, "latency.p50", 2),
  against(REFERENCE, "latency.p99", 2),
  against(REFERENCE, "broadcast.cpu", 1.6, 2),
  against("ws", "broadcast.cpu", 1 / 0.9),
  against(REFERENCE, "burst.cpu", 6, 9),
  against("uWS", "burst.cpu", 1 / 2),
  against(REFERENCE, "in-flight-2.cpu", 2.2, 2.7),
  against(REFERENCE, "in-flight.cpu", 2.2, 2.7),
  against(REFERENCE, "rooms.cpu", 2.2, 2.7),
  against(REFERENCE, "kilobyte.cpu", 1.4, 1.6),
  against(REFERENCE, "binary.cpu", 2.2, 2.7),
  against(REFERENCE, "binary-64k.cpu", 2, 2.5),
  against(REFERENCE, "connect.cpu", 2.8, 3.5),
  against(REFERENCE, "storm.cpu", 2.3, 2.8),
  against(REFERENCE, "upgrade.cpu", 2.2, 2.7),
  against(REFERENCE, "polling.cpu", 1.9, 2.2),
  against(REFERENCE, "memory.rss", 2, 2.4),
  against(REFERENCE, "memory.heap", 2.8, 3.5),
  against(REFERENCE, "redis.added", 1 / 0.8),
  against(REFERENCE, "redis.cpu", 1.5),
  against(REFERENCE, "redis-streams.added", 1 / 0.8),
  against(REFERENCE, "redis-streams.cpu", 1.5),
  against(REFERENCE, "receive.cpu", 2.2, 3.5),
  against("JSON", "codec.event.encode", 1 / 1.25),
  against("JSON", "codec.event.decode", 1 / 1.3),
  limit("bundle.gzip", 9.2),
  limit("bundle-websocket.gzip", 6),
  against(REFERENCE, "install.server", 4),
  limit("install.server-packages", 9),
  against(REFERENCE, "install.client", 4),
  against(REFERENCE, "start-up.server", 2),
];

function judgeRatio(target: RatioTarget, { values }: ResultRow): readonly Verdict[] {
  const [ours, theirs] = [values.bowline, values[target.against]];
  if (ours === undefined || theirs === undefined) return [];
  const ratio = ratioOf(ours, theirs);
  const worst = Math.min(ratio.median, ratio.ofMinima);
  const isStretch = target.stretch !== undefined && worst >= target.stretch;
  return [{ target, ratio, standing: isStretch ? "stretch" : worst >= target.must ? "met" : "below" }];
}

function judgeLimit(target: LimitTarget, { values }: ResultRow): readonly Verdict[] {
  if (values.bowline === undefined) return [];
  return [{ target, standing: Math.max(...values.bowline) <= target.most ? "met" : "below" }];
}

/** How a row stands to its demands; those against peers that were not measured are left out. */
export function judge(row: ResultRow, targets: readonly Target[] = TARGETS): readonly Verdict[] {
  return targets
    .filter(({ key }) => key === row.key)
    .flatMap((target) => (target.kind === "ratio" ? judgeRatio(target, row) : judgeLimit(target, row)));
}
