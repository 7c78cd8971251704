// The rules of buses on one Redis, over each library in full runs, and over one of them for each bus in the gate.
import type { Bus } from "@bowline/adapter/cluster";
import { redisBus } from "@bowline/redis";
import { shardedRedisBus } from "@bowline/redis/sharded";
import { redisStreamsBus } from "@bowline/redis/streams";
import { REDIS, uniqueName, whyMissing } from "./broker-packages.ts";
import { busSuite } from "./bus-suite.ts";
import { CLIENT_PAIRS, type ClientPair } from "./redis-clients.ts";
import { sampleLibraries } from "./redis-suite.ts";

const BUSES: Readonly<Record<string, (pair: ClientPair) => Bus>> = {
  "@bowline/redis": ({ pub, sub }) => redisBus(pub, sub),
  "@bowline/redis/sharded": ({ pub, sub }) => shardedRedisBus(pub, sub),
  "@bowline/redis/streams": ({ pub }) => redisStreamsBus(pub, { hashTag: uniqueHashTag }),
};

const uniqueHashTag = uniqueName();
const missing = await whyMissing("redis");

/** Whether a client subscribes anew by itself makes no difference to a Redis that stays. */
const libraries = Object.fromEntries(Object.entries(CLIENT_PAIRS).filter(([library]) => !library.includes("without")));

for (const [name, makeBus] of Object.entries(BUSES)) {
  for (const [library, makePair] of sampleLibraries(libraries)) {
    busSuite({
      name: `${name} over ${library}`,
      missing,
      keeps: name.endsWith("streams"),
      async open() {
        const pairs: ClientPair[] = [];
        return {
          async createBus() {
            const pair = await makePair(REDIS.port);
            pairs.push(pair);
            return makeBus(pair);
          },
          close: async () => void (await Promise.all(pairs.map((pair) => pair.end()))),
        };
      },
    });
  }
}
