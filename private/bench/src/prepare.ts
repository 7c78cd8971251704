// What measurements need beyond npm's dependencies: installed where it is missing, and absent where that fails.
// Place: run -> **prepare** -> set-up, Redis
// Rules: what is missing ends no run; it is named with its reason in the result.

import { brokerOf, partsOfLink } from "./cluster/link-name.ts";
import type { Cores } from "./machine.ts";
import type { ClusterMetric } from "./metrics/metric.ts";
import { partsOf } from "./peers/peer.ts";
import type { Processes } from "./processes.ts";
import { type Redis, startRedis } from "./redis.ts";
import type { Visit } from "./schedule.ts";

/** What the repository's tools, which are plain JavaScript, hand in. */
export interface Tools {
  /** Brings parts by their names; answers which are missing after all, and why. */
  readonly setUp: (parts: readonly string[]) => Promise<readonly { readonly name: string; readonly reason: string }[]>;
  /** The program of Bun, once it was set up. */
  readonly bun: string;
  /** The versions of what the set-up brings. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Why peers could not be measured, by peer, or by peer and metric. */
export type Absences = Map<string, string>;

/** What peers and metrics need beyond npm's dependencies, by what would be absent without. */
function partsOfVisits(visits: readonly Visit[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    visits.flatMap(({ metric, peer }): (readonly [string, readonly string[]])[] => [
      [peer, partsOf(peer)],
      [metric.name, metric.kind === "cluster" ? Object.values(metric.links).flatMap(partsOfLink) : []],
    ]),
  );
}

/** The metrics of clusters; `needs` says which of them. */
function clustersIn(visits: readonly Visit[], needs: (metric: ClusterMetric) => boolean): readonly string[] {
  return [
    ...new Set(visits.flatMap(({ metric }) => (metric.kind === "cluster" && needs(metric) ? [metric.name] : []))),
  ];
}

/** Brings it; what it cannot bring is absent. */
export async function prepare(visits: readonly Visit[], tools: Tools): Promise<Absences> {
  const parts = partsOfVisits(visits);
  const missing = await tools.setUp([...new Set([...parts.values()].flat())]);
  const reasons = new Map(missing.map(({ name, reason }) => [name, reason]));
  const absences: Absences = new Map(
    [...parts].flatMap(([what, needed]) => {
      const reason = needed.flatMap((part) => reasons.get(part) ?? [])[0];
      return reason === undefined ? [] : [[what, reason]];
    }),
  );
  const unseen = "the processor time of several processes is only known on Linux";
  if (process.platform !== "linux") for (const name of clustersIn(visits, () => true)) absences.set(name, unseen);
  return absences;
}

/** Redis, where metrics need one; where there is none, they are absent. */
export async function prepareRedis(
  visits: readonly Visit[],
  processes: Processes,
  cores: Cores | undefined,
  absences: Absences,
): Promise<Extract<Redis, { port: number }> | undefined> {
  const names = clustersIn(visits, ({ links }) => Object.values(links).some((link) => brokerOf(link) === "redis"));
  if (names.every((name) => absences.has(name))) return undefined;
  const redis = await startRedis(processes, cores);
  if ("port" in redis) return redis;
  for (const name of names) absences.set(name, redis.missing);
  return undefined;
}
