// What measurements need beyond npm's dependencies: installed where it is missing, and absent where that fails.
// Place: run -> **prepare** -> set-up, Redis
// Rules: what is missing ends no run; it is named with its reason in the result.

import type { Cores } from "./machine.ts";
import { partsOf } from "./peers/peer.ts";
import type { Processes } from "./processes.ts";
import { startRedis } from "./redis.ts";
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
      [metric.name, metric.kind === "cluster" ? ["adapters"] : []],
    ]),
  );
}

/** Brings it; what it cannot bring is absent. */
export async function prepare(visits: readonly Visit[], tools: Tools): Promise<Absences> {
  const parts = partsOfVisits(visits);
  const missing = await tools.setUp([...new Set([...parts.values()].flat())]);
  const reasons = new Map(missing.map(({ name, reason }) => [name, reason]));
  return new Map(
    [...parts].flatMap(([what, needed]) => {
      const reason = needed.flatMap((part) => reasons.get(part) ?? [])[0];
      return reason === undefined ? [] : [[what, reason]];
    }),
  );
}

/** The port of Redis, where metrics need one; where there is none, they are absent. */
export async function prepareRedis(
  visits: readonly Visit[],
  processes: Processes,
  cores: Cores | undefined,
  absences: Absences,
): Promise<number | undefined> {
  const names = new Set(visits.flatMap(({ metric }) => (metric.kind === "cluster" ? [metric.name] : [])));
  if (names.size === 0) return undefined;
  const redis = await startRedis(processes, cores);
  if ("port" in redis) return redis.port;
  for (const name of names) absences.set(name, redis.missing);
  return undefined;
}
