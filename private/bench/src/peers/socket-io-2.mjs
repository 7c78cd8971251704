// socket.io 2.5 as a peer, without compression, as the others.
// Place: server process -> **peer** -> handlers
import { createRequire } from "node:module";
import { handle } from "./handlers.mjs";

/** Clients of 2.x have to send heartbeats; the ones here are mute, and outlive no measurement. */
const PING_TIMEOUT_MS = 120_000;

const attach = createRequire(import.meta.url)("socket.io-v2");

/** Serves on `httpServer`. */
export function serve(httpServer) {
  const options = {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    pingTimeout: PING_TIMEOUT_MS,
  };
  handle(attach(httpServer, options));
}
