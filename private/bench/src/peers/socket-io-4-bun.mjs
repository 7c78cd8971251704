// socket.io 4.8 on Bun with its own engine there as a peer.
// Place: server process, in Bun -> **peer** -> handlers
import { Server } from "socket.io-v4";
import { requireBunEngine } from "../../../../tools/bench-packages.mjs";
import { handle } from "./handlers.mjs";

const { Server: Engine } = requireBunEngine();

/** Serves; gives the port. */
export function listen() {
  const io = new Server({ serveClient: false });
  const engine = new Engine({ path: "/socket.io/" });
  io.bind(engine);
  handle(io);
  return Promise.resolve(globalThis.Bun.serve({ hostname: "127.0.0.1", port: 0, ...engine.handler() }).port);
}
