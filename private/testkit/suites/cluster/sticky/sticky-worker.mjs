// The program of a worker behind one port: sessions are found by their ids, or forwarded to the worker that has them.
// Place: clients -> primary -> **worker** (a server) -> answers
// Rules: plain JavaScript, so that no loader is in the process; what it counts it tells when it is asked.

import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { nodeCluster } from "@bowline/node-cluster";
import { setupWorker } from "@bowline/node-cluster/sticky";
import { Server } from "@bowline/server";

const { kind, name, recovers, headersTimeout, cert, key } = JSON.parse(process.env.BOWLINE_STICKY);
const isTls = cert !== undefined;
const careful = headersTimeout === undefined ? {} : { headersTimeout, connectionsCheckingInterval: 100 };
const http = isTls ? createTlsServer({ ...careful, cert, key }) : createServer(careful);
const counted = { sessions: 0, polls: 0 };
http.on("request", () => {
  counted.polls += 1;
});

const recovery = recovers ? { connectionStateRecovery: {} } : {};

/** A server, and how its connections come. */
const KINDS = {
  sticky() {
    const io = new Server(http, { serveClient: false });
    setupWorker(io);
    return io;
  },
  "sticky, with a cluster"() {
    const cluster = nodeCluster();
    const io = new Server(http, { serveClient: false, cluster, ...recovery });
    setupWorker(io, cluster);
    return io;
  },
  "sticky, official server"() {
    const official = createRequire(import.meta.url)("socket.io-v4");
    const io = new official.Server(http, { serveClient: false, allowEIO3: true });
    setupWorker(io);
    // As programs do that want their own ids.
    let made = 0;
    io.engine.generateId = () => `own-${process.pid}-${++made}`;
    return io;
  },
  forwarding() {
    return new Server(http, { serveClient: false, cluster: nodeCluster(), ...recovery });
  },
};

const io = KINDS[kind]();
io.on("connection", (socket) => {
  counted.sessions += 1;
  socket.join("all");
  socket.on("echo", (value, answer) => answer(value));
});
const known = [];
const missed = [];
io.engine.on("connection", ({ id }) => known.push(id));
io.engine.on("connection_error", ({ code, req }) => {
  const query = new URL(req.url, "http://localhost").searchParams;
  // A client of an earlier fleet may say goodbye late, to whoever has its port by then.
  if (code === 1 && query.get("fleet") === name) missed.push(query.get("sid"));
});

const TASKS = {
  count: () => ({ ...counted, known, missed }),
  cpu: () => process.cpuUsage(),
  news: () => io.to("all").emit("news", process.pid),
  close: () => io.close(),
};
process.on("message", async ({ task }) => {
  if (task in TASKS) process.send({ task, result: await TASKS[task]() });
});
if (kind === "forwarding") {
  // Node gives all workers the same port.
  http.listen(0, "127.0.0.1", () => process.send({ task: "ready", result: http.address().port }));
} else {
  process.send({ task: "ready", result: 0 });
}
