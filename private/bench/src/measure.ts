// One measurement: a fresh process of a peer, the load process against it, and the figures.
// Place: schedule -> **measure** -> processes
// Rules: the process is new each time and ends afterwards; what it prints to its error output is told, since a peer that
//        warns may be measured wrongly.

import {
  type FountainJob,
  isFromLoad,
  type LoadJob,
  type Measurement,
  type ProcessFacts,
  type Stretch,
  type ToLoad,
} from "./load/job.ts";
import type { Cores } from "./machine.ts";
import type { ClientMetric, Metric, ServerMetric, SoloMetric } from "./metrics/metric.ts";
import { languageOf, type PeerName, runtimeOf, type ServerPeerName, type WirePeerName } from "./peers/peer.ts";
import type { BenchProcess, Processes } from "./processes.ts";

const SERVER_SCRIPT = "peers/server-process.mjs";

/** How long one measurement takes. */
export interface Pace {
  readonly server: Stretch;
  readonly client: Stretch;
  readonly cluster: Stretch;
  /** For each codec case. */
  readonly codecMs: number;
}

/** What measurements share. */
export interface Bench {
  readonly processes: Processes;
  readonly cores: Cores | undefined;
  readonly pace: Pace;
  readonly clients: number | undefined;
  /** Where servers and clients write CPU profiles. */
  readonly profileFolder: string | undefined;
  /** The program of Bun. */
  readonly bun: string;
  /** Where Redis listens, and its process; undefined where there is none. */
  readonly redis: { readonly port: number; readonly pid: number } | undefined;
}

function isFacts(value: unknown): value is ProcessFacts {
  return typeof value === "object" && value !== null && "cpuUs" in value;
}

function factsIn(message: unknown): ProcessFacts | undefined {
  if (typeof message !== "object" || message === null || !("facts" in message)) return undefined;
  return isFacts(message.facts) ? message.facts : undefined;
}

function portIn(message: unknown): number | undefined {
  if (typeof message !== "object" || message === null || !("port" in message)) return undefined;
  return typeof message.port === "number" ? message.port : undefined;
}

function isWord(message: unknown, word: string): true | undefined {
  return typeof message === "object" && message !== null && "type" in message && message.type === word
    ? true
    : undefined;
}

/** Starts a load process, which serves any number of measurements. */
export function startLoad({ processes, cores }: Bench): BenchProcess {
  return processes.start({ script: "load/load-process.ts", programArgs: ["--import", "tsx"], core: cores?.[1] });
}

/** How many clients a metric has in this run. */
export function clientsOf(metric: ServerMetric | ClientMetric, { clients }: Pick<Bench, "clients">): number {
  if (clients === undefined) return metric.job.clients;
  const most = metric.kind === "client" ? (metric.mostClients ?? clients) : clients;
  return Math.max(Math.min(clients, most), metric.fewestClients ?? 1);
}

/**
 * Measures one server once.
 *
 * @throws Error that says what went wrong, with what the server printed.
 */
export function measureServer(
  bench: Bench,
  load: BenchProcess,
  metric: ServerMetric,
  peer: ServerPeerName,
): Promise<Measurement> {
  return measureProcess(bench, metric, peer, SERVER_SCRIPT, async (server) => {
    const port = await server.until(portIn);
    const job: LoadJob = {
      ...metric.job,
      ...bench.pace.server,
      clients: clientsOf(metric, bench),
      language: languageOf(peer),
      port,
      serverPid: server.pid,
    };
    return drive(load, server, { type: "job", job });
  });
}

/**
 * Measures the clients of one peer once.
 *
 * @throws Error that says what went wrong, with what their process printed.
 */
export function measureClient(
  bench: Bench,
  load: BenchProcess,
  metric: ClientMetric,
  peer: WirePeerName,
): Promise<Measurement> {
  return measureProcess(bench, metric, peer, "clients/client-process.mjs", async (child) => {
    await child.until((message) => isWord(message, "ready"));
    const job: FountainJob = {
      ...metric.job,
      ...bench.pace.client,
      clients: clientsOf(metric, bench),
      language: languageOf(peer),
    };
    return drive(load, child, { type: "fountain", job });
  });
}

/** What a profile is called: by its metric, and by its peer where it is not ours. */
export function profileName(metric: Metric, peer: PeerName): string {
  return peer === "bowline" ? metric.name : `${metric.name}, ${peer}`;
}

function measureProcess(
  { processes, cores, profileFolder, bun }: Bench,
  metric: ServerMetric | ClientMetric,
  peer: ServerPeerName,
  script: string,
  use: (child: BenchProcess) => Promise<Measurement>,
): Promise<Measurement> {
  const profiling = profilingOf(profileFolder, metric, peer);
  const interpreter = runtimeOf(peer) === "bun" ? { program: bun } : { programArgs: ["--expose-gc", ...profiling] };
  const child = processes.start({ script, args: [peer], ...interpreter, core: cores?.[0] });
  return useProcess(child, metric, peer, use);
}

/** The options of Node with which a process writes a profile where one is asked for. */
export function profilingOf(folder: string | undefined, metric: Metric, peer: PeerName): readonly string[] {
  if (folder === undefined) return [];
  return ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${profileName(metric, peer)}.cpuprofile`];
}

/** Measures a process that was started for it, and ends it. */
export async function useProcess(
  child: BenchProcess,
  metric: Metric,
  peer: PeerName,
  use: (child: BenchProcess) => Promise<Measurement>,
): Promise<Measurement> {
  try {
    return await use(child);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const errors = child.errors.trim();
    const printed = reason.includes(errors) ? "" : `\nIt printed:\n${errors}`;
    const fix = reason.includes("EMFILE") ? "; take fewer --clients, or raise the limit of open files (ulimit -n)" : "";
    throw new Error(`Cannot measure ${metric.name} of ${peer}: ${reason}${fix}${printed}`);
  } finally {
    await child.end();
  }
}

/** Gives the load process its job, and carries words between it and the process under measurement. */
export async function drive(load: BenchProcess, child: BenchProcess, order: ToLoad): Promise<Measurement> {
  const done = load.until((message) => {
    if (!isFromLoad(message)) return undefined;
    switch (message.type) {
      case "ask":
        pass(child.until(factsIn), message, (facts) => ({ type: "facts", facts }));
        return undefined;
      case "connect":
        pass(
          child.until((answer) => isWord(answer, "connected")),
          message,
          () => ({ type: "connected" }),
        );
        return undefined;
      case "failed":
        throw new Error(message.reason);
      case "done":
        return message.measurement;
      default:
        return message satisfies never;
    }
  });
  const pass = <Answer>(answer: Promise<Answer>, question: object, toLoad: (answer: Answer) => ToLoad): void => {
    child.tell(question);
    // A process that is gone ends the measurement below.
    answer.then(
      (value) => load.tell(toLoad(value)),
      () => undefined,
    );
  };
  load.tell(order);
  return Promise.race([done, child.until<never>(() => undefined)]);
}

/** Has a process of its own measure one peer once. */
export async function measureSolo(
  { processes, cores, pace }: Bench,
  metric: SoloMetric,
  peer: PeerName,
): Promise<Measurement> {
  const child = processes.start({
    script: metric.script,
    args: [metric.name, peer, String(pace.codecMs)],
    programArgs: ["--expose-gc"],
    core: cores?.[0],
  });
  try {
    return await child.until((message) =>
      isFromLoad(message) && message.type === "done" ? message.measurement : undefined,
    );
  } finally {
    await child.end();
  }
}
