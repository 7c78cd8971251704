// The metrics of servers that a broker connects.
// Place: metrics -> **cluster metrics**
// Rules: both peers have the same published adapter, the same broker and the same library to it.

import type { ClusterMetric } from "./metric.ts";

/** What the bench measures of connected servers, in the order of the table. */
export const CLUSTER_METRICS: readonly ClusterMetric[] = [
  {
    kind: "cluster",
    name: "redis",
    about: "an event to everybody, sent at one server and heard at another one, by Redis's pub/sub",
    peers: ["bowline", "socket.io 4.8"],
    adapter: "redis",
    job: { ratePerSecond: 1000 },
    figures: [
      { key: "redis.added", from: "addedMs", label: "Redis pub/sub: added p50 to the other server", unit: "ms" },
      { key: "redis.cpu", from: "cpuUs", label: "Redis pub/sub: publishing server, per event", unit: "µs" },
    ],
  },
  {
    kind: "cluster",
    name: "redis-streams",
    about: "the same by Redis's streams",
    peers: ["bowline", "socket.io 4.8"],
    adapter: "redis-streams",
    job: { ratePerSecond: 1000 },
    figures: [
      {
        key: "redis-streams.added",
        from: "addedMs",
        label: "Redis streams: added p50 to the other server",
        unit: "ms",
      },
      { key: "redis-streams.cpu", from: "cpuUs", label: "Redis streams: publishing server, per event", unit: "µs" },
    ],
  },
];
