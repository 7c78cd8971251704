// The public list of @bowline/redis: nodes over publish and subscribe of Redis, with our wire or with upstream's.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis
// Rules: each name is here on purpose; `createAdapter` and `createShardedAdapter` are those of @socket.io/redis-adapter.

export type { RedisBusOptions } from "./pub-sub-bus.ts";
export type { IoRedisClient, NodeRedisClient, RedisClient } from "./redis-client.ts";
export { redisBus } from "./runtime/redis-bus.ts";
export {
  createAdapter,
  createShardedAdapter,
  type RedisAdapterOptions,
  type ShardedRedisAdapterOptions,
} from "./runtime/upstream-adapters.ts";
export type { ShardedWireOptions, SubscriptionMode } from "./sharded-wire.ts";
export { type UpstreamWireOptions, upstreamWire } from "./upstream-wire.ts";
export type { ValueParser } from "./wire-bytes.ts";
