// The metrics that measure a server while clients drive it.
// Place: metrics -> **server metrics**
// Rules: sizes are those that the targets were set for; `--clients` replaces them all.

import { WIRE_PEERS, type WirePeerName } from "../peers/peer.ts";
import type { FigureSpec, ServerMetric, Unit } from "./metric.ts";

// Without socket.io 2.5: everything together has to stay below eight minutes.
const NEWER: readonly WirePeerName[] = ["bowline", "socket.io 4.8", "ws"];
const SOCKET_IO: readonly WirePeerName[] = ["bowline", "socket.io 4.8", "socket.io 2.5"];

const NO_JOB = { inFlight: 1, ratePerSecond: 0, perTurn: 1 } as const;

function figure(key: string, from: string, label: string, unit: Unit): FigureSpec {
  return { key, from, label, unit };
}

/** What the bench measures of servers, in the order of the table. */
export const SERVER_METRICS: readonly ServerMetric[] = [
  {
    kind: "server",
    name: "echo",
    about: "a small event, answered by its ack; each client sends the next one when the answer is there",
    peers: WIRE_PEERS,
    job: { ...NO_JOB, scenario: "echo", clients: 1000 },
    figures: [figure("echo.cpu", "cpuUs", "echo + ack", "µs")],
  },
  {
    kind: "server",
    name: "pipelined",
    about: "the same with 32 events under way per client",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "echo", clients: 100, inFlight: 32 },
    figures: [figure("pipelined.cpu", "cpuUs", "echo + ack, 32 in flight", "µs")],
  },
  {
    kind: "server",
    name: "latency",
    about: "how long an echo takes at 8,000 events per second, which no peer is overloaded by",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "echo", clients: 1000, ratePerSecond: 8000 },
    figures: [
      figure("latency.p50", "p50Ms", "ack latency at 8,000/s, p50", "ms"),
      figure("latency.p99", "p99Ms", "ack latency at 8,000/s, p99", "ms"),
    ],
  },
  {
    kind: "server",
    name: "broadcast",
    about: "one event to everybody, per delivery; the next one when all have it",
    peers: WIRE_PEERS,
    job: { ...NO_JOB, scenario: "broadcast", clients: 5000 },
    figures: [figure("broadcast.cpu", "cpuUs", "broadcast, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "burst",
    about: "ten events to everybody in one turn of the server's loop, per delivery",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "broadcast", clients: 5000, perTurn: 10 },
    figures: [figure("burst.cpu", "cpuUs", "10 broadcasts in one turn, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "connect",
    about: "a client connects by WebSocket, joins the main namespace and leaves",
    peers: WIRE_PEERS,
    job: { ...NO_JOB, scenario: "connect", clients: 50 },
    figures: [figure("connect.cpu", "cpuUs", "connect, WebSocket only", "µs")],
  },
  {
    kind: "server",
    name: "upgrade",
    about: "a client joins by polling, moves to WebSocket, has one event answered and leaves",
    peers: SOCKET_IO,
    job: { ...NO_JOB, scenario: "upgrade", clients: 200 },
    figures: [figure("upgrade.cpu", "cpuUs", "connect, polling then upgrade", "µs")],
  },
  {
    kind: "server",
    name: "polling",
    about: "an event brought by POST, its ack fetched by GET, over a kept-alive connection",
    peers: SOCKET_IO,
    job: { ...NO_JOB, scenario: "polling", clients: 200 },
    figures: [figure("polling.cpu", "cpuUs", "long-polling cycle (POST + GET)", "µs")],
  },
  {
    kind: "server",
    name: "memory",
    about: "connected clients that do nothing, after garbage collection, per connection",
    peers: WIRE_PEERS,
    job: { ...NO_JOB, scenario: "idle", clients: 5000 },
    fewestClients: 1000,
    figures: [
      figure("memory.rss", "rssKib", "idle memory per connection, RSS", "KiB"),
      figure("memory.heap", "heapKib", "idle memory per connection, heap", "KiB"),
    ],
  },
];
