// The command line of the bench: what to measure, how often, and what to do with the result.
// Place: command line -> **arguments** -> schedule -> run
// Rules: what is wrong is said together with the usage; a number is a whole number in its range; options that would
//        contradict each other are refused.

import { parseArgs } from "node:util";
import { CLUSTER_METRICS } from "./metrics/cluster-metrics.ts";
import type { Metric } from "./metrics/metric.ts";
import { METRICS } from "./metrics/metrics.ts";
import { SCALING_METRICS } from "./metrics/scaling-metrics.ts";
import { isNativePeerName, isPeerName, PEERS, type PeerName } from "./peers/peer.ts";

/** How the command is used. */
export const USAGE: string = `Usage: npm run bench [-- OPTIONS]

  --only NAME[,NAME]   these metrics: ${METRICS.map((metric) => metric.name).join(", ")}
  --peers NAME[,NAME]  these peers: ${PEERS.join(", ")}
  --rounds N           visit every peer so many times (default 4)
  --clients N          so many clients, in place of each metric's own number
  --quick              two short rounds; of echo alone, unless --only says otherwise
  --smoke              one very short round with 20 clients: does everything run?
  --json FILE          keep the result there (default .cache/bench/latest.json)
  --scaling            how costs grow with connections, rooms and namespaces, in place of the metrics; two rounds;
                       kept in .cache/bench/scaling.json
  --clusters           servers that are connected, in place of the metrics; kept in .cache/bench/clusters.json; they are:
                       ${CLUSTER_METRICS.map((metric) => metric.name).join(", ")}
  --profile            one round under a profiler, of our server or client alone unless --peers says otherwise: where the
                       time goes by layer, and CPU profiles in .cache/bench/profiles
  --write-docs         measure nothing: put the kept result (or --json FILE) into docs/benchmarks.md; with --profile,
                       measure and put the layers there
  --help               this text`;

/** Metrics that are measured together, and told in a part of the document of their own. */
export type Family = "metrics" | "scaling" | "clusters";

/** What the command was asked to do. */
export interface BenchOptions {
  readonly metrics: readonly Metric[];
  readonly peers: readonly PeerName[];
  readonly rounds: number;
  readonly clients: number | undefined;
  readonly mode: "full" | "quick" | "smoke";
  readonly json: string | undefined;
  /** Which metrics there are to choose from. */
  readonly family: Family;
  readonly profile: boolean;
  /** Whether what was measured goes into the document at once. */
  readonly intoDocuments: boolean;
  readonly task: "measure" | "write-docs" | "help";
}

/** The command line was wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const MOST_ROUNDS = 50;
const MOST_CLIENTS = 20_000;
const DEFAULT_ROUNDS = { full: 4, quick: 2, smoke: 1 } as const;
const SCALING_ROUNDS = { full: 2, quick: 1, smoke: 1 } as const;
const SMOKE_CLIENTS = 20;

function wholeNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) {
    throw new UsageError(`Cannot use --${name} "${text}": give a whole number from 1 to ${most}`);
  }
  return value;
}

function namesIn(list: string): readonly string[] {
  return list.split(",").map((name) => name.trim());
}

function chooseMetrics(family: Family, list: string | undefined, isQuick: boolean): readonly Metric[] {
  switch (family) {
    case "scaling":
      return chooseScales(list);
    case "clusters":
      return list === undefined ? CLUSTER_METRICS : chooseNamed(CLUSTER_METRICS, list);
    case "metrics":
      if (list !== undefined) return chooseNamed(METRICS, list);
      return METRICS.filter((metric) => !isQuick || metric.name === "echo");
    default:
      return family satisfies never;
  }
}

function chooseNamed(metrics: readonly Metric[], list: string): readonly Metric[] {
  return namesIn(list).map((name) => {
    const found = metrics.find((metric) => metric.name === name);
    if (found === undefined) {
      throw new UsageError(`Cannot measure "${name}": choose from ${metrics.map((metric) => metric.name).join(", ")}`);
    }
    return found;
  });
}

/** The points of the scales that are named, or of all. */
function chooseScales(list: string | undefined): readonly Metric[] {
  if (list === undefined) return SCALING_METRICS;
  const names = [...new Set(SCALING_METRICS.map(scaleOf))];
  return namesIn(list).flatMap((name) => {
    if (!names.includes(name)) throw new UsageError(`Cannot scale "${name}": choose from ${names.join(", ")}`);
    return SCALING_METRICS.filter((metric) => scaleOf(metric) === name);
  });
}

function scaleOf({ name }: Metric): string {
  return name.slice(0, name.indexOf("@"));
}

/** Unless they are named, only a whole run has the peers that would have to be installed first. */
function choosePeers(list: string | undefined, isWhole: boolean): readonly PeerName[] {
  if (list === undefined) return PEERS.filter((peer) => isWhole || !isNativePeerName(peer));
  return namesIn(list).map((name) => {
    if (!isPeerName(name)) throw new UsageError(`Cannot measure peer "${name}": choose from ${PEERS.join(", ")}`);
    return name;
  });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        peers: { type: "string" },
        rounds: { type: "string" },
        clients: { type: "string" },
        json: { type: "string" },
        quick: { type: "boolean", default: false },
        smoke: { type: "boolean", default: false },
        scaling: { type: "boolean", default: false },
        clusters: { type: "boolean", default: false },
        profile: { type: "boolean", default: false },
        "write-docs": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Reads the command line.
 *
 * @param args - What stands behind the command's name.
 * @returns What to do.
 * @throws UsageError when it cannot be understood.
 */
export function readArguments(args: readonly string[]): BenchOptions {
  const values = parse(args);
  if (values.quick && values.smoke) throw new UsageError("Cannot be quick and smoke at once: choose one");
  if (values.scaling && values.clusters)
    throw new UsageError("Cannot measure scaling and clusters at once: choose one");
  const family = values.scaling ? "scaling" : values.clusters ? "clusters" : "metrics";
  const mode = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  const rounds = wholeNumber("rounds", values.rounds, MOST_ROUNDS);
  const clients = wholeNumber("clients", values.clients, MOST_CLIENTS);
  return {
    metrics: chooseMetrics(family, values.only, values.quick),
    peers: values.profile && values.peers === undefined ? ["bowline"] : choosePeers(values.peers, mode === "full"),
    rounds: rounds ?? (values.profile ? 1 : values.scaling ? SCALING_ROUNDS[mode] : DEFAULT_ROUNDS[mode]),
    clients: clients ?? (mode === "smoke" ? SMOKE_CLIENTS : undefined),
    mode,
    json: values.json,
    family,
    profile: values.profile,
    intoDocuments: values.profile && values["write-docs"],
    task: values.help ? "help" : values["write-docs"] && !values.profile ? "write-docs" : "measure",
  };
}
