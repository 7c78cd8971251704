// Adapters of third parties on our base, under upstream's name: what extends the one extends the other.
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { connectPostgres } from "./broker-connections.ts";
import { loadPackage, uniqueName, useOwnBase, whyMissing } from "./broker-packages.ts";
import { redisKinds } from "./redis-suite.ts";

const hasPackages = (await whyMissing("redis")) === undefined;
if (hasPackages) useOwnBase();

const plain = await redisKinds(
  "@socket.io/redis-adapter on our base",
  () => {
    const key = uniqueName();
    return { create: (pub, sub) => loadPackage("@socket.io/redis-adapter").createAdapter(pub, sub, { key }) };
  },
  {
    listsOwnSocketsOnly: "this one lists the sockets of its own server, whatever its base",
    differs: { "events between servers and their answers may be bytes": "its requests between servers are JSON" },
  },
);
const sharded = await redisKinds("@socket.io/redis-adapter (sharded) on our base", () => {
  const channelPrefix = uniqueName();
  return {
    create: (pub, sub) => loadPackage("@socket.io/redis-adapter").createShardedAdapter(pub, sub, { channelPrefix }),
  };
});
const streams = await redisKinds(
  "@socket.io/redis-streams-adapter on our base",
  () => {
    const streamName = uniqueName();
    const options = { streamName, channelPrefix: streamName, heartbeatInterval: 500, heartbeatTimeout: 5000 };
    return {
      create: (client) => loadPackage("@socket.io/redis-streams-adapter").createAdapter(client, options),
      key: streamName,
    };
  },
  { offsets: /^\d+-\d+$/ },
);
for (const [kind] of [plain, sharded, streams]) if (kind !== undefined) adapterSuite(kind);
adapterSuite({
  name: "@socket.io/postgres-adapter on our base",
  missing: await whyMissing("postgres"),
  wavers: {
    "what one server sends to a room comes in its order, each event once":
      "it notifies over any connection of its pool, so that events overtake each other",
  },
  async connect() {
    const tableName = uniqueName().replace("-", "_");
    const pool = connectPostgres();
    await pool.query(
      `CREATE TABLE ${tableName} (id bigserial UNIQUE, created_at timestamptz DEFAULT NOW(), payload bytea)`,
    );
    const options = { channelPrefix: tableName, tableName, heartbeatInterval: 500, heartbeatTimeout: 5000 };
    return {
      adapter: () => loadPackage("@socket.io/postgres-adapter").createAdapter(pool, options),
      async close() {
        await pool.query(`DROP TABLE ${tableName}`);
        await pool.end();
      },
    };
  },
});
