// @bowline/redis under our servers: with our own wire and with upstream's, plain and sharded, over each library.
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { mixedServers, mixedShardedServers, nativeServers, nativeShardedServers } from "./own-redis.ts";
import { redisKinds } from "./redis-suite.ts";

const nobody = (): boolean => false;

for (const kinds of [
  await redisKinds("@bowline/redis", nativeServers, { isOurs: true }),
  await redisKinds("@bowline/redis/sharded", nativeShardedServers, { isOurs: true }),
  await redisKinds("createAdapter of @bowline/redis", () => mixedServers(nobody)),
  await redisKinds("createShardedAdapter of @bowline/redis", () => mixedShardedServers(nobody)),
]) {
  for (const kind of kinds) adapterSuite(kind);
}
