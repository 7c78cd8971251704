// The metrics that measure a server while clients drive it.
// Place: metrics -> **server metrics**
// Rules: sizes are those that the targets were set for; `--clients` replaces them all.

import { NATIVE_PEERS, type ServerPeerName, WIRE_PEERS } from "../peers/peer.ts";
import type { FigureSpec, ServerMetric, Unit } from "./metric.ts";

const ALL: readonly ServerPeerName[] = [...WIRE_PEERS, ...NATIVE_PEERS];
// Without socket.io 2.5: everything together has to stay below twenty minutes.
const NEWER: readonly ServerPeerName[] = ["bowline", "socket.io 4.8", "ws"];
const NEWER_AND_NATIVE: readonly ServerPeerName[] = [...NEWER, ...NATIVE_PEERS];
const SOCKET_IO: readonly ServerPeerName[] = ["bowline", "socket.io 4.8", "socket.io 2.5"];

/** A job in which nothing is special. */
export const NO_JOB = {
  inFlight: 1,
  ratePerSecond: 0,
  perTurn: 1,
  payloadBytes: 0,
  rooms: 0,
  roomSize: 0,
  namespaces: 0,
} as const;

function figure(key: string, from: string, label: string, unit: Unit): FigureSpec {
  return { key, from, label, unit };
}

/** What the bench measures of servers, in the order of the table. */
export const SERVER_METRICS: readonly ServerMetric[] = [
  {
    kind: "server",
    name: "echo",
    about: "a small event, answered by its ack; each client sends the next one when the answer is there",
    peers: ALL,
    job: { ...NO_JOB, scenario: "echo", clients: 1000 },
    figures: [figure("echo.cpu", "cpuUs", "echo + ack", "µs")],
  },
  {
    kind: "server",
    name: "pipelined",
    about: "the same with 32 events under way per client",
    peers: NEWER_AND_NATIVE,
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
    peers: ALL,
    job: { ...NO_JOB, scenario: "broadcast", clients: 5000 },
    figures: [figure("broadcast.cpu", "cpuUs", "broadcast, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "burst",
    about: "ten events to everybody in one turn of the server's loop, per delivery",
    peers: NEWER_AND_NATIVE,
    job: { ...NO_JOB, scenario: "broadcast", clients: 5000, perTurn: 10 },
    figures: [figure("burst.cpu", "cpuUs", "10 broadcasts in one turn, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "in-flight-2",
    about: "events to everybody of which two are under way, per delivery",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "broadcast", clients: 1000, inFlight: 2 },
    figures: [figure("in-flight-2.cpu", "cpuUs", "broadcast, 2 in flight, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "in-flight",
    about: "events to everybody of which thirty are under way, per delivery",
    peers: NEWER_AND_NATIVE,
    job: { ...NO_JOB, scenario: "broadcast", clients: 1000, inFlight: 30 },
    figures: [figure("in-flight.cpu", "cpuUs", "broadcast, 30 in flight, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "rooms",
    about: "events to one of ten rooms after the other, thirty under way, per delivery",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "broadcast", clients: 1000, inFlight: 30, rooms: 10, roomSize: 100 },
    figures: [figure("rooms.cpu", "cpuUs", "room of 100, 30 in flight, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "kilobyte",
    about: "one event with 1 KB of text to everybody, per delivery; the next one when all have it",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "broadcast", clients: 1000, payloadBytes: 1024 },
    figures: [figure("kilobyte.cpu", "cpuUs", "broadcast of 1 KB, per delivery", "µs")],
  },
  {
    kind: "server",
    name: "binary",
    about: "an event with an attachment of 1 KB, answered by its ack with the same bytes",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "echo", clients: 1000, payloadBytes: 1024 },
    figures: [figure("binary.cpu", "cpuUs", "binary echo + ack, 1 KB", "µs")],
  },
  {
    kind: "server",
    name: "binary-64k",
    about: "the same with an attachment of 64 KB",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "echo", clients: 100, payloadBytes: 65_536 },
    figures: [figure("binary-64k.cpu", "cpuUs", "binary echo + ack, 64 KB", "µs")],
  },
  {
    kind: "server",
    name: "connect",
    about: "a client connects by WebSocket, joins the main namespace and leaves",
    peers: ALL,
    job: { ...NO_JOB, scenario: "connect", clients: 50 },
    figures: [figure("connect.cpu", "cpuUs", "connect, WebSocket only", "µs")],
  },
  {
    kind: "server",
    name: "storm",
    about: "all clients are cut off at once and come back, 200 at a time, per client",
    peers: NEWER,
    job: { ...NO_JOB, scenario: "storm", clients: 5000 },
    figures: [
      figure("storm.cpu", "cpuUs", "reconnect storm, per client", "µs"),
      figure("storm.wall", "wallMs", "reconnect storm, until all are back", "ms"),
    ],
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
    // What a server in C++ holds is not seen in the heap, and hardly in the process.
    peers: ALL.filter((peer) => peer !== "uWS"),
    job: { ...NO_JOB, scenario: "idle", clients: 5000 },
    fewestClients: 1000,
    figures: [
      figure("memory.rss", "rssKib", "idle memory per connection, RSS", "KiB"),
      figure("memory.heap", "heapKib", "idle memory per connection, heap", "KiB"),
    ],
  },
];
