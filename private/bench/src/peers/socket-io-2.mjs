// socket.io 2.5 as a peer, without compression, as the others.
// Place: server process -> **peer** -> handlers
import { createRequire } from "node:module";
import { handle } from "./handlers.mjs";
import { listenWith } from "./node-http.mjs";

/** Clients of 2.x have to send heartbeats; the ones here are mute, and outlive no measurement. */
const PING_TIMEOUT_MS = 120_000;

const attach = createRequire(import.meta.url)("socket.io-v2");

/** Serves; gives the port. */
export function listen() {
  const options = {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    pingTimeout: PING_TIMEOUT_MS,
  };
  return listenWith((httpServer) => handle(attach(httpServer, options)));
}
