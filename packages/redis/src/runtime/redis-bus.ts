// Buses over clients of Redis, on Node.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis
import type { Bus } from "@bowline/adapter/cluster";
import type { RedisBusOptions } from "../pub-sub-bus.ts";
import type { RedisClient } from "../redis-client.ts";
import { openBus, openShardedBus } from "./open-lines.ts";

/**
 * Connects nodes by publish and subscribe of Redis.
 * @param publisher a client that is connected, or will be. It may serve other purposes too.
 * @param subscriber a second one: Redis takes nothing but subscriptions from a client that subscribes. Both stay open.
 * @throws TypeError where something else than a client is handed in, RangeError for an option that makes no sense.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 * import { createClient } from "redis";
 *
 * const publisher = createClient({ url: "redis://localhost:6379" });
 * const subscriber = publisher.duplicate();
 * const bus = redisBus(publisher, subscriber);
 * Promise.all([publisher.connect(), subscriber.connect()]).then(() => {
 *   const io = new Server(3000, { cluster: createCluster({ bus }) });
 *   io.emit("news", "to the clients of all nodes");
 * });
 */
export function redisBus(publisher: RedisClient, subscriber: RedisClient, options: RedisBusOptions = {}): Bus {
  return openBus(publisher, subscriber, () => "channel", options);
}

/**
 * As `redisBus`, by the sharded channels of Redis 7: in a cluster of Redis each channel lives on one shard, and not on all.
 * @param publisher a client that is connected, or will be.
 * @param subscriber a second one. Both stay open.
 * @throws TypeError where something else than a client is handed in, RangeError for an option that makes no sense.
 */
export function shardedRedisBus(publisher: RedisClient, subscriber: RedisClient, options: RedisBusOptions = {}): Bus {
  return openShardedBus(publisher, subscriber, options);
}
