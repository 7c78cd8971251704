// What a peer costs before it has done anything: bytes of a bundle, bytes and number of installed packages, time to load.
// Place: run -> **package process**
// Rules: packages are counted with all that they depend on; ours as npm would pack them, others as they are installed;
//        loading is timed in fresh processes that load nothing else, by their CPU time.
// Usage: node package-process.mjs METRIC PEER MILLISECONDS

import { bundleSize } from "./bundle-size.mjs";
import { installSizes } from "./install-size.mjs";
import { startUpTimes } from "./start-up.mjs";

/** The packages of each peer, as they are installed here. */
const PACKAGES = {
  bowline: { server: "@bowline/server", client: "@bowline/client" },
  "socket.io 4.8": { server: "socket.io-v4", client: "socket.io-client-v4" },
  "socket.io 2.5": { server: "socket.io-v2", client: "socket.io-client-v2" },
  ws: { server: "ws", client: "ws" },
};

const METRICS = {
  bundle: (peer) => bundleSize(peer, "io"),
  "bundle-websocket": (peer) => bundleSize(peer, "websocket"),
  install: (peer) => installSizes(PACKAGES[peer]),
  "start-up": (peer, milliseconds) => startUpTimes(PACKAGES[peer], milliseconds),
};

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") process.exit();
});

const [metric, peer, milliseconds] = process.argv.slice(2);
const figures = await METRICS[metric](peer, Number(milliseconds));
process.send({ type: "done", measurement: { figures, loadUtilisation: 0 } });
