// Workers with our cluster of one machine, started as this process can start them, told what to do, and killed.
// Place: tests -> **primary** -> workers
// Rules: a task is a function that runs in the worker, with what is handed to it; a worker that fails to do it says why.

import { type ChildProcess, fork } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { isObject } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";
import type { NodeWorkerScope } from "./node-cluster-worker.ts";

const PATIENCE_MS = 30_000;
const PROGRAM = fileURLToPath(new URL("node-cluster-worker.ts", import.meta.url));
const EXEC_ARGV = ["--import", "tsx"];
/** Threads cannot begin with a program in TypeScript. */
const IN_THREAD = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(${JSON.stringify(PROGRAM)});
});`;

/** How a worker is started, and so what its bus goes over. */
export type WorkerKind = "cluster, as JSON" | "cluster, serialized in the advanced way" | "thread" | "path";

/** A task, as it is written in a test. */
type Task<Args extends readonly unknown[], Result> = (
  scope: NodeWorkerScope,
  ...args: Args
) => Result | Promise<Result>;

let lastId = 0;

/** What process and thread have in common. */
interface Started {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
}

/** Waits for the message of a worker that has this key. */
function messageWith(worker: Started, key: string, value?: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    function listener(message: unknown): void {
      if (!isObject(message) || !(key in message) || (value !== undefined && message[key] !== value)) return;
      stop();
      resolve(message);
    }
    function failed(reason: unknown): void {
      stop();
      reject(new Error(`Cannot go on: the worker ended with ${String(reason)}`));
    }
    function stop(): void {
      worker.off("message", listener);
      worker.off("exit", failed);
      worker.off("error", failed);
    }
    worker.on("message", listener);
    worker.on("exit", failed);
    worker.on("error", failed);
  });
}

function startProcess(kind: Exclude<WorkerKind, "thread">, path: string, env: object): ChildProcess {
  if (kind === "path") {
    return fork(PROGRAM, { execArgv: EXEC_ARGV, env: { ...process.env, ...env, BOWLINE_HUB_PATH: path } });
  }
  const serialization = kind === "cluster, as JSON" ? "json" : "advanced";
  cluster.setupPrimary({ exec: PROGRAM, execArgv: EXEC_ARGV, args: [], serialization });
  return cluster.fork(env).process;
}

/** A worker. */
export class NodeWorker {
  readonly url: string;
  readonly #worker: ChildProcess | Worker;

  private constructor(worker: ChildProcess | Worker, port: number) {
    this.#worker = worker;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts a worker.
   * @param path where the primary listens, for those that need to know.
   * @param env what a process finds in its surroundings.
   */
  static async start(kind: WorkerKind, path: string, env: object = {}): Promise<NodeWorker> {
    const worker = kind === "thread" ? new Worker(IN_THREAD, { eval: true }) : startProcess(kind, path, env);
    const { port } = await within(messageWith(worker, "port"), PATIENCE_MS, "the port of a worker");
    return new NodeWorker(worker, Number(port));
  }

  /** Has the worker perform a task. @returns what the task returns. */
  run<Args extends readonly unknown[], Result>(task: Task<Args, Result>, ...args: Args): Promise<Result>;
  async run(task: object, ...args: unknown[]): Promise<unknown> {
    const id = ++lastId;
    const performed = messageWith(this.#worker, "performed", id);
    const message = { perform: id, source: String(task), args };
    if (this.#worker instanceof Worker) this.#worker.postMessage(message);
    else this.#worker.send(message);
    const { result, failure } = await within(performed, PATIENCE_MS, "the end of a task");
    if (failure !== undefined) throw new Error(`The task failed: ${String(failure)}`);
    return result;
  }

  /** Stops the process, or has it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    if (!(this.#worker instanceof Worker)) this.#worker.kill(signal);
  }

  /** Ends the worker without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#worker instanceof Worker) {
      await this.#worker.terminate();
      return;
    }
    if (this.#worker.exitCode !== null || this.#worker.signalCode !== null) return;
    const ended = once(this.#worker, "exit");
    this.#worker.kill("SIGKILL");
    await ended;
  }
}
