// The metrics that measure clients in Node, while a server that costs nothing feeds them.
// Place: metrics -> **client metrics**
// Rules: sizes are those that the targets were set for; `--clients` replaces them, within the limits that are named.

import { WIRE_PEERS } from "../peers/peer.ts";
import type { ClientMetric } from "./metric.ts";

/** What the bench measures of clients, in the order of the table. */
export const CLIENT_METRICS: readonly ClientMetric[] = [
  {
    kind: "client",
    name: "receive",
    about: "a small event comes by WebSocket and is handed to the program's handler, as many as the client can take",
    peers: WIRE_PEERS,
    job: { scenario: "receive", clients: 1 },
    // Of each the system holds megabytes of events that were not read yet: with many, a turn of the loop takes seconds.
    mostClients: 1,
    figures: [{ key: "receive.cpu", from: "cpuUs", label: "client: receive, per event", unit: "µs" }],
  },
  {
    kind: "client",
    name: "client-memory",
    about: "connected clients with a manager each that do nothing, after garbage collection, per client",
    peers: WIRE_PEERS,
    job: { scenario: "stay", clients: 500 },
    fewestClients: 200,
    figures: [
      { key: "client-memory.rss", from: "rssKib", label: "client: memory per client, RSS", unit: "KiB" },
      { key: "client-memory.heap", from: "heapKib", label: "client: memory per client, heap", unit: "KiB" },
    ],
  },
];
