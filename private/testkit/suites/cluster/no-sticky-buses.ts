// The buses that nodes without sticky sessions are played with.
// Place: nodes -> **bus** -> memory, or the Redis of this machine
import { createMemoryBroker } from "@bowline/adapter/cluster";
import { createSystemClock } from "@bowline/protocol/internal";
import { redisBus } from "@bowline/redis";
import { connectNodeRedis, duplicate, type RedisClient, uniqueName } from "../brokers/broker-packages.ts";
import { typed } from "../brokers/own-redis.ts";
import type { BusMaker } from "./no-sticky-nodes.ts";

const clock = createSystemClock({
  now: () => performance.now(),
  setTimer: (action, ms) => setTimeout(action, ms),
  clearTimer: (timer) => clearTimeout(timer),
  defer: (action) => setImmediate(action),
});

/** Nodes of one process that share its memory. */
export function memory(): BusMaker {
  const broker = createMemoryBroker({ clock });
  return {
    name: "memory",
    prefix: uniqueName(),
    bus: () => Promise.resolve(broker.bus()),
    close: () => Promise.resolve(),
  };
}

/** Nodes that know each other by Redis alone. */
export function redis(): BusMaker {
  const clients: RedisClient[] = [];
  return {
    name: "Redis",
    prefix: uniqueName(),
    async bus() {
      const publisher = await connectNodeRedis();
      const subscriber = await duplicate(publisher);
      clients.push(publisher, subscriber);
      return redisBus(typed(publisher), typed(subscriber));
    },
    async close() {
      await Promise.all(clients.map((client) => client.quit()));
    },
  };
}
