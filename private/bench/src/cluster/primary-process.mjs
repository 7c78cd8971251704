// The process that starts the servers of a cluster and ends with them. Where they have no broker, it is what connects them.
// Place: run -> **primary process** -> server processes
// Rules: each server listens on a port of its own; it tells their ports and ids over IPC once all of them listen; a server that
//        ends by itself ends all; servers that lose this process end.
// Usage: node primary-process.mjs '{ "peer", "link", "redisPort", "key", "nodes", "profiling" }'
import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { beginPrimary } from "./links.mjs";

const { peer, link, redisPort, key, nodes, profiling } = JSON.parse(process.argv[2]);
const listening = new Map();
let isLeaving = false;

function leave() {
  isLeaving = true;
  for (const worker of Object.values(cluster.workers)) worker.send({ type: "end" });
}

cluster.on("message", (worker, message) => {
  if (message?.type !== "listening") return;
  listening.set(worker.id, { port: message.port, pid: worker.process.pid });
  const inOrder = [...listening].sort(([a], [b]) => a - b).map(([, node]) => node);
  if (listening.size === nodes) process.send({ type: "listening", nodes: inOrder });
});
cluster.on("exit", (worker, code, signal) => {
  if (!isLeaving) {
    console.error(`server ${worker.id} has ended with ${signal ?? code}`);
    process.exit(1);
  }
  if (Object.keys(cluster.workers).length === 0) process.exit();
});
process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") leave();
});

await beginPrimary(link);
const exec = fileURLToPath(new URL("../peers/server-process.mjs", import.meta.url));
for (let node = 0; node < nodes; node += 1) {
  // Only the first one is looked at.
  const execArgv = ["--expose-gc", ...(node === 0 ? profiling : [])];
  cluster.setupPrimary({ exec, execArgv, args: [peer, link, String(redisPort), key] });
  cluster.fork();
}
