// socket.io 4.8 on Bun with its own engine there as a peer.
// Place: server process, in Bun -> **peer** -> handlers
import { Server } from "socket.io-v4";
import { handle } from "./handlers.mjs";
import { requireInstalled } from "./installed.mjs";

const { Server: Engine } = requireInstalled("bench-bun-engine", "@socket.io/bun-engine");

/** Serves; gives the port. */
export function listen() {
  const io = new Server({ serveClient: false });
  const engine = new Engine({ path: "/socket.io/" });
  io.bind(engine);
  handle(io);
  return Promise.resolve(globalThis.Bun.serve({ hostname: "127.0.0.1", port: 0, ...engine.handler() }).port);
}
