// Our buses of Redis by their kind, and what suites with a Redis of their own open them over.
// Place: suites with clusters, sentinels -> **buses** -> clients of Redis

import type { Bus } from "@bowline/adapter/cluster";
import { type RedisClient, redisBus } from "@bowline/redis";
import { shardedRedisBus } from "@bowline/redis/sharded";
import { redisStreamsBus } from "@bowline/redis/streams";

/** A client, and what ends it. */
export interface OpenedClient {
  readonly client: RedisClient;
  end(): unknown;
}

/** Opens a client of one library for the Redis, or the sentinels, at these ports. */
export type OpenClient = (ports: readonly number[]) => Promise<OpenedClient>;

/** By the kind: one client to publish, and one to hear; streams open their own. */
export const REDIS_BUSES: Readonly<Record<string, (pub: RedisClient, sub: RedisClient) => Bus>> = {
  plain: (pub, sub) => redisBus(pub, sub),
  sharded: (pub, sub) => shardedRedisBus(pub, sub),
  streams: (pub) => redisStreamsBus(pub),
};
