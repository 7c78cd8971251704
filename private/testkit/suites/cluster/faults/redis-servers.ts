// Redis servers of a run's own, which may be ended, restarted and watched by sentinels.
// Place: nodes -> **Redis**
// Rules: free ports, a folder of its own that goes with the run; what was acknowledged is in the append-only file.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../../src/peers/http-listener.ts";

const PROGRAM = process.env["BOWLINE_REDIS_SERVER"] ?? "redis-server";
const PATIENCE_MS = 30_000;
const SENTINELS = 3;

/** How soon a silent master is held for dead, and how long its replacement may take, in milliseconds. */
export const SENTINEL_TIMES = { downAfterMs: 1000, failoverTimeoutMs: 3000 } as const;

/** The name under which sentinels know the master. */
export const MASTER_NAME = "bowline";

/** Sends a command. @returns the beginning of the answer; nothing where nobody is there. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.once("data", (chunk) => {
      socket.destroy();
      resolve(String(chunk));
    });
    socket.once("error", () => resolve(""));
  });
}

const answers = async (port: number): Promise<boolean> => (await ask(port, "PING")).startsWith("+PONG");

/** One server. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "bowline-redis-"));
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
  }

  /** Starts a server. @param args more of its command line. */
  static async start(...args: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  /** Starts a sentinel that watches a master. */
  static async watch(master: RedisServer): Promise<RedisServer> {
    const sentinel = new RedisServer(await freePort(), []);
    const file = join(sentinel.#folder, "sentinel.conf");
    const { downAfterMs, failoverTimeoutMs } = SENTINEL_TIMES;
    const lines = [
      `port ${sentinel.port}`,
      "bind 127.0.0.1",
      `dir ${sentinel.#folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${MASTER_NAME} ${failoverTimeoutMs}`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    await sentinel.#launch([file, "--sentinel"]);
    return sentinel;
  }

  start(): Promise<void> {
    const persistent = ["--appendonly", "yes", "--save", "", "--dir", this.#folder];
    return this.#launch(["--port", String(this.port), "--bind", "127.0.0.1", ...persistent, ...this.#args]);
  }

  /** Waits until it has what its master has. */
  async catchUp(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (!(await ask(this.port, "INFO replication")).includes("master_link_status:up")) {
      if (performance.now() > until)
        throw new Error(`Cannot use the replica at port ${this.port}: it does not catch up`);
      await delay(50);
    }
  }

  /** From here on it gets nothing from its master, and keeps what it has. */
  async fallBehind(): Promise<void> {
    const answer = await ask(this.port, "REPLICAOF 127.0.0.1 1");
    if (!answer.startsWith("+OK"))
      throw new Error(`Cannot have the replica fall behind: it answers "${answer.trim()}"`);
  }

  /** Ends the process. @param signal SIGTERM lets it write what it knows. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** Ends the process, and removes what it kept. */
  async remove(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #launch(args: readonly string[]): Promise<void> {
    const child = spawn(PROGRAM, args, { stdio: "ignore" });
    this.#child = child;
    let failure: string | undefined;
    child.once("error", ({ message }) => {
      failure = message;
    });
    const until = performance.now() + PATIENCE_MS;
    while (!(await answers(this.port))) {
      if (failure !== undefined || child.exitCode !== null || performance.now() > until) {
        throw new Error(`Cannot start Redis at port ${this.port}: ${failure ?? "it does not answer"}`);
      }
      await delay(50);
    }
  }
}

/** A master with a replica and sentinels. */
export interface RedisFleet {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinelPorts: readonly number[];
  remove(): Promise<void>;
}

export async function startRedisFleet(): Promise<RedisFleet> {
  const master = await RedisServer.start("--repl-diskless-sync-delay", "0");
  const replica = await RedisServer.start("--replicaof", "127.0.0.1", String(master.port));
  // A replica that has never been in step would be an empty master.
  await replica.catchUp();
  const sentinels: RedisServer[] = [];
  for (let index = 0; index < SENTINELS; index++) sentinels.push(await RedisServer.watch(master));
  // Sentinels find each other and the replica by way of the master; without that nobody takes its place.
  await delay(2500);
  return {
    master,
    replica,
    sentinelPorts: sentinels.map(({ port }) => port),
    async remove() {
      for (const server of [...sentinels, replica, master]) await server.remove();
    },
  };
}
