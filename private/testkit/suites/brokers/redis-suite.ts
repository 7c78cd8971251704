// Servers that are connected by an adapter of Redis: a pair of clients for each server.
import type { AdapterConstructor } from "@bowline/server";
import type { AdapterKind } from "../adapters/adapter-suite.ts";
import { connectIoRedis, connectNodeRedis, duplicate, type RedisClient, whyMissing } from "./broker-packages.ts";

const LIBRARIES = { "node-redis": connectNodeRedis, ioredis: connectIoRedis } as const;

/** Makes the adapters of one server. */
type CreateAdapter = (pub: RedisClient, sub: RedisClient) => AdapterConstructor;

/**
 * The same adapter over each library.
 * @param prepare asked once for each cluster; its key, if it has one, is deleted at the end.
 */
export async function redisKinds(
  name: string,
  prepare: () => { readonly create: CreateAdapter; readonly key?: string },
  traits: Partial<AdapterKind> = {},
): Promise<AdapterKind[]> {
  const missing = await whyMissing("redis");
  return Object.entries(LIBRARIES).map(([library, connectRedis]) => ({
    ...traits,
    name: `${name} over ${library}`,
    missing,
    async connect() {
      const { create, key } = prepare();
      const clients: RedisClient[] = [];
      return {
        async adapter() {
          const pub = await connectRedis();
          const sub = await duplicate(pub);
          clients.push(pub, sub);
          return create(pub, sub);
        },
        async close() {
          if (key !== undefined) await clients[0]?.del(key);
          await Promise.all(clients.map((client) => client.quit()));
        },
      };
    },
  }));
}
