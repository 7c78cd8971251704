// Socket.IO servers to replay `socketio-server-live` against: the published packages, and ours.
// Place: under server-live.mjs. Rules: a peer is `create(httpServer, options)` and gives a server with the application's
// view of 2.x and 4.x: `of`, `use`, `on`, `close`.
import { importPackage } from "./packages.mjs";

/** The published packages that the tables were recorded with. */
export async function officialServers() {
  const [v4, v2] = await Promise.all([import("socket.io-v4"), import("socket.io-v2")]);
  const { Server } = v4;
  const listen = v2.default;
  return new Map([
    ["socket.io@4.8", (server, options) => new Server(server, { serveClient: false, ...options })],
    ["socket.io@2.5", (server, options) => listen(server, { serveClient: false, ...options })],
  ]);
}

/** Our server, in the profile of each of them. */
export async function ourServers() {
  const { Server } = await importPackage("@bowline/server");
  return new Map([
    ["socket.io@4.8", (server, options) => new Server(server, { serveClient: false, allowEIO3: false, ...options })],
    ["socket.io@2.5", (server, options) => new Server(server, { serveClient: false, compat: 2, ...options })],
  ]);
}
