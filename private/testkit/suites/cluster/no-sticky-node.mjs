// A node without sticky sessions in the process that runs this file, whatever its runtime: it echoes, counts for each client,
// and tells what it has heard, each thing before it answers.
// Place: proxy -> **node** -> cluster -> Redis
// Rules: plain JavaScript, so that no loader is in the process; what it tells is a line of JSON on its standard output, which
//        is with the reader even if the process is killed right behind it; it ends by a signal alone.
// Usage: RUNTIME no-sticky-node.mjs SETTINGS   with the settings as JSON, see no-sticky-process.ts
import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const ADDRESS = "127.0.0.1";
const TICK_MS = 50;

const requireHere = createRequire(import.meta.url);
const requireThere = createRequire(new URL("../../../../.cache/downstream/adapters/package.json", import.meta.url));
const settings = JSON.parse(process.argv[2]);

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function openRedis() {
  const { Redis } = requireThere("ioredis");
  const client = new Redis(settings.redisPort, ADDRESS, { maxRetriesPerRequest: null });
  client.on("error", () => undefined);
  return client;
}

/** The ways in which programs have our server listen. */
const HOSTS = {
  async node(options, port) {
    const { Server } = await import("@bowline/server");
    const http = createServer();
    const io = new Server(http, options);
    return { io, listen: () => new Promise((resolve) => http.listen(port, ADDRESS, resolve)) };
  },

  async uws(options, port) {
    const uws = requireHere(process.env.BOWLINE_UWS);
    const { Server } = await import("@bowline/server/uws");
    const app = uws.App();
    const io = new Server(options);
    io.attachApp(app);
    return { io, listen: () => new Promise((resolve) => app.listen(ADDRESS, port, resolve)) };
  },

  async bun(options, port) {
    const { Server } = await import("@bowline/server/bun");
    const io = new Server(options);
    return { io, listen: () => io.listen(port, { hostname: ADDRESS }) };
  },
};

const { createCluster } = await import("@bowline/adapter/cluster");
const { redisBus } = await import("@bowline/redis");
const { prefix, heartbeatIntervalMs, leaseMs, options } = settings;
const cluster = createCluster({ bus: redisBus(openRedis(), openRedis()), prefix, heartbeatIntervalMs, leaseMs });
const { io, listen } = await HOSTS[settings.host]({ ...options, serveClient: false, cluster }, settings.port);

io.on("connection", (socket) => {
  socket.on("echo", (value, answer) => answer(value));
  socket.on("say", (client, number, answer) => {
    tell({ heard: { client, number } });
    answer();
  });
  socket.on("count for me", () => {
    let ticks = 0;
    const timer = setInterval(() => socket.emit("tick", socket.id, ticks++), TICK_MS);
    socket.on("disconnect", () => clearInterval(timer));
  });
});

await listen();
let known = -1;
setInterval(() => {
  if (cluster.nodes.length === known) return;
  known = cluster.nodes.length;
  tell({ known });
}, TICK_MS);
