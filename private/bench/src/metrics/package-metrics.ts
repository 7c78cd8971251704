// The metrics of what a peer costs before it does anything: to load in a page, to install, to start.
// Place: metrics -> **package metrics**
// Rules: what is counted is the same each time, and counted once.

import { WIRE_PEERS } from "../peers/peer.ts";
import type { SoloMetric } from "./metric.ts";

const SCRIPT = "packages/package-process.mjs";

/** What the bench measures of packages, in the order of the table. */
export const PACKAGE_METRICS: readonly SoloMetric[] = [
  {
    kind: "solo",
    name: "bundle",
    about: "what a page loads for `{ io }`, minified and compressed",
    script: SCRIPT,
    peers: ["bowline", "socket.io 4.8", "socket.io 2.5"],
    mostRounds: 1,
    figures: [{ key: "bundle.gzip", from: "gzipKb", label: "client bundle { io }, gzip", unit: "KB" }],
  },
  {
    kind: "solo",
    name: "bundle-websocket",
    about: "the same of the client that has WebSocket alone; upstream has no such",
    script: SCRIPT,
    peers: ["bowline", "socket.io 4.8"],
    mostRounds: 1,
    figures: [
      { key: "bundle-websocket.gzip", from: "gzipKb", label: "client bundle, WebSocket only, gzip", unit: "KB" },
    ],
  },
  {
    kind: "solo",
    name: "install",
    about: "what npm puts onto the disk for the server's package, and for the client's, with all they depend on",
    script: SCRIPT,
    peers: WIRE_PEERS,
    mostRounds: 1,
    figures: [
      { key: "install.server", from: "serverMb", label: "server installed", unit: "MB" },
      { key: "install.server-packages", from: "serverPackages", label: "server installed", unit: "packages" },
      { key: "install.client", from: "clientMb", label: "client installed", unit: "MB" },
      { key: "install.client-packages", from: "clientPackages", label: "client installed", unit: "packages" },
    ],
  },
  {
    kind: "solo",
    name: "start-up",
    about: "the CPU time of `require` in a fresh process",
    script: SCRIPT,
    peers: WIRE_PEERS,
    figures: [
      { key: "start-up.server", from: "serverMs", label: "require of the server", unit: "ms" },
      { key: "start-up.client", from: "clientMs", label: "require of the client", unit: "ms" },
    ],
  },
];
