// socket.io 4.8 as a peer, with its defaults; it does not compress unless it is asked to.
// Place: server process -> **peer** -> handlers
import { Server } from "socket.io-v4";
import { handle } from "./handlers.mjs";

/** Serves on `httpServer`. */
export function serve(httpServer) {
  handle(new Server(httpServer, { serveClient: false }));
}
