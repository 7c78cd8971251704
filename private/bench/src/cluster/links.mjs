// How the servers of a cluster are connected: our buses, and the published adapters, each as programs use it.
// Place: server process -> **links** -> peer
// Rules: one library to each broker, whoever uses it; names of channels, streams and tables are each measurement's own; what
//        is installed on demand is found in the set-up's folder.
import { requireAdapterPackage } from "../../../../tools/adapter-packages.mjs";

async function connectRedis(port) {
  const client = requireAdapterPackage("redis").createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  return client;
}

function createPool() {
  const { Pool } = requireAdapterPackage("pg");
  const port = Number(process.env.BOWLINE_POSTGRES_PORT ?? 5432);
  return new Pool({ host: "127.0.0.1", port, user: "postgres", database: "postgres", max: 4 });
}

function connectNats() {
  const servers = `127.0.0.1:${process.env.BOWLINE_NATS_PORT ?? 4222}`;
  return requireAdapterPackage("@nats-io/transport-node").connect({ servers });
}

async function cluster(bus, key) {
  const { createCluster } = await import("@bowline/adapter/cluster");
  return { cluster: createCluster({ bus, prefix: key }) };
}

const redisAdapter = () => requireAdapterPackage("@socket.io/redis-adapter");
const streamsAdapter = async (port, key) =>
  requireAdapterPackage("@socket.io/redis-streams-adapter").createAdapter(await connectRedis(port), {
    streamName: key,
  });

/** Events are in a log there whether sessions are kept or not; ours are only there if they are. */
const RECOVERY = { connectionStateRecovery: {} };

const LINKS = {
  none: async () => ({}),
  async "@bowline/redis"(port, key) {
    const { redisBus } = await import("@bowline/redis");
    return cluster(redisBus(await connectRedis(port), await connectRedis(port)), key);
  },
  async "@bowline/redis/sharded"(port, key) {
    const { shardedRedisBus } = await import("@bowline/redis/sharded");
    return cluster(shardedRedisBus(await connectRedis(port), await connectRedis(port)), key);
  },
  async "@bowline/redis/streams"(port, key) {
    const { redisStreamsBus } = await import("@bowline/redis/streams");
    return { ...(await cluster(redisStreamsBus(await connectRedis(port)), key)), ...RECOVERY };
  },
  async "@bowline/node-cluster"() {
    const { nodeCluster } = await import("@bowline/node-cluster");
    return { cluster: nodeCluster() };
  },
  async "@bowline/postgres"(_port, key) {
    const { postgresBus } = await import("@bowline/postgres");
    return cluster(postgresBus(createPool(), { keeps: false }), key);
  },
  async "@bowline/nats"(_port, key) {
    const { natsBus } = await import("@bowline/nats");
    return cluster(natsBus(await connectNats()), key);
  },
  async "@socket.io/redis-adapter"(port, key) {
    return { adapter: redisAdapter().createAdapter(await connectRedis(port), await connectRedis(port), { key }) };
  },
  async "@socket.io/redis-adapter, sharded"(port, key) {
    const [publisher, subscriber] = [await connectRedis(port), await connectRedis(port)];
    return { adapter: redisAdapter().createShardedAdapter(publisher, subscriber, { channelPrefix: key }) };
  },
  async "@socket.io/redis-streams-adapter"(port, key) {
    return { adapter: await streamsAdapter(port, key) };
  },
  async "@socket.io/redis-streams-adapter, with recovery"(port, key) {
    return { adapter: await streamsAdapter(port, key), ...RECOVERY };
  },
  async "@socket.io/cluster-adapter"() {
    return { adapter: requireAdapterPackage("@socket.io/cluster-adapter").createAdapter() };
  },
  async "@socket.io/postgres-adapter"(_port, key) {
    const { createAdapter } = requireAdapterPackage("@socket.io/postgres-adapter");
    return { adapter: createAdapter(createPool(), { channelPrefix: key }) };
  },
};

/**
 * What a server needs to be one of a cluster.
 * @param {string} link none for a server of its own
 * @param {string} port of Redis
 * @param {string} key what all servers use, and nobody else
 * @returns {Promise<object>} options of the server
 */
export async function clusterOptions(link = "none", port, key) {
  return LINKS[link](port, key);
}

/** What the process that starts the servers has to do for a link. */
export async function beginPrimary(link) {
  if (link === "@bowline/node-cluster") (await import("@bowline/node-cluster")).setupPrimary();
  else if (link === "@socket.io/cluster-adapter") requireAdapterPackage(link).setupPrimary();
}
