// The bench: measures what was asked for, prints the table, keeps the result.
// Place: command line -> **run** -> schedule -> measure -> table
// Rules: one run is one set of processes, which all end with it, on Ctrl-C as well; progress goes to the error output,
//        the table alone to the output.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type BenchOptions, readArguments, USAGE, UsageError } from "./arguments.ts";
import type { Measurement, Stretch } from "./load/job.ts";
import { chooseCores, describeMachine, loadAverage, peerVersions } from "./machine.ts";
import { type Bench, clientsOf, measureClient, measureCodec, measureServer, type Pace, startLoad } from "./measure.ts";
import type { ClientMetric, Metric, ServerMetric } from "./metrics/metric.ts";
import { isWirePeerName, type WirePeerName } from "./peers/peer.ts";
import { type BenchProcess, Processes, ROOT } from "./processes.ts";
import { replaceTable, whyNotForDocuments } from "./report/document.ts";
import { renderReport } from "./report/report.ts";
import { type BenchResult, formatResult, readResult } from "./result.ts";
import { Gathering, plan, type Visit } from "./schedule.ts";

const LATEST = join(ROOT, ".cache", "bench", "latest.json");
const PROFILES = join(ROOT, ".cache", "bench", "profiles");
const DOCUMENT = join(ROOT, "docs", "benchmarks.md");
const DOCUMENT_RESULT = join(ROOT, "docs", "benchmarks.json");

const PACES: Readonly<Record<BenchOptions["mode"], Pace>> = {
  full: { server: stretch(600, 1200), client: stretch(300, 400), codecMs: 60 },
  quick: { server: stretch(600, 1000), client: stretch(300, 400), codecMs: 40 },
  smoke: { server: stretch(50, 150, 1), client: stretch(50, 100, 1), codecMs: 2 },
};
const PROFILE_PACE: Pace = { server: stretch(1000, 4000, 2), client: stretch(1000, 4000, 2), codecMs: 60 };

/** Measurements at the same time: one, but where no figure counts. */
const LANES: Readonly<Record<BenchOptions["mode"], number>> = { full: 1, quick: 1, smoke: 3 };

function stretch(warmMs: number, measureMs: number, patience = 4): Stretch {
  return { warmMs, measureMs, patience };
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function measureOverWire(
  bench: Bench,
  load: BenchProcess,
  metric: ServerMetric | ClientMetric,
  peer: WirePeerName,
): Promise<Measurement> {
  switch (metric.kind) {
    case "server":
      return measureServer(bench, load, metric, peer);
    case "client":
      return measureClient(bench, load, metric, peer);
    default:
      return metric satisfies never;
  }
}

async function measureVisit(bench: Bench, load: BenchProcess, visit: Visit, gathering: Gathering): Promise<void> {
  const { metric, peer } = visit;
  if (metric.kind === "codec") gathering.add(visit, await measureCodec(bench, metric, peer));
  else if (isWirePeerName(peer)) gathering.add(visit, await measureOverWire(bench, load, metric, peer));
}

async function measureAll(bench: Bench, visits: readonly Visit[], lanes: number): Promise<Gathering> {
  const gathering = new Gathering();
  const queue = [...visits.entries()];
  const lane = async (): Promise<void> => {
    const load = startLoad(bench);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, visit] = next;
      await measureVisit(bench, load, visit, gathering);
      progress(`${index + 1}/${visits.length} ${visit.metric.name}, ${visit.peer}, round ${visit.round + 1}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return gathering;
}

async function measure(options: BenchOptions, processes: Processes): Promise<BenchResult> {
  const startedAt = performance.now();
  const loadBefore = loadAverage();
  const cores = options.mode === "smoke" ? undefined : chooseCores();
  if (options.profile) rmSync(PROFILES, { recursive: true, force: true });
  const bench: Bench = {
    processes,
    cores,
    pace: options.profile ? PROFILE_PACE : PACES[options.mode],
    clients: options.clients,
    profileFolder: options.profile ? PROFILES : undefined,
  };
  const visits = plan(options.metrics, options.peers, options.rounds);
  if (visits.length === 0) throw new UsageError("Cannot measure: none of these peers takes part in these metrics");
  const gathering = await measureAll(bench, visits, LANES[options.mode]);
  const clients = (metric: Metric) => (metric.kind === "codec" ? undefined : clientsOf(metric, bench));
  return {
    format: 1,
    date: new Date().toISOString(),
    mode: options.mode,
    rounds: options.rounds,
    durationS: Math.round((performance.now() - startedAt) / 1000),
    machine: describeMachine(cores, loadBefore),
    versions: peerVersions(),
    processes: processes.pids,
    rows: gathering.rows(visits, clients),
  };
}

function keep(path: string, result: BenchResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, formatResult(result));
}

function writeDocument(from: string): void {
  if (!existsSync(from)) throw new Error(`Cannot read "${from}": it does not exist; run \`npm run bench\` first`);
  const result = readResult(readFileSync(from, "utf8"));
  const reason = whyNotForDocuments(result);
  if (reason !== undefined) throw new Error(`Cannot put "${from}" into the document: ${reason}`);
  writeFileSync(DOCUMENT, replaceTable(readFileSync(DOCUMENT, "utf8"), renderReport(result)));
  keep(DOCUMENT_RESULT, { ...result, processes: [] });
  progress(`docs/benchmarks.md has the run of ${result.date}`);
}

async function runMeasurement(options: BenchOptions, keepIn: string): Promise<number> {
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
    const result = await measure(options, processes);
    if (!options.profile) keep(keepIn, result);
    process.stdout.write(`${renderReport(result)}\n`);
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
 * @returns The exit code: 0, 1 when something failed, 2 when the command line was wrong, 130 when it was interrupted.
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const options = readArguments(args);
    const file = options.json === undefined ? LATEST : resolve(options.json);
    if (options.task === "measure") return await runMeasurement(options, file);
    if (options.task === "help") process.stdout.write(`${USAGE}\n`);
    else writeDocument(file);
    return 0;
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) progress(`\n${USAGE}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
