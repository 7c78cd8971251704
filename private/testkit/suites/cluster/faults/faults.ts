// What may happen to a cluster: each fault is a story that a scene plays.
// Place: run -> **fault** -> scene

import { setTimeout as delay } from "node:timers/promises";
import type { Scene } from "./scene.ts";

/** How much of a fault is played. */
export interface Measure {
  readonly kills: number;
  readonly stopMs: number;
  readonly downMs: number;
  readonly partitionMs: number;
  /** After a fault, until things should be as before. */
  readonly afterMs: number;
}

/** In every run of the gate; by hand, to see that things work; and for the table. */
export const BRIEF: Measure = { kills: 2, stopMs: 5000, downMs: 1000, partitionMs: 1000, afterMs: 1500 };
export const SHORT: Measure = { kills: 3, stopMs: 6000, downMs: 4000, partitionMs: 3000, afterMs: 3000 };
export const LONG: Measure = { kills: 20, stopMs: 10_000, downMs: 30_000, partitionMs: 10_000, afterMs: 5000 };

/** How long a node that was killed is away, and how long it is back before the next one goes, in milliseconds. */
const DEAD_MS = 1000;
const BACK_MS = 500;
/** How much of the last events a replica lacks that has fallen behind, in milliseconds. */
const BEHIND_MS = 300;
/** How long sentinels may take, with what comes after, in milliseconds. */
const FAILOVER_MS = 12_000;

export interface Fault {
  readonly name: string;
  /** In the table. */
  title(measure: Measure): string;
  readonly sentinels?: true;
  /** Who sends; node 0 where nothing is said. */
  readonly sender?: "client";
  /** Whether clients come back while the broker does not answer, so that they may have to begin anew. */
  readonly harmsBroker?: true;
  strike(scene: Scene, measure: Measure): Promise<void>;
}

const seconds = (ms: number): string => `${ms / 1000} s`;

async function killNodes(scene: Scene, { kills, afterMs }: Measure): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    // At a moment of its own, whatever the nodes are at.
    await delay(BACK_MS + scene.random.below(800));
    const { victim } = scene;
    scene.note("fault", `kill of node ${victim}`);
    await scene.killNode(victim);
    await delay(DEAD_MS);
    await scene.startNode(victim);
    scene.note("healed", `node ${victim} is back`);
  }
  await delay(afterMs);
}

async function stopNode(scene: Scene, { stopMs, afterMs }: Measure): Promise<void> {
  const { victim } = scene;
  scene.note("fault", `node ${victim} stands still`);
  scene.stopNode(victim);
  await delay(stopMs);
  scene.resumeNode(victim);
  scene.note("healed", `node ${victim} goes on`);
  await delay(afterMs);
}

async function restartBroker(scene: Scene, { afterMs }: Measure): Promise<void> {
  await scene.broker.end();
  scene.note("fault", "the broker has ended");
  await scene.broker.start();
  scene.note("healed", "the broker is back");
  await delay(afterMs);
}

export const FAULTS: readonly Fault[] = [
  { name: "sigkill", title: ({ kills }) => `SIGKILL of a node, ${kills} times`, strike: killNodes },
  {
    name: "sigkill-sender",
    title: ({ kills }) => `SIGKILL of the node that sends, ${kills} times`,
    sender: "client",
    strike: killNodes,
  },
  { name: "sigstop", title: ({ stopMs }) => `SIGSTOP of a node for ${seconds(stopMs)}`, strike: stopNode },
  { name: "broker-restart", title: () => "the broker restarts", harmsBroker: true, strike: restartBroker },
  {
    name: "broker-down",
    title: ({ downMs }) => `the broker is away for ${seconds(downMs)}`,
    harmsBroker: true,
    async strike(scene, { downMs, afterMs }) {
      await scene.broker.end();
      scene.note("fault", "the broker has ended");
      await delay(downMs);
      await scene.broker.start();
      scene.note("healed", "the broker is back");
      await delay(afterMs);
    },
  },
  {
    name: "failover",
    title: () => "the master is killed, sentinels choose another",
    sentinels: true,
    harmsBroker: true,
    async strike(scene) {
      await scene.broker.end("SIGKILL");
      scene.note("fault", "the master has been killed");
      await delay(FAILOVER_MS);
    },
  },
  {
    name: "failover-behind",
    title: () => `the same, the replica ${BEHIND_MS} ms behind`,
    sentinels: true,
    harmsBroker: true,
    async strike(scene) {
      await scene.fleet.fallBehind();
      await delay(BEHIND_MS);
      await scene.broker.end("SIGKILL");
      scene.note("fault", "the master has been killed");
      await delay(FAILOVER_MS);
    },
  },
  {
    name: "partition",
    title: ({ partitionMs }) => `one node does not reach the broker for ${seconds(partitionMs)}`,
    harmsBroker: true,
    async strike(scene, { partitionMs, afterMs }) {
      scene.note("fault", "the path is interrupted");
      scene.path.hold();
      await delay(partitionMs);
      scene.path.release();
      scene.note("healed", "the path is whole");
      await delay(afterMs);
    },
  },
];

/** One after the other in one scene, as the gate has no time for more. */
export const IN_A_ROW: Fault = {
  name: "in-a-row",
  title: ({ kills }) => `SIGKILL of a node, ${kills} times, SIGSTOP of a node, the broker restarts`,
  harmsBroker: true,
  async strike(scene, measure) {
    await killNodes(scene, measure);
    await stopNode(scene, measure);
    await restartBroker(scene, measure);
  },
};
