// One measurement: a fresh server process, the load process against it, and the figures.
// Place: schedule -> **measure** -> processes
// Rules: the server is new each time and ends afterwards; what it prints to its error output is told, since a peer that
//        warns may be measured wrongly.

import { isFromLoad, type LoadJob, type Measurement, type ServerFacts } from "./load/job.ts";
import type { Cores } from "./machine.ts";
import type { CodecMetric, ServerMetric } from "./metrics/metric.ts";
import { languageOf, type PeerName, type ServerPeerName } from "./peers/peer.ts";
import type { BenchProcess, Processes } from "./processes.ts";

/** How long one measurement takes. */
export interface Pace {
  readonly warmMs: number;
  readonly measureMs: number;
  /** How many times longer either may take on a busy machine. */
  readonly patience: number;
  /** For each codec case. */
  readonly codecMs: number;
}

/** What measurements share. */
export interface Bench {
  readonly processes: Processes;
  readonly cores: Cores | undefined;
  readonly pace: Pace;
  readonly clients: number | undefined;
  /** Where servers write CPU profiles. */
  readonly profileFolder: string | undefined;
}

function isFacts(value: unknown): value is ServerFacts {
  return typeof value === "object" && value !== null && "cpuUs" in value;
}

function factsIn(message: unknown): ServerFacts | undefined {
  if (typeof message !== "object" || message === null || !("facts" in message)) return undefined;
  return isFacts(message.facts) ? message.facts : undefined;
}

function portIn(message: unknown): number | undefined {
  if (typeof message !== "object" || message === null || !("port" in message)) return undefined;
  return typeof message.port === "number" ? message.port : undefined;
}

/** Starts a load process, which serves any number of measurements. */
export function startLoad({ processes, cores }: Bench): BenchProcess {
  return processes.start({ script: "load/load-process.ts", nodeArgs: ["--import", "tsx"], core: cores?.[1] });
}

/** How many clients a metric has in this run. */
export function clientsOf(metric: ServerMetric, { clients }: Pick<Bench, "clients">): number {
  return clients === undefined ? metric.job.clients : Math.max(clients, metric.fewestClients ?? 1);
}

/**
 * Measures one server once.
 *
 * @throws Error that says what went wrong, with what the server printed.
 */
export async function measureServer(
  bench: Bench,
  load: BenchProcess,
  metric: ServerMetric,
  peer: ServerPeerName,
): Promise<Measurement> {
  const { processes, cores, pace, profileFolder } = bench;
  const profiling =
    profileFolder === undefined
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${metric.name}.cpuprofile`];
  const server = processes.start({
    script: "peers/server-process.mjs",
    args: [peer],
    nodeArgs: ["--expose-gc", ...profiling],
    core: cores?.[0],
  });
  try {
    const port = await server.until(portIn);
    const { warmMs, measureMs, patience } = pace;
    const job: LoadJob = {
      ...metric.job,
      clients: clientsOf(metric, bench),
      language: languageOf(peer),
      port,
      serverPid: server.pid,
      warmMs,
      measureMs,
      patience,
    };
    return await drive(load, server, job);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const printed = server.errors === "" ? "" : `\nThe server printed:\n${server.errors.trim()}`;
    const fix = reason.includes("EMFILE") ? "; take fewer --clients, or raise the limit of open files (ulimit -n)" : "";
    throw new Error(`Cannot measure ${metric.name} of ${peer}: ${reason}${fix}${printed}`);
  } finally {
    await server.end();
  }
}

async function drive(load: BenchProcess, server: BenchProcess, job: LoadJob): Promise<Measurement> {
  const done = load.until((message) => {
    if (!isFromLoad(message)) return undefined;
    switch (message.type) {
      case "ask":
        // A server that is gone is told of by the load process, whose connections to it are gone as well.
        relay(message.afterGarbageCollection).catch(() => undefined);
        return undefined;
      case "failed":
        throw new Error(message.reason);
      case "done":
        return message.measurement;
      default:
        return message satisfies never;
    }
  });
  const relay = async (afterGarbageCollection: boolean): Promise<void> => {
    const facts = server.until(factsIn);
    server.tell({ type: "ask", afterGarbageCollection });
    load.tell({ type: "facts", facts: await facts });
  };
  load.tell({ type: "job", job });
  return done;
}

/** Measures the codecs of one peer once, in a process of their own. */
export async function measureCodec(
  { processes, cores, pace }: Bench,
  metric: CodecMetric,
  peer: PeerName,
): Promise<Measurement> {
  const child = processes.start({
    script: "codecs/codec-process.mjs",
    args: [metric.name, peer, String(pace.codecMs)],
    nodeArgs: ["--expose-gc"],
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
