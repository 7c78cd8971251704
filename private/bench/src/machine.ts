// The machine that a run is made on, and the two processors that server and load process are pinned to.
// Place: run -> **machine** -> result
// Rules: the processors are two that this process may use; where there are fewer, or no `taskset`, nothing is pinned and
//        the result says so.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, type } from "node:os";
import { dirname, join } from "node:path";
import { PEER_PACKAGES } from "./peers/peer.ts";
import type { Machine } from "./result.ts";

/** The processors of a server and of the load process. */
export type Cores = readonly [server: number, load: number];

/**
 * The processors in a list as Linux writes it.
 *
 * @param list - For example `0-2,5`.
 */
export function readCoreList(list: string): readonly number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.trim().split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Two processors to pin to; undefined where that is not possible. */
export function chooseCores(): Cores | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
    const [server, load] = readCoreList(list);
    if (server === undefined || load === undefined) return undefined;
    const isPossible = [server, load].every((core) => spawnSync("taskset", ["-c", `${core}`, "true"]).status === 0);
    return isPossible ? [server, load] : undefined;
  } catch {
    return undefined;
  }
}

/** The load average over the last minute. */
export function loadAverage(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** Describes this machine. */
export function describeMachine(pinned: Cores | undefined, loadBefore: number): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: pinned ?? null,
    loadAverage: [loadBefore, loadAverage()],
  };
}

function versionOf(folder: string): string {
  const description: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const isDescribed = typeof description === "object" && description !== null && "version" in description;
  return isDescribed ? String(description.version) : "unknown";
}

/** The versions of what is measured. */
export function peerVersions(): Readonly<Record<string, string>> {
  const modules = createRequire(import.meta.url).resolve.paths("ws") ?? [];
  const find = (name: string): string => {
    const [own = name, child] = name.split(">");
    const places = child === undefined ? [own] : [join(own, "node_modules", child), child];
    for (const folder of modules.flatMap((path) => places.map((place) => join(path, place)))) {
      try {
        return versionOf(folder);
      } catch {
        // it may be in the next one
      }
    }
    throw new Error(`Cannot find "${name}" under ${dirname(modules.at(0) ?? "")}: run \`npm install\``);
  };
  return Object.fromEntries(Object.entries(PEER_PACKAGES).map(([what, name]) => [what, find(name)]));
}
