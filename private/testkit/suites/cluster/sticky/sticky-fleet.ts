// Workers of node:cluster behind one port of this process: a primary that hands connections over, or Node's own.
// Place: clients -> **primary** -> workers
// Rules: one fleet at a time, since a process is one primary; it ends the workers that it has started, and no others.

import cluster, { type Worker } from "node:cluster";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { setupPrimary } from "@bowline/node-cluster";
import { type LoadBalancingMethod, setupMaster } from "@bowline/node-cluster/sticky";
import { isObject } from "../../../src/peers/raw-surface.ts";
import { within } from "../../../src/peers/wait-for.ts";

const PROGRAM = fileURLToPath(new URL("sticky-worker.mjs", import.meta.url));
const PATIENCE_MS = 30_000;

/** How a worker gets its connections, and what finds sessions. */
export type StickyKind = "sticky" | "sticky, with a cluster" | "sticky, official server" | "forwarding";

/** What a worker has counted. */
export interface WorkerCount {
  readonly sessions: number;
  /** The ids that it has given. */
  readonly known: readonly string[];
  /** The ids in requests for sessions that it did not find. */
  readonly missed: readonly string[];
  readonly polls: number;
}

/** How a fleet is started. */
export interface FleetOptions {
  readonly kind: StickyKind;
  readonly workers?: number;
  readonly method?: LoadBalancingMethod;
  readonly headTimeout?: number;
  /** How long the head of a request may take at a worker, in milliseconds. */
  readonly headersTimeout?: number;
  /** Whether sessions of a worker that dies go on at another one; where workers forward. */
  readonly recovers?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
}

function answerOf(worker: Worker, task: string): Promise<unknown> {
  const answered = new Promise<unknown>((resolve) => {
    const listener = (message: unknown): void => {
      if (!isObject(message) || message["task"] !== task) return;
      worker.off("message", listener);
      resolve(message["result"]);
    };
    worker.on("message", listener);
  });
  return within(answered, PATIENCE_MS, `the answer of a worker to "${task}"`);
}

/** Has a worker do something. @returns what it answers. */
export function ask(worker: Worker, task: "count" | "cpu" | "news" | "close"): Promise<unknown> {
  const answered = answerOf(worker, task);
  worker.send({ task });
  return answered;
}

/** Ends a worker without a word to anybody. */
async function kill(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = once(worker, "exit");
  worker.process.kill("SIGKILL");
  await ended;
}

function countIn(value: unknown): WorkerCount {
  const number = (name: string): number => (isObject(value) ? Number(value[name]) : Number.NaN);
  const ids = (name: string): readonly string[] => {
    const list = isObject(value) ? value[name] : undefined;
    return Array.isArray(list) ? list.map(String) : [];
  };
  return { sessions: number("sessions"), known: ids("known"), missed: ids("missed"), polls: number("polls") };
}

/** A fleet. */
export class StickyFleet {
  readonly workers: Worker[];
  readonly port: number;
  /** What clients say in their query, so that those of another fleet are told from them. */
  readonly name: string;
  readonly #env: object;
  readonly #close: () => Promise<void>;

  private constructor(workers: Worker[], port: number, name: string, env: object, close: () => Promise<void>) {
    this.workers = workers;
    this.port = port;
    this.name = name;
    this.#env = env;
    this.#close = close;
  }

  static async start(options: FleetOptions): Promise<StickyFleet> {
    const { kind, workers: count = 4, method, headTimeout, headersTimeout, recovers, tls } = options;
    const name = randomUUID();
    const hub = setupPrimary();
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const workers: Worker[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(workers.map(kill));
      server.close();
      await hub.close();
    };
    try {
      if (kind !== "forwarding") {
        setupMaster(server, {
          ...(method === undefined ? {} : { loadBalancingMethod: method }),
          ...(headTimeout === undefined ? {} : { headTimeout }),
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
      }
      cluster.setupPrimary({ exec: PROGRAM, execArgv: [], args: [], serialization: "advanced" });
      const env = { BOWLINE_STICKY: JSON.stringify({ kind, name, recovers, headersTimeout, ...tls }) };
      workers.push(...Array.from({ length: count }, () => cluster.fork(env)));
      const [port] = await Promise.all(workers.map((worker) => answerOf(worker, "ready")));
      const address = server.address();
      return new StickyFleet(workers, isAddress(address) ? address.port : Number(port), name, env, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Kills a worker. */
  async kill(index: number): Promise<void> {
    const victim = this.workers[index];
    if (victim !== undefined) await kill(victim);
  }

  /** Starts another worker in the place of one that is dead. */
  async replace(index: number): Promise<void> {
    const worker = cluster.fork(this.#env);
    this.workers[index] = worker;
    await answerOf(worker, "ready");
  }

  /** What the workers have counted. */
  async counts(): Promise<WorkerCount[]> {
    const alive = this.workers.filter((worker) => !worker.isDead());
    return Promise.all(alive.map(async (worker) => countIn(await ask(worker, "count"))));
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
