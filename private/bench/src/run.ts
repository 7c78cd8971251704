// The bench: measures what was asked for, prints the table, keeps the result.
// Place: command line -> **run** -> schedule -> measure -> table
// Rules: one run is one set of processes, which all end with it, on Ctrl-C as well; progress goes to the error output,
//        the table alone to the output.

import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BenchOptions, type Family, readArguments, USAGE, UsageError } from "./arguments.ts";
import type { Measurement, Stretch } from "./load/job.ts";
import { chooseCores, describeMachine, loadAverage, peerVersions } from "./machine.ts";
import {
  type Bench,
  clientsOf,
  measureClient,
  measureServer,
  measureSolo,
  type Pace,
  profileName,
  startLoad,
} from "./measure.ts";
import { measureCluster } from "./measure-cluster.ts";
import type { Metric } from "./metrics/metric.ts";
import { isNativePeerName, isWirePeerName } from "./peers/peer.ts";
import { type Absences, prepare, prepareRedis, type Tools } from "./prepare.ts";
import { type BenchProcess, Processes, ROOT } from "./processes.ts";
import { renderClusters } from "./report/clusters.ts";
import { renderLayers } from "./report/layers.ts";
import { readShares } from "./report/profile-file.ts";
import { renderReport } from "./report/report.ts";
import { renderScaling } from "./report/scaling.ts";
import type { BenchResult } from "./result.ts";
import { Gathering, plan, type Visit } from "./schedule.ts";
import { keep, writeClusters, writeDocument, writePart, writeScaling } from "./write-documents.ts";

const KEPT: Readonly<Record<Family, string>> = {
  metrics: join(ROOT, ".cache", "bench", "latest.json"),
  scaling: join(ROOT, ".cache", "bench", "scaling.json"),
  clusters: join(ROOT, ".cache", "bench", "clusters.json"),
};
const PROFILES = join(ROOT, ".cache", "bench", "profiles");

/** What is printed of a result. */
const RENDERERS: Readonly<Record<Family, (result: BenchResult) => string>> = {
  metrics: renderReport,
  scaling: (result) => renderScaling(result).markdown,
  clusters: (result) => renderClusters(result).markdown,
};

/** What puts a kept result into the document. */
const WRITERS: Readonly<Record<Family, (from: string) => string>> = {
  metrics: writeDocument,
  scaling: writeScaling,
  clusters: writeClusters,
};

const PACES: Readonly<Record<BenchOptions["mode"], Pace>> = {
  full: { server: stretch(600, 1200), client: stretch(300, 400), cluster: stretch(4000, 1500), codecMs: 60 },
  quick: { server: stretch(600, 1000), client: stretch(300, 400), cluster: stretch(300, 500), codecMs: 40 },
  smoke: { server: stretch(50, 150, 1), client: stretch(50, 100, 1), cluster: stretch(50, 150, 1), codecMs: 2 },
};
const PROFILED = stretch(1000, 4000, 2);
const PROFILE_PACE: Pace = { server: PROFILED, client: PROFILED, cluster: PROFILED, codecMs: 60 };

/** Measurements at the same time: one, but where no figure counts. */
const LANES: Readonly<Record<BenchOptions["mode"], number>> = { full: 1, quick: 1, smoke: 3 };

