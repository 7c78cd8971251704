// A server under measurement, alone in its process: plain JavaScript, so that nothing but the peer is in here.
// Place: run (-> primary process) -> **server process** <- load process
// Rules: one peer per process, named by the first argument; it listens on loopback and tells its port over IPC, answers
//        questions about itself, and ends when it is told to or when its parent is gone.
// Usage: node --expose-gc server-process.mjs PEER [LINK REDIS_PORT KEY]
import { clusterOptions } from "../cluster/links.mjs";
import { facts } from "../process-facts.mjs";

const MODULES = {
  bowline: "./bowline.mjs",
  "socket.io 4.8": "./socket-io-4.mjs",
  "socket.io 2.5": "./socket-io-2.mjs",
  ws: "./ws.mjs",
  "bowline on uWS": "./bowline-uws.mjs",
  "socket.io on uWS": "./socket-io-4-uws.mjs",
  uWS: "./uws.mjs",
  "bowline on Bun": "./bowline-bun.mjs",
  "socket.io on Bun": "./socket-io-4-bun.mjs",
};

const [name, ...link] = process.argv.slice(2);
const module = MODULES[name];
if (module === undefined) throw new TypeError(`Cannot serve "${name}": choose ${Object.keys(MODULES).join(", ")}`);
// Only the one: what others define and patch would be in this process as well.
const peer = await import(module);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") process.exit();
  // Clusters without a broker have messages of their own.
  if (message.type === "ask") process.send({ type: "facts", facts: facts(message, 0) });
});
process.send({ type: "listening", port: await peer.listen(await clusterOptions(...link)) });
