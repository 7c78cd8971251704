// Our package for Redis with the clients of the suites, which come without types.
// Place: suite -> **@bowline/redis** -> client of Redis -> the broker of this machine

import { createCluster } from "@bowline/adapter/cluster";
import {
  createAdapter,
  createShardedAdapter,
  type RedisAdapterOptions,
  redisBus,
  type ShardedRedisAdapterOptions,
  type RedisClient as TypedClient,
} from "@bowline/redis";
import { shardedRedisBus } from "@bowline/redis/sharded";
import type { AdapterConstructor } from "@bowline/server";
import { loadPackage, type RedisClient, uniqueName } from "./broker-packages.ts";
import type { RedisServers } from "./redis-suite.ts";

/** What a client of the suites is, too. */
export function typed(client: RedisClient): TypedClient;
export function typed(client: unknown): unknown {
  return client;
}

/** Our adapter, in the place of upstream's. */
export function ownAdapter(pub: RedisClient, sub: RedisClient, options: RedisAdapterOptions): AdapterConstructor {
  return createAdapter(typed(pub), typed(sub), options);
}

/** Our adapter, in the place of upstream's sharded one. */
export function ownSharded(
  pub: RedisClient,
  sub: RedisClient,
  options: ShardedRedisAdapterOptions,
): AdapterConstructor {
  return createShardedAdapter(typed(pub), typed(sub), options);
}

/** Upstream's adapter on official servers, ours on ours. @param isOfficial of which kind a server is. */
export function mixedServers(isOfficial: (index: number) => boolean): RedisServers {
  const key = uniqueName();
  return {
    create: (pub, sub, index) =>
      isOfficial(index)
        ? loadPackage("@socket.io/redis-adapter").createAdapter(pub, sub, { key })
        : ownAdapter(pub, sub, { key }),
  };
}

/** As `mixedServers`, sharded. */
export function mixedShardedServers(isOfficial: (index: number) => boolean): RedisServers {
  const channelPrefix = uniqueName();
  return {
    create: (pub, sub, index) =>
      isOfficial(index)
        ? loadPackage("@socket.io/redis-adapter").createShardedAdapter(pub, sub, { channelPrefix })
        : ownSharded(pub, sub, { channelPrefix }),
  };
}

/** Nodes with our own wire. */
export function nativeServers(makeBus: typeof redisBus = redisBus): RedisServers {
  const prefix = uniqueName();
  return {
    create: () => {
      throw new Error("Cannot make an adapter: these servers are nodes of a cluster");
    },
    createCluster: (pub, sub) => createCluster({ bus: makeBus(typed(pub), typed(sub)), prefix }),
  };
}

/** The same, over sharded channels. */
export const nativeShardedServers = (): RedisServers => nativeServers(shardedRedisBus);
