// Nodes in processes of their own, behind nginx, that die while clients talk: every client comes back, nothing is heard twice,
// what was answered was heard, and nothing is missing in a session that goes on.
// Rules: BOWLINE_FULL=1 plays more of them.
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../src/peers/http-listener.ts";
import { missingProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { uniqueName, whyMissing } from "../brokers/broker-packages.ts";
import { type Heard, NodeProcess } from "./no-sticky-process.ts";
import { PLAYERS } from "./no-sticky-sessions.ts";
import { judgeTalks, Talker } from "./no-sticky-talkers.ts";

const NODES = 3;
const LEASE_MS = 1500;
/** So long a node has answers that nobody takes, and is not held for dead. */
const HANGS_MS = LEASE_MS / 2;
/** Of each kind of client. */
const TALKERS = 2;
const ROUNDS = process.env["BOWLINE_FULL"] === "1" ? 10 : 1;

const redisPort = Number(process.env["BOWLINE_REDIS_PORT"] ?? 6379);
const missing = missingProxy("nginx") ?? (await whyMissing("redis"));
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Nodes, clients that talk to them, and what has been heard. */
async function createScene() {
  const heard: Heard[] = [];
  const prefix = uniqueName();
  const ports = await Promise.all(Array.from({ length: NODES }, () => freePort()));
  const nodes = ports.map(startNode);
  ends.push(() => Promise.all(nodes.map((node) => node.kill())));
  const allKnown = (): Promise<unknown> => Promise.all(nodes.map((node) => node.knows(NODES - 1)));
  await allKnown();
  const front = await startReverseProxy("nginx", "round-robin.conf", ports);
  ends.push(() => front.close());
  const players = Array.from({ length: TALKERS }, () => PLAYERS).flat();
  const talkers = await Promise.all(
    players.map((player, index) => Talker.start(`${player.join(" over ")}, ${index}`, player, front.port)),
  );
  const everybodyGetsThrough = (): Promise<unknown> => Promise.all(talkers.map((talker) => talker.getsThrough()));
  await everybodyGetsThrough();

  function startNode(port: number): NodeProcess {
    const settings = { port, redisPort, prefix, heartbeatIntervalMs: LEASE_MS / 3, leaseMs: LEASE_MS };
    return NodeProcess.start("on Node", settings, (what) => void heard.push(what));
  }

  function nodeAt(index: number): NodeProcess {
    return nodes[index % NODES] ?? expect.fail("no such node");
  }

  return {
    nodeAt,
    everybodyGetsThrough,
    async restart(index: number): Promise<void> {
      nodes[index % NODES] = startNode(nodeAt(index).port);
      await allKnown();
    },
    /** Ends the talks. @returns what was wrong with them. */
    async judge(): Promise<string[]> {
      await Promise.all(talkers.map((talker) => talker.end()));
      return judgeTalks(talkers, heard);
    },
  };
}

describe.skipIf(missing !== undefined)(`nodes without sticky sessions, in processes of their own${reason}`, () => {
  test("lose nothing in silence when they are killed or stand still, be they those of sessions or those in between", async () => {
    const scene = await createScene();
    for (let round = 0; round < ROUNDS; round++) {
      await scene.nodeAt(round).kill();
      await scene.everybodyGetsThrough();
      await scene.restart(round);
      await scene.everybodyGetsThrough();
      scene.nodeAt(round + 1).stop();
      await delay(2 * LEASE_MS);
      scene.nodeAt(round + 1).resume();
      await scene.everybodyGetsThrough();
    }
    // A node that hangs has answers, which nginx asks for again at another one once it is dead.
    scene.nodeAt(2).stop();
    await delay(HANGS_MS);
    await scene.nodeAt(2).kill();
    await scene.everybodyGetsThrough();
    expect(await scene.judge()).toEqual([]);
  }, 300_000);
});
