// One measurement of a cluster: its servers in fresh processes, the load process against them, and the figures.
// Place: schedule -> **measure cluster** -> processes (primary process -> server processes)
// Rules: all servers share a processor, as a server of any other measurement has it for itself; what they use to find each
//        other is this measurement's own.

import { randomUUID } from "node:crypto";
import { brokerOf, type LinkName } from "./cluster/link-name.ts";
import type { ClusterJob, ClusterNode, Measurement } from "./load/job.ts";
import { type Bench, drive, profilingOf, useProcess } from "./measure.ts";
import type { ClusterMetric } from "./metrics/metric.ts";
import { languageOf, type WirePeerName } from "./peers/peer.ts";
import type { BenchProcess } from "./processes.ts";

/** Five servers that start on one processor of a busy machine take their time. */
const START_MS = 240_000;

function isNode(value: unknown): value is ClusterNode {
  return typeof value === "object" && value !== null && "port" in value && "pid" in value;
}

function nodesIn(message: unknown): readonly ClusterNode[] | undefined {
  if (typeof message !== "object" || message === null || !("nodes" in message)) return undefined;
  const { nodes } = message;
  return Array.isArray(nodes) && nodes.every(isNode) ? nodes : undefined;
}

/** The process whose cost is the broker's. */
function brokerPid(link: LinkName, primary: BenchProcess, { redis }: Bench): number | undefined {
  switch (brokerOf(link)) {
    case "redis":
      return redis?.pid;
    case "primary":
      return primary.pid;
    default:
      return undefined;
  }
}

/**
 * Measures the connected servers of one peer once.
 *
 * @throws Error that says what went wrong, with what the servers printed.
 */
export function measureCluster(
  bench: Bench,
  load: BenchProcess,
  metric: ClusterMetric,
  peer: WirePeerName,
): Promise<Measurement> {
  const { links, nodes, job } = metric;
  const link = links[peer];
  if (link === undefined) throw new TypeError(`Cannot measure ${metric.name} of "${peer}": it takes no part in it`);
  const order = {
    peer,
    link,
    nodes,
    redisPort: bench.redis?.port,
    key: `bowline-bench-${randomUUID().slice(0, 8)}`,
    profiling: profilingOf(bench.profileFolder, metric, peer),
  };
  const primary = bench.processes.start({
    script: "cluster/primary-process.mjs",
    args: [JSON.stringify(order)],
    core: bench.cores?.[0],
  });
  return useProcess(primary, metric, peer, async () => {
    const clusterJob: ClusterJob = {
      ...job,
      ...bench.pace.cluster,
      language: languageOf(peer),
      nodes: await primary.until(nodesIn, START_MS),
      brokerPid: brokerPid(link, primary, bench),
    };
    return drive(load, primary, { type: "cluster", job: clusterJob });
  });
}
