// The program of a worker with our server and our cluster of one machine: a worker of node:cluster, a thread, or a process
// that finds its primary by a path.
// Place: tests -> **worker** -> cluster -> primary -> clusters of the other workers
// Rules: it is told what to do by tasks, functions of the tests that run here and see nothing of the place where they were
//        written; it listens on a port of its own, unless the primary hands it connections.

import { createServer } from "node:http";
import { runInThisContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import type { Bus, Cluster } from "@bowline/adapter/cluster";
import { nodeCluster, nodeClusterBus } from "@bowline/node-cluster";
import { Server } from "@bowline/server";
import { isObject } from "../../src/peers/raw-surface.ts";

/** What tasks work with. */
export interface NodeWorkerScope {
  readonly io: Server;
  readonly cluster: Cluster;
  readonly bus: Bus;
  /** What one task leaves for another. */
  readonly notes: unknown[];
  /** The warnings of this process. */
  readonly warnings: { readonly code: unknown; readonly text: string }[];
  /** One more bus of this process. */
  openBus(): Bus;
}

/** How often a worker shows that it lives, and how soon it is held for dead, in milliseconds. */
const LIFE = { heartbeatIntervalMs: 200, leaseMs: 3000 };
/** The same where a test counts messages, and signs of life would be some of them. */
const QUIET_LIFE = { heartbeatIntervalMs: 300_000, leaseMs: 900_000 };

const told: unknown = parentPort === null ? process.env["BOWLINE_HUB_PATH"] : workerData;
const life = process.env["BOWLINE_QUIET"] === "1" ? QUIET_LIFE : LIFE;
const where = typeof told === "string" && told !== "" ? { path: told } : {};
const cluster = nodeCluster({ ...life, ...where });
const io = new Server({ cluster, serveClient: false });
io.of("/desk");
const scope: NodeWorkerScope = {
  io,
  cluster,
  bus: cluster.bus,
  notes: [],
  warnings: [],
  openBus: () => nodeClusterBus(where),
};
process.on("warning", (warning) => scope.warnings.push({ code: Reflect.get(warning, "code"), text: warning.message }));

function say(message: object): void {
  if (parentPort === null) process.send?.(message);
  else parentPort.postMessage(message);
}

async function perform(id: number, source: string, args: readonly unknown[]): Promise<void> {
  try {
    const task: unknown = runInThisContext(`(${source})`);
    if (typeof task !== "function") throw new TypeError("Cannot perform the task: it is not a function");
    const result: unknown = await Reflect.apply(task, undefined, [scope, ...args]);
    say({ performed: id, result });
  } catch (error) {
    say({ performed: id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function received(message: unknown): void {
  if (!isObject(message) || typeof message["perform"] !== "number") return;
  const args: unknown = message["args"];
  void perform(message["perform"], String(message["source"]), Array.isArray(args) ? args : []);
}

if (parentPort === null) process.on("message", received);
else parentPort.on("message", received);

const http = createServer();
io.attach(http);
http.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
  const address = http.address();
  say({ port: typeof address === "object" && address !== null ? address.port : 0 });
});
