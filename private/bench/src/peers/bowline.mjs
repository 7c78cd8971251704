// Our server as a peer, as it was built, with its defaults.
// Place: server process -> **peer** -> handlers
import { Server } from "@bowline/server";
import { handle } from "./handlers.mjs";

/** Serves on `httpServer`. */
export function serve(httpServer) {
  handle(new Server(httpServer, { serveClient: false }));
}
