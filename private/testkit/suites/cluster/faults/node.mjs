// The program of a node: a server whose sockets join rooms and may send to them, connected to its like.
// Place: scene -> **node** -> adapter or cluster -> the broker
// Rules: plain JavaScript, so that no loader is in the process; it keeps its settings alike for every peer; it ends by a
//        signal alone, and by whatever nobody has caught.

import { createServer } from "node:http";
import { createRequire } from "node:module";

const requireHere = createRequire(import.meta.url);
const requireThere = createRequire(new URL("../../../../../.cache/downstream/adapters/package.json", import.meta.url));

/** How often a node shows that it lives, and how soon it is held for dead, in milliseconds. */
const NODE_HEARTBEAT = { intervalMs: 500, deadAfterMs: 2000 };

/** The same for clients. */
const CLIENT_HEARTBEAT = { pingInterval: 1000, pingTimeout: 3000 };

function openRedis(redis) {
  const { Redis } = requireThere("ioredis");
  const client =
    "port" in redis
      ? new Redis(redis.port, "127.0.0.1", { maxRetriesPerRequest: null })
      : new Redis({
          sentinels: redis.sentinels.map((port) => ({ host: "127.0.0.1", port })),
          name: redis.master,
          maxRetriesPerRequest: null,
        });
  // A program of a user has this line, too: without it a connection that breaks would be printed.
  client.on("error", () => undefined);
  return client;
}

/** Our server, as a node over a bus. */
async function ours(bus, prefix) {
  const { createCluster } = await import("@bowline/adapter/cluster");
  const { Server } = await import("@bowline/server");
  const { intervalMs, deadAfterMs } = NODE_HEARTBEAT;
  const cluster = createCluster({ bus, prefix, heartbeatIntervalMs: intervalMs, leaseMs: deadAfterMs });
  return { Server, options: { cluster } };
}

const official = (adapter) => {
  const { Server } = requireHere("socket.io-v4");
  return { Server, options: { adapter } };
};

/** The servers, by the name that stands in the table. */
const PEERS = {
  "bowline, @bowline/redis/streams": async ({ broker, prefix }) => {
    const { redisStreamsBus } = await import("@bowline/redis/streams");
    return ours(redisStreamsBus(openRedis(broker)), prefix);
  },
  "bowline, @bowline/redis": async ({ broker, prefix }) => {
    const { redisBus } = await import("@bowline/redis");
    return ours(redisBus(openRedis(broker), openRedis(broker)), prefix);
  },
  "bowline, @bowline/postgres": async ({ broker, prefix }) => {
    const { postgresBus } = await import("@bowline/postgres");
    const { default: postgres } = await import("pg");
    const pool = new postgres.Pool({ host: "127.0.0.1", port: broker.port, user: "postgres", max: 5 });
    const node = await ours(postgresBus(pool, { maxReconnectDelayMs: 500 }), prefix);
    // What has not been read by PostgreSQL goes with the process: who is told that it was sent has to wait for that.
    return { ...node, sent: () => node.options.cluster.flushed() };
  },
  "bowline, @bowline/nats/jetstream": async ({ broker, prefix }) => {
    const { jetstreamBus } = await import("@bowline/nats/jetstream");
    const { connect } = await import("@nats-io/transport-node");
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    const connection = await connect({
      servers: `127.0.0.1:${broker.port}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 200,
    });
    const parts = { client: jetstream(connection), manager: await jetstreamManager(connection) };
    return ours(jetstreamBus(connection, parts), prefix);
  },
  "socket.io 4.8, redis-streams-adapter": ({ broker, prefix }) =>
    official(
      requireThere("@socket.io/redis-streams-adapter").createAdapter(openRedis(broker), {
        streamName: prefix,
        channelPrefix: prefix,
        sessionKeyPrefix: `${prefix}:session:`,
        heartbeatInterval: NODE_HEARTBEAT.intervalMs,
        heartbeatTimeout: NODE_HEARTBEAT.deadAfterMs,
      }),
    ),
};

const settings = JSON.parse(process.argv[2] ?? "{}");
const makePeer = PEERS[settings.peer];
if (makePeer === undefined) {
  throw new TypeError(`Cannot start "${settings.peer}": the peers are ${Object.keys(PEERS).join(", ")}`);
}
const { Server, options, sent = async () => undefined } = await makePeer(settings);
const http = createServer();
const io = new Server(http, {
  ...options,
  ...CLIENT_HEARTBEAT,
  connectionStateRecovery: { maxDisconnectionDuration: 60_000, skipMiddlewares: true },
});

/** A stream is for the room of its name. */
const publish = (stream, number) => io.to(stream).emit("m", stream, number);

io.on("connection", (socket) => {
  socket.on("join", async (room, answer) => {
    await socket.join(room);
    answer(true);
  });
  socket.on("publish", async (stream, number, answer) => {
    publish(stream, number);
    await sent();
    answer(settings.node);
  });
});

process.on("message", ({ stream, number }) => publish(stream, number));
process.on("disconnect", () => process.exit());

http.listen(0, "127.0.0.1", () => process.send({ port: http.address().port }));
