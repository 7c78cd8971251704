// socket.io 2.5 as a peer, without compression, as the others.
// Place: server process -> **peer** -> handlers
import { createRequire } from "node:module";
import { handle } from "./handlers.mjs";

const attach = createRequire(import.meta.url)("socket.io-v2");

/** Serves on `httpServer`. */
export function serve(httpServer) {
  handle(attach(httpServer, { serveClient: false, perMessageDeflate: false, httpCompression: false }));
}
