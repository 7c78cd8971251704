// Reads CPU profiles and the bundles that they speak of.
// Place: file -> **profile file** -> layers

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CpuProfile, type Layer, type Regions, readRegions, sharesOf } from "./layers.ts";

function isProfile(value: unknown): value is CpuProfile {
  return typeof value === "object" && value !== null && "nodes" in value && "samples" in value && "timeDeltas" in value;
}

/**
 * The share of each layer in a profile, at its end.
 *
 * @param path - The `.cpuprofile`.
 * @param lastMs - How long the end is.
 * @throws SyntaxError when the file is no profile.
 */
export function readShares(path: string, lastMs: number): ReadonlyMap<Layer, number> {
  const profile: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isProfile(profile)) throw new SyntaxError(`Cannot read "${path}": it is no CPU profile`);
  const known = new Map<string, Regions>();
  return sharesOf(profile, lastMs, (url) => {
    const regions = known.get(url) ?? readRegions(readFileSync(fileURLToPath(url), "utf8"));
    known.set(url, regions);
    return regions;
  });
}
