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
}

/** In full runs of the gate, and by hand. */
export const SHORT: Measure = { kills: 3, stopMs: 4000, downMs: 4000, partitionMs: 3000 };
export const LONG: Measure = { kills: 20, stopMs: 10_000, downMs: 30_000, partitionMs: 10_000 };

/** After a fault, until things should be as before, in milliseconds. */
const AFTER_MS = 3000;

export interface Fault {
  readonly name: string;
  /** In the table. */
  title(measure: Measure): string;
  readonly sentinels?: true;
  strike(scene: Scene, measure: Measure): Promise<void>;
}

const seconds = (ms: number): string => `${ms / 1000} s`;

export const FAULTS: readonly Fault[] = [
  {
    name: "sigkill",
    title: ({ kills }) => `SIGKILL of a node, ${kills} times`,
    async strike(scene, { kills }) {
      for (let kill = 0; kill < kills; kill++) {
        const { victim } = scene;
        // At a moment of its own, whatever the nodes are at.
        await delay(200 + scene.random.below(800));
        scene.note("fault", `kill of node ${victim}`);
        await scene.killNode(victim);
        await delay(1500);
        await scene.startNode(victim);
        scene.note("healed", `node ${victim} is back`);
        await delay(1000);
      }
    },
  },
  {
    name: "sigstop",
    title: ({ stopMs }) => `SIGSTOP of a node for ${seconds(stopMs)}`,
    async strike(scene, { stopMs }) {
      const { victim } = scene;
      scene.note("fault", `node ${victim} stands still`);
      scene.stopNode(victim);
      await delay(stopMs);
      scene.resumeNode(victim);
      scene.note("healed", `node ${victim} goes on`);
      await delay(AFTER_MS);
    },
  },
  {
    name: "broker-restart",
    title: () => "the broker restarts",
    async strike(scene) {
      await scene.broker.end();
      scene.note("fault", "the broker has ended");
      await scene.broker.start();
      scene.note("healed", "the broker is back");
      await delay(AFTER_MS);
    },
  },
  {
    name: "broker-down",
    title: ({ downMs }) => `the broker is away for ${seconds(downMs)}`,
    async strike(scene, { downMs }) {
      await scene.broker.end();
      scene.note("fault", "the broker has ended");
      await delay(downMs);
      await scene.broker.start();
      scene.note("healed", "the broker is back");
      await delay(AFTER_MS * 2);
    },
  },
  {
    name: "failover",
    title: () => "the master is killed, sentinels choose another",
    sentinels: true,
    async strike(scene) {
      await scene.broker.end("SIGKILL");
      scene.note("fault", "the master has been killed");
      await delay(15_000);
    },
  },
  {
    name: "partition",
    title: ({ partitionMs }) => `one node does not reach the broker for ${seconds(partitionMs)}`,
    async strike(scene, { partitionMs }) {
      scene.note("fault", "the path is interrupted");
      scene.path.interrupt();
      await delay(partitionMs);
      scene.path.heal();
      scene.note("healed", "the path is whole");
      await delay(AFTER_MS);
    },
  },
];
