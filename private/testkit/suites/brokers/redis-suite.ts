// Servers that are connected by an adapter of Redis: a pair of clients for each server.
import type { Cluster } from "@bowline/adapter/cluster";
import type { AdapterConstructor } from "@bowline/server";
import type { AdapterKind } from "../adapters/adapter-suite.ts";
import { connectIoRedis, connectNodeRedis, duplicate, type RedisClient, whyMissing } from "./broker-packages.ts";

const LIBRARIES = { "node-redis": connectNodeRedis, ioredis: connectIoRedis } as const;

const PLAYS_EVERYTHING = process.env["BOWLINE_FULL"] === "1";
let turn = 0;

/** All libraries in full runs; otherwise one of them, each in its turn. */
export function sampleLibraries<Library>(libraries: Readonly<Record<string, Library>>): (readonly [string, Library])[] {
  const all = Object.entries(libraries);
  const one = all[turn++ % all.length];
  return PLAYS_EVERYTHING || one === undefined ? all : [one];
}

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
 * The same adapter over each library, or over one of them in its turn.
 * @param prepare asked once for each cluster; its key, if it has one, is deleted at the end.
 */
export async function redisKinds(
  name: string,
  prepare: () => RedisServers,
  traits: Partial<AdapterKind> = {},
): Promise<AdapterKind[]> {
  const missing = await whyMissing("redis");
  return sampleLibraries(LIBRARIES).map(([library, connectRedis]) => ({
    ...traits,
    name: `${name} over ${library}`,
    missing,
    async connect() {
      const { create, createCluster, key } = prepare();
      const clients: RedisClient[] = [];
      /** A pair of clients, which goes when the cluster does. */
      async function connectPair(): Promise<readonly [RedisClient, RedisClient]> {
        const pub = await connectRedis();
        const sub = await duplicate(pub);
        clients.push(pub, sub);
        return [pub, sub];
      }
      return {
        ...(createCluster === undefined
          ? { adapter: async (index: number) => create(...(await connectPair()), index) }
          : { cluster: async () => createCluster(...(await connectPair())) }),
        async close() {
          if (key !== undefined) await clients[0]?.del(key);
          await Promise.all(clients.map((client) => client.quit()));
        },
      };
    },
  }));
}
