// The load process: plays all clients of a server, or the server of clients, one measurement after the other, for as long
// as the run lasts.
// Place: run -> **load process** -> scenario -> server process, client process
// Rules: no library of a peer, raw TCP sockets only; one measurement at a time; it ends when it is told to or when its parent
//        is gone.

import { broadcast } from "./broadcast-scenario.ts";
import { type ClientSurroundings, receive, stay } from "./client-scenarios.ts";
import { playCluster } from "./cluster-scenario.ts";
import { connect, idle, storm } from "./connection-scenarios.ts";
import { echo, echoAtRate, echoInNamespaces } from "./echo-scenarios.ts";
import {
  type ClusterJob,
  type FountainJob,
  type FromLoad,
  isToLoad,
  type LoadJob,
  type Measurement,
  type ProcessFacts,
} from "./job.ts";
import type { Surroundings } from "./lines.ts";
import { Meter } from "./meter.ts";
import { polling, upgrade } from "./polling-scenarios.ts";
import { readCpuUs } from "./server-clock.ts";

let heardFacts: (facts: ProcessFacts) => void = () => undefined;
let heardConnected: () => void = () => undefined;

function tell(message: FromLoad): void {
  process.send?.(message);
}

function askFacts(afterGarbageCollection: boolean): Promise<ProcessFacts> {
  return new Promise((resolve) => {
    heardFacts = resolve;
    tell({ type: "ask", afterGarbageCollection });
  });
}

function askConnect(port: number, clients: number): Promise<void> {
  return new Promise((resolve) => {
    heardConnected = resolve;
    tell({ type: "connect", port, clients });
  });
}

function play(surroundings: Surroundings): Promise<Measurement> {
  const { scenario, ratePerSecond, namespaces } = surroundings.job;
  switch (scenario) {
    case "echo":
      if (namespaces > 0) return echoInNamespaces(surroundings);
      return ratePerSecond > 0 ? echoAtRate(surroundings) : echo(surroundings);
    case "broadcast":
      return broadcast(surroundings);
    case "connect":
      return connect(surroundings);
    case "storm":
      return storm(surroundings);
    case "upgrade":
      return upgrade(surroundings);
    case "polling":
      return polling(surroundings);
    case "idle":
      return idle(surroundings);
    default:
      return scenario satisfies never;
  }
}

function feed(surroundings: ClientSurroundings): Promise<Measurement> {
  const { scenario } = surroundings.job;
  switch (scenario) {
    case "receive":
      return receive(surroundings);
    case "stay":
      return stay(surroundings);
    default:
      return scenario satisfies never;
  }
}

/** Tells how a measurement ended: by what it gives, or before that by the first thing that went wrong. */
async function measure(start: (failed: (reason: string) => void) => Promise<Measurement>): Promise<void> {
  let isOver = false;
  const end = (message: FromLoad): void => {
    if (!isOver) tell(message);
    isOver = true;
  };
  const failed = (reason: string): void => end({ type: "failed", reason });
  try {
    end({ type: "done", measurement: await start(failed) });
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}

function measureServer(job: LoadJob): Promise<void> {
  const meter = new Meter(async () => readCpuUs(job.serverPid) ?? (await askFacts(false)).cpuUs);
  return measure((failed) => play({ job, meter, failed, factsAfterGarbageCollection: () => askFacts(true) }));
}

function measureClients(job: FountainJob): Promise<void> {
  return measure((failed) => feed({ job, failed, connect: askConnect, facts: askFacts }));
}

/** The CPU time of all these processes together. */
function cpuUsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const cpuUs = readCpuUs(pid);
    if (cpuUs === undefined) throw new Error(`Cannot read the processor time of process ${pid}`);
    return sum + cpuUs;
  }, 0);
}

function measureCluster(job: ClusterJob): Promise<void> {
  const { brokerPid } = job;
  const pids = job.nodes.map(({ pid }) => pid);
  const bystanders = pids.slice(2);
  const meter = new Meter(async () => cpuUsOf(job.scenario === "spread" ? pids : pids.slice(0, 1)), {
    allCpuUs: () => cpuUsOf(pids),
    bystanderCpuUs: () => cpuUsOf(bystanders) / bystanders.length,
    ...(brokerPid === undefined ? {} : { brokerCpuUs: () => cpuUsOf([brokerPid]) }),
  });
  return measure((failed) => playCluster({ job, meter, failed }));
}

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (!isToLoad(message)) return;
  switch (message.type) {
    case "facts":
      heardFacts(message.facts);
      return;
    case "connected":
      heardConnected();
      return;
    case "job":
      void measureServer(message.job);
      return;
    case "fountain":
      void measureClients(message.job);
      return;
    case "cluster":
      void measureCluster(message.job);
      return;
    case "end":
      process.exit();
      return;
    default:
      message satisfies never;
  }
});
