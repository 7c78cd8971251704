// Our buses over a cluster of Redis with three masters: the rules of all buses, over each library that can, and what becomes of
// topics whose master dies and comes back, or whose slot moves.
import type { Bus } from "@bowline/adapter/cluster";
import { shardedRedisBus } from "@bowline/redis/sharded";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { FORGETFUL_REDIS } from "../../src/peers/broker-programs.ts";
import { whyNoProgram } from "../../src/peers/broker-server.ts";
import { uniqueName } from "./broker-packages.ts";
import { busSuite, createFollower, untilUp } from "./bus-suite.ts";
import { OwnCluster } from "./own-cluster.ts";
import { type OpenClient, type OpenedClient, REDIS_BUSES } from "./redis-buses.ts";

const PATIENCE = { timeout: 30_000, interval: 100 };
/** It takes minutes, and belongs to the whole matrix. */
const missing = process.env["BOWLINE_FULL"] === "1" ? whyNoProgram(FORGETFUL_REDIS) : "only npm run test:full plays it";

const LIBRARIES: Readonly<Record<string, OpenClient>> = {
  async ioredis(ports) {
    const nodes = ports.map((port) => ({ host: "127.0.0.1", port }));
    const client = new Cluster([...nodes], { shardedSubscribers: true });
    return { client, end: () => client.disconnect() };
  },
  async "node-redis 5"(ports) {
    const client = createCluster({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    client.on("error", () => undefined);
    await client.connect();
    return { client, end: () => client.destroy() };
  },
};

const CASES = [
  ["ioredis", "plain"],
  ["ioredis", "sharded"],
  ["ioredis", "streams"],
  ["node-redis 5", "plain"],
  ["node-redis 5", "streams"],
] as const;

let cluster: OwnCluster;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  if (missing === undefined) cluster = await OwnCluster.start();
}, 120_000);

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

afterAll(() => cluster?.end(), 60_000);

async function openClients(library: string, count: number): Promise<OpenedClient[]> {
  const open = LIBRARIES[library] ?? expect.fail("no such library");
  return Promise.all(Array.from({ length: count }, () => open(cluster.ports)));
}

async function openBus(library: string, kind: string): Promise<Bus> {
  const [pub, sub] = await openClients(library, 2);
  if (pub === undefined || sub === undefined) expect.fail("there are no clients");
  const bus = REDIS_BUSES[kind]?.(pub.client, sub.client) ?? expect.fail("no such bus");
  endings.push(
    () => pub.end(),
    () => sub.end(),
    () => bus.close(),
  );
  await untilUp(bus);
  return bus;
}

for (const [library, kind] of CASES) {
  busSuite({
    name: `a cluster of Redis over ${library}, ${kind}`,
    missing,
    keeps: kind === "streams",
    open: async () => ({ createBus: () => openBus(library, kind), close: async () => undefined }),
  });
}

/** Topics enough for each master to have some. */
const topicsOf = (name: string): readonly string[] => Array.from({ length: 12 }, (_, index) => `${name}-${index}`);

/** A bus that hears topics, and one that publishes to all of them until all have been heard. */
async function createScene(library: string, kind: string) {
  const [one, two] = [await openBus(library, kind), await openBus(library, kind)];
  const topics = topicsOf(uniqueName());
  const heard = new Set<string>();
  for (const topic of topics) await two.join(topic, (bytes) => heard.add(`${topic} ${bytes[0]}`));
  let round = 0;
  const allHear = async (): Promise<void> => {
    await vi.waitFor(() => {
      round++;
      for (const topic of topics) one.publish(topic, Uint8Array.of(round % 256)).catch(() => undefined);
      const rounds = Array.from({ length: 5 }, (_, back) => round - back);
      const deaf = topics.filter((topic) => !rounds.some((number) => heard.has(`${topic} ${number % 256}`)));
      expect(deaf).toEqual([]);
    }, PATIENCE);
  };
  return { one, two, topics, heard, allHear };
}

describe.skipIf(missing !== undefined)(`a cluster of Redis (${missing ?? "three masters"})`, () => {
  test.each(CASES)(
    "over %s, %s: topics are heard again once a master that died is back",
    async (library, kind) => {
      const { allHear, heard } = await createScene(library, kind);
      await allHear();
      const [victim] = cluster.nodes;
      await victim?.end("SIGKILL");
      await victim?.start();
      heard.clear();
      await allHear();
    },
    60_000,
  );

  test.each([
    ["ioredis", "streams"],
    ["node-redis 5", "streams"],
  ])(
    "over %s, %s: a log whose slot moves is heard on",
    async (library, kind) => {
      const { one, two, allHear, heard } = await createScene(library, kind);
      await allHear();
      const follower = createFollower();
      await two.log?.follow("log", follower);
      await cluster.move("{bowline}");
      heard.clear();
      await allHear();
      await one.log?.append("log", Uint8Array.of(65));
      if (one.log !== undefined) await vi.waitFor(() => expect(follower.told).toEqual(["A"]), PATIENCE);
    },
    60_000,
  );

  test.each(CASES)(
    "over %s, %s: topics whose slots move are heard again",
    async (library, kind) => {
      const { topics, allHear, heard } = await createScene(library, kind);
      await allHear();
      for (const topic of topics.slice(0, 3)) await cluster.move(topic);
      heard.clear();
      await allHear();
    },
    60_000,
  );

  test("what a cluster's client cannot hear is refused at once", async () => {
    const [{ client: nodeRedis } = expect.fail()] = await openClients("node-redis 5", 1);
    const ioRedis = new Cluster([{ host: "127.0.0.1", port: cluster.ports[0] ?? 0 }]);
    endings.push(() => ioRedis.disconnect());
    for (const client of [nodeRedis, ioRedis]) expect(() => shardedRedisBus(client, client)).toThrow(TypeError);
  });
});