function stretch(warmMs: number, measureMs: number, patience = 4): Stretch {
  return { warmMs, measureMs, patience };
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function measureOnce(bench: Bench, load: BenchProcess, { metric, peer }: Visit): Promise<Measurement> {
  switch (metric.kind) {
    case "server":
      if (peer === "JSON") break;
      return measureServer(bench, load, metric, peer);
    case "client":
      if (!isWirePeerName(peer)) break;
      return measureClient(bench, load, metric, peer);
    case "cluster":
      if (!isWirePeerName(peer)) break;
      return measureCluster(bench, load, metric, peer);
    case "solo":
      return measureSolo(bench, metric, peer);
    default:
      return metric satisfies never;
  }
  throw new TypeError(`Cannot measure ${metric.name} of "${peer}": it takes no part in it`);
}

/** A peer that had to be installed may fail, and so may a broker of others: the run goes on without it and says why. */
async function measureVisit(
  bench: Bench,
  load: BenchProcess,
  visit: Visit,
  gathering: Gathering,
  absences: Absences,
): Promise<void> {
  const what = `${visit.peer}, ${visit.metric.name}`;
  if ([visit.peer, visit.metric.name, what].some((absent) => absences.has(absent))) return;
  try {
    gathering.add(visit, await measureOnce(bench, load, visit));
  } catch (error) {
    if (!isNativePeerName(visit.peer) && visit.metric.kind !== "cluster") throw error;
    absences.set(what, error instanceof Error ? error.message : String(error));
  }
}

async function measureAll(
  bench: Bench,
  visits: readonly Visit[],
  lanes: number,
  absences: Absences,
): Promise<Gathering> {
  const gathering = new Gathering();
  const queue = [...visits.entries()];
  const lane = async (): Promise<void> => {
    const load = startLoad(bench);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, visit] = next;
      await measureVisit(bench, load, visit, gathering, absences);
      progress(`${index + 1}/${visits.length} ${visit.metric.name}, ${visit.peer}, round ${visit.round + 1}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return gathering;
}

async function measure(options: BenchOptions, processes: Processes, tools: Tools): Promise<BenchResult> {
  const startedAt = performance.now();
  const loadBefore = loadAverage();
  const cores = options.mode === "smoke" ? undefined : chooseCores();
  if (options.profile) rmSync(PROFILES, { recursive: true, force: true });
  const visits = plan(options.metrics, options.peers, options.rounds);
  if (visits.length === 0) throw new UsageError("Cannot measure: none of these peers takes part in these metrics");
  const visited = [...new Set(visits.map((visit) => visit.peer))];
  const absences = await prepare(visits, tools);
  const bench: Bench = {
    processes,
    cores,
    pace: options.profile ? PROFILE_PACE : PACES[options.mode],
    clients: options.clients,
    profileFolder: options.profile ? PROFILES : undefined,
    bun: tools.bun,
    redis: await prepareRedis(visits, processes, cores, absences),
  };
  const gathering = await measureAll(bench, visits, LANES[options.mode], absences);
  const clients = (metric: Metric) =>
    metric.kind === "server" || metric.kind === "client" ? clientsOf(metric, bench) : undefined;
  return {
    format: 1,
    date: new Date().toISOString(),
    mode: options.mode,
    rounds: options.rounds,
    durationS: Math.round((performance.now() - startedAt) / 1000),
    machine: describeMachine(cores, loadBefore),
    versions: { ...peerVersions(), ...(visited.some(isNativePeerName) ? tools.versions : {}) },
    ...(absences.size === 0 ? {} : { absent: Object.fromEntries(absences) }),
    processes: processes.pids,
    rows: gathering.rows(
      visits.filter(({ metric }) => !absences.has(metric.name)),
      clients,
    ),
  };
}

/** Prints where the time went in each profile; codecs have none. */
function tellLayers({ metrics, peers, intoDocuments }: BenchOptions): void {
  const names = metrics.flatMap((metric) => peers.map((peer) => profileName(metric, peer)));
  const profiles = names.flatMap((name) => {
    const path = join(PROFILES, `${name}.cpuprofile`);
    return existsSync(path) ? [{ name, shares: readShares(path, PROFILE_PACE.server.measureMs) }] : [];
  });
  const table = renderLayers(profiles);
  process.stdout.write(`${table}\n\n`);
  if (intoDocuments) writePart("layers", table);
}

async function runMeasurement(options: BenchOptions, keepIn: string, tools: Tools): Promise<number> {
  const processes = new Processes();
  let interruption: NodeJS.Signals | undefined;
  // Whatever is waited for fails as soon as its process is gone, which is the way out.
  const onSignal = (signal: NodeJS.Signals): void => {
    interruption = signal;
    processes.kill();
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  process.once("exit", () => processes.kill());
  try {
    const result = await measure(options, processes, tools);
    if (options.profile) tellLayers(options);
    else keep(keepIn, result);
    process.stdout.write(`${RENDERERS[options.family](result)}\n`);
    progress(options.profile ? `profiles in ${PROFILES}` : `kept in ${keepIn}`);
    return 0;
  } catch (error) {
    if (interruption === undefined) throw error;
    progress(`ended by ${interruption}, nothing was kept`);
    return 130;
  } finally {
    await processes.end();
  }
}

/**
 * Runs the command.
 *
 * @param args - What stands behind the command's name.
 * @param tools - What the repository's tools know.
 * @returns The exit code: 0, 1 when something failed, 2 when the command line was wrong, 130 when it was interrupted.
 */
export async function run(args: readonly string[], tools: Tools): Promise<number> {
  try {
    const options = readArguments(args);
    const file = options.json === undefined ? KEPT[options.family] : resolve(options.json);
    if (options.task === "measure") return await runMeasurement(options, file, tools);
    if (options.task === "help") process.stdout.write(`${USAGE}\n`);
    else progress(`docs/benchmarks.md has the run of ${WRITERS[options.family](file)}`);
    return 0;
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) progress(`\n${USAGE}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
