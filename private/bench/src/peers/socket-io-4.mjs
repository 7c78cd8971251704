// socket.io 4.8 as a peer, with its defaults; it does not compress unless it is asked to.
// Place: server process -> **peer** -> handlers
import { Server } from "socket.io-v4";
import { handle } from "./handlers.mjs";
import { listenWith } from "./node-http.mjs";

/** Serves; gives the port. */
export function listen(options) {
  return listenWith((httpServer) => handle(new Server(httpServer, { serveClient: false, ...options })));
}
