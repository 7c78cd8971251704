// The list of @bowline/redis/sharded: nodes over the sharded channels of Redis 7.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis
// Rules: each name is here on purpose.

export type { RedisBusOptions } from "../pub-sub-bus.ts";
export type { RedisClient } from "../redis-client.ts";
export { type ShardedWireOptions, type SubscriptionMode, shardedUpstreamWire } from "../sharded-wire.ts";
export { shardedRedisBus } from "./redis-bus.ts";
export { createShardedAdapter, type ShardedRedisAdapterOptions } from "./upstream-adapters.ts";
