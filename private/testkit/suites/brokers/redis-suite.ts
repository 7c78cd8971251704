// Servers that are connected by an adapter of Redis: a pair of clients for each server.
import type { Cluster } from "@bowline/adapter/cluster";
import type { AdapterConstructor } from "@bowline/server";
import type { AdapterKind } from "../adapters/adapter-suite.ts";
import { connectIoRedis, connectNodeRedis, duplicate, type RedisClient, whyMissing } from "./broker-packages.ts";

const LIBRARIES = { "node-redis": connectNodeRedis, ioredis: connectIoRedis } as const;

/** Makes the adapters of one server. */
type CreateAdapter = (pub: RedisClient, sub: RedisClient, index: number) => AdapterConstructor;

/** Makes what a kind is by: adapters, or nodes of a cluster of ours. */
export interface RedisServers {
  readonly create: CreateAdapter;
  /** In the place of adapters. */
  readonly createCluster?: (pub: RedisClient, sub: RedisClient) => Cluster;
  /** Deleted at the end. */
  readonly key?: string;
}

/**
 * The same adapter over each library.
 * @param prepare asked once for each cluster; its key, if it has one, is deleted at the end.
 */
export async function redisKinds(
  name: string,
  prepare: () => RedisServers,
  traits: Partial<AdapterKind> = {},
): Promise<AdapterKind[]> {
  const missing = await whyMissing("redis");
  return Object.entries(LIBRARIES).map(([library, connectRedis]) => ({
    ...traits,
    name: `${name} over ${library}`,
    missing,
    async connect() {
      const { create, createCluster, key } = prepare();
      const clients: RedisClient[] = [];
      const adapters = new Map<number, AdapterConstructor>();
      const clusters = new Map<number, Cluster>();
      for (const index of [0, 1, 2]) {
        const pub = await connectRedis();
        const sub = await duplicate(pub);
        clients.push(pub, sub);
        if (createCluster === undefined) adapters.set(index, create(pub, sub, index));
        else clusters.set(index, createCluster(pub, sub));
      }
      return {
        adapter(index) {
          const adapter = adapters.get(index);
          if (adapter === undefined) throw new Error(`Cannot connect server ${index}: clients are missing`);
          return adapter;
        },
        cluster: (index) => clusters.get(index),
        async close() {
          if (key !== undefined) await clients[0]?.del(key);
          await Promise.all(clients.map((client) => client.quit()));
        },
      };
    },
  }));
}
