// Workers of Node's cluster, of which this process is the primary: they are started, told what to do, and ended or killed.
// Place: tests -> **primary** -> workers
// Rules: a task is a function that runs in the worker, with what is handed to it; a worker that fails to do it says why.

import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isObject } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";
import { loadPackage } from "./broker-packages.ts";
import type { WorkerScope } from "./cluster-worker.ts";

const PATIENCE_MS = 30_000;
const PROGRAM = fileURLToPath(new URL("cluster-worker.ts", import.meta.url));

/** A task, as it is written in a test. */
type Task<Args extends readonly unknown[], Result> = (scope: WorkerScope, ...args: Args) => Result | Promise<Result>;

let isPrimaryReady = false;
let lastId = 0;

/** Has this process hand on what workers tell each other. */
function preparePrimary(): void {
  if (isPrimaryReady) return;
  isPrimaryReady = true;
  // Bytes stay bytes between processes only by this serialization.
  cluster.setupPrimary({ exec: PROGRAM, execArgv: ["--import", "tsx"], args: [], serialization: "advanced" });
  loadPackage("@socket.io/cluster-adapter").setupPrimary();
}

/** Waits for the message of a worker that has this key. */
function messageWith(worker: Worker, key: string, value?: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    function listener(message: unknown): void {
      if (!isObject(message) || !(key in message) || (value !== undefined && message[key] !== value)) return;
      stop();
      resolve(message);
    }
    function failed(code: number | null): void {
      stop();
      reject(new Error(`Cannot go on: the worker ended with ${code}`));
    }
    function stop(): void {
      worker.off("message", listener);
      worker.off("exit", failed);
    }
    worker.on("message", listener);
    worker.on("exit", failed);
  });
}

/** A worker of the cluster. */
export class ClusterWorker {
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a worker. @param base whose base its adapter is built on. */
  static async start(base: "official" | "own"): Promise<ClusterWorker> {
    preparePrimary();
    const worker = cluster.fork({ BOWLINE_ADAPTER_BASE: base });
    const { port } = await within(messageWith(worker, "port"), PATIENCE_MS, "the port of a worker");
    return new ClusterWorker(worker, Number(port));
  }

  /** Has the worker perform a task. @returns what the task returns. */
  run<Args extends readonly unknown[], Result>(task: Task<Args, Result>, ...args: Args): Promise<Result>;
  async run(task: object, ...args: unknown[]): Promise<unknown> {
    const id = ++lastId;
    const performed = messageWith(this.#worker, "performed", id);
    this.#worker.send({ perform: id, source: String(task), args });
    const { result, failure } = await within(performed, PATIENCE_MS, "the end of a task");
    if (failure !== undefined) throw new Error(`The task failed: ${String(failure)}`);
    return result;
  }

  /** Ends the worker without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#worker.isDead()) return;
    const ended = once(this.#worker, "exit");
    this.#worker.process.kill("SIGKILL");
    await ended;
  }
}
