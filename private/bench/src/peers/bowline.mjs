// Our server as a peer, as it was built, with its defaults.
// Place: server process -> **peer** -> handlers
import { Server } from "@bowline/server";
import { handle } from "./handlers.mjs";
import { listenWith } from "./node-http.mjs";

/** Serves; gives the port. */
export function listen(options) {
  return listenWith((httpServer) => handle(new Server(httpServer, { serveClient: false, ...options })));
}
