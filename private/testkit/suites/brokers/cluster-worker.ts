// The program of a worker of Node's cluster: our server, connected to those of the other workers by @socket.io/cluster-adapter.
// Place: tests -> **worker** -> adapter -> primary -> adapters of the other workers
// Rules: it listens where the primary does not, so that a client chooses its worker; everything else it is told to do by
//        tasks, functions of the tests that run here and see nothing of the place where they were written.

import { createServer } from "node:http";
import { runInThisContext } from "node:vm";
import { Server } from "@bowline/server";
import { isObject } from "../../src/peers/raw-surface.ts";
import { hasOwnBase, loadPackage, useOwnBase } from "./broker-packages.ts";

/** What tasks work with. */
export interface WorkerScope {
  readonly io: Server;
  /** Whether the adapter extends our base. */
  readonly hasOwnBase: boolean;
  /** What one task leaves for another. */
  readonly notes: unknown[];
  /** Listens on the port that all workers share, besides its own. */
  listenOnShared(): Promise<number>;
}

/** How often a worker shows that it lives, and how soon it is held for dead, in milliseconds. */
const HEARTBEAT = { heartbeatInterval: 200, heartbeatTimeout: 3000 };

if (process.env["BOWLINE_ADAPTER_BASE"] === "own") useOwnBase();
const cluster = loadPackage("@socket.io/cluster-adapter");
const io = new Server({ adapter: cluster.createAdapter(HEARTBEAT) });
io.of("/desk");

/** Has the server listen. @param exclusive whether on a port of this worker's own. */
async function listen(exclusive: boolean): Promise<number> {
  const http = createServer();
  io.attach(http);
  await new Promise<void>((resolve) => {
    http.listen({ port: 0, host: "127.0.0.1", exclusive }, resolve);
  });
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the worker");
  return address.port;
}

const scope: WorkerScope = {
  io,
  hasOwnBase: hasOwnBase(io.of("/").adapter),
  notes: [],
  listenOnShared: () => listen(false),
};

async function perform(id: number, source: string, args: readonly unknown[]): Promise<void> {
  try {
    const task: unknown = runInThisContext(`(${source})`);
    if (typeof task !== "function") throw new TypeError("Cannot perform the task: it is not a function");
    const result: unknown = await Reflect.apply(task, undefined, [scope, ...args]);
    process.send?.({ performed: id, result });
  } catch (error) {
    process.send?.({ performed: id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on("message", (message: unknown) => {
  if (!isObject(message) || typeof message["perform"] !== "number") return;
  const args: unknown = message["args"];
  void perform(message["perform"], String(message["source"]), Array.isArray(args) ? args : []);
});

process.send?.({ port: await listen(true) });
