// Our server on Bun as a peer.
// Place: server process, in Bun -> **peer** -> handlers
import { Server } from "@bowline/server/bun";
import { handle } from "./handlers.mjs";

/** Serves; gives the port. */
export function listen() {
  const io = new Server({ serveClient: false }).listen(0, { hostname: "127.0.0.1" });
  handle(io);
  return Promise.resolve(io.httpServer.port);
}
