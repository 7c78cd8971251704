// Our buses over a master of Redis that sentinels watch: the rules of all buses over each library, and what becomes of topics
// and logs when the master dies.
import type { Bus } from "@bowline/adapter/cluster";
import type { RedisClient } from "@bowline/redis";
import { redisStreamsBus } from "@bowline/redis/streams";
import { Redis } from "ioredis";
import { createSentinel } from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { REDIS } from "../../src/peers/broker-programs.ts";
import { whyNoProgram } from "../../src/peers/broker-server.ts";
import { MASTER_NAME, type RedisFleet, startRedisFleet } from "../../src/peers/redis-fleet.ts";
import { uniqueName } from "./broker-packages.ts";
import { busSuite, createFollower, untilUp } from "./bus-suite.ts";
import { type OpenClient, REDIS_BUSES } from "./redis-buses.ts";

const PATIENCE = { timeout: 30_000, interval: 100 };
/** It takes a minute, and belongs to the whole matrix. */
const missing = process.env["BOWLINE_FULL"] === "1" ? whyNoProgram(REDIS) : "only npm run test:full plays it";

const LIBRARIES: Readonly<Record<string, OpenClient>> = {
  async ioredis(ports) {
    const sentinels = ports.map((port) => ({ host: "127.0.0.1", port }));
    const client = new Redis({ sentinels, name: MASTER_NAME, maxRetriesPerRequest: null });
    client.on("error", () => undefined);
    return { client, end: () => client.disconnect() };
  },
  async "node-redis 5"(ports) {
    const sentinelRootNodes = ports.map((port) => ({ host: "127.0.0.1", port }));
    const client = createSentinel({ name: MASTER_NAME, sentinelRootNodes });
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
  ["node-redis 5", "sharded"],
] as const;

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function openClient(fleet: RedisFleet, library: string): Promise<RedisClient> {
  const open = LIBRARIES[library] ?? expect.fail("no such library");
  const { client, end } = await open(fleet.sentinelPorts);
  endings.push(end);
  return client;
}

async function openBus(fleet: RedisFleet, library: string, kind: string): Promise<Bus> {
  const [pub, sub] = [await openClient(fleet, library), await openClient(fleet, library)];
  const bus = REDIS_BUSES[kind]?.(pub, sub) ?? expect.fail("no such bus");
  endings.push(() => bus.close());
  await untilUp(bus);
  return bus;
}

describe(`sentinels of Redis (${missing === undefined ? "three, a master and a replica" : `skipped: ${missing}`})`, () => {
  let fleet: RedisFleet;

  beforeAll(async () => {
    if (missing === undefined) fleet = await startRedisFleet();
  }, 120_000);

  afterAll(() => fleet?.remove(), 60_000);

  for (const [library, kind] of CASES) {
    busSuite({
      name: `Redis with sentinels over ${library}, ${kind}`,
      missing,
      keeps: kind === "streams",
      open: async () => ({ createBus: () => openBus(fleet, library, kind), close: async () => undefined }),
    });
  }

  test.skipIf(missing !== undefined)(
    "a client of sentinels that cannot be duplicated is refused for streams",
    async () => {
      const client = await openClient(fleet, "node-redis 5");
      expect(() => redisStreamsBus(client)).toThrow("it has no method duplicate()");
    },
  );
});

describe.skipIf(missing !== undefined)(`a master that dies (${missing ?? "sentinels choose another"})`, () => {
  test.each(CASES)(
    "over %s, %s: topics are heard again, and a log goes on",
    async (library, kind) => {
      const fleet = await startRedisFleet();
      onTestFinished(() => fleet.remove());
      const [one, two] = [await openBus(fleet, library, kind), await openBus(fleet, library, kind)];
      const topic = uniqueName();
      let heard = 0;
      await two.join(topic, () => {
        heard++;
      });
      const follower = createFollower();
      await two.log?.follow("log", follower);
      const hears = async (): Promise<void> => {
        heard = 0;
        await vi.waitFor(() => {
          one.publish(topic, Uint8Array.of(1)).catch(() => undefined);
          expect(heard).toBeGreaterThan(0);
        }, PATIENCE);
      };
      await hears();
      await one.log?.append("log", Uint8Array.of(65));
      await fleet.master.end("SIGKILL");
      // What it is given meanwhile the client of node-redis keeps, and tells of no loss.
      const meanwhile = library === "ioredis" ? "down" : "up";
      await vi.waitFor(() => expect(two.status).toBe(meanwhile), PATIENCE);
      await hears();
      await vi.waitFor(() => expect([one.status, two.status]).toEqual(["up", "up"]), PATIENCE);
      await one.log?.append("log", Uint8Array.of(66));
      if (one.log !== undefined) await vi.waitFor(() => expect(follower.told).toEqual(["A", "B"]), PATIENCE);
    },
    90_000,
  );
});
