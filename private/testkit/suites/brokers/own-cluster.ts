// A cluster of Redis of a test's own: three masters on free ports, of which one can be taken away and brought back, and slots
// be moved.
// Place: suite -> clients of clusters -> **three Redis of its own**

import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { FORGETFUL_REDIS } from "../../src/peers/broker-programs.ts";
import { BrokerServer } from "../../src/peers/broker-server.ts";

const run = promisify(execFile);
const PATIENCE_MS = 20_000;

/** The highest port whose second one, 10,000 above, is a port as well. */
const MAX_PORT = 55_000;

async function startNode(): Promise<BrokerServer> {
  for (;;) {
    const flags = [
      "--cluster-enabled",
      "yes",
      "--cluster-node-timeout",
      "2000",
      "--cluster-require-full-coverage",
      "no",
    ];
    const node = await BrokerServer.start(FORGETFUL_REDIS, ...flags);
    if (node.port <= MAX_PORT) return node;
    await node.remove();
  }
}

/** A cluster. */
export class OwnCluster {
  readonly nodes: readonly BrokerServer[];

  private constructor(nodes: readonly BrokerServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<OwnCluster> {
    const cluster = new OwnCluster(await Promise.all([startNode(), startNode(), startNode()]));
    const addresses = cluster.ports.map((port) => `127.0.0.1:${port}`);
    await run("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]);
    await cluster.#agree();
    return cluster;
  }

  get ports(): readonly number[] {
    return this.nodes.map(({ port }) => port);
  }

  /** Has a command done by one of its nodes. */
  async #command(index: number, ...command: readonly string[]): Promise<string> {
    const { stdout } = await run("redis-cli", ["-p", String(this.ports[index]), ...command]);
    return stdout.trim();
  }

  /** Moves the slot of a key, which is empty, to another node. @returns once all of them know. */
  async move(key: string): Promise<void> {
    const slot = await this.#command(0, "cluster", "keyslot", key);
    const ids = await Promise.all(this.nodes.map((_, index) => this.#command(index, "cluster", "myid")));
    const owner = (await this.#command(0, "cluster", "nodes")).split("\n").find((line) => hasSlot(line, Number(slot)));
    const from = ids.findIndex((id) => owner?.startsWith(id) === true);
    const to = (from + 1) % ids.length;
    const setSlot = ["cluster", "setslot", slot];
    await this.#command(to, ...setSlot, "importing", ids[from] ?? "");
    await this.#command(from, ...setSlot, "migrating", ids[to] ?? "");
    for (const index of [to, from, (from + 2) % ids.length])
      await this.#command(index, ...setSlot, "node", ids[to] ?? "");
    await this.#agree();
  }

  /** Waits until all of its nodes know all slots. */
  async #agree(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (const index of this.nodes.keys()) {
      while (!(await this.#command(index, "cluster", "info")).includes("cluster_slots_ok:16384")) {
        if (performance.now() > until) throw new Error("Cannot use the cluster of Redis: its nodes do not agree");
        await delay(50);
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
  }
}

/** Whether a line of `CLUSTER NODES` is that of the node that has a slot. */
function hasSlot(line: string, slot: number): boolean {
  return line
    .split(" ")
    .slice(8)
    .some((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return first !== undefined && last !== undefined && first <= slot && slot <= last;
    });
}
