// Socket.IO clients to replay `socketio-client-live` with: the published packages, and ours.
// Place: under client-live.mjs. Rules: a peer is `io(url, options)` and gives a socket.
import { importPackage } from "./packages.mjs";

/** The published packages that the tables were recorded with. */
export async function officialClients() {
  const [v4, v2] = await Promise.all([import("socket.io-client-v4"), import("socket.io-client-v2")]);
  const io2 = v2.default;
  return new Map([
    ["socket.io-client@4.8", v4.io],
    ["socket.io-client@2.5", io2],
  ]);
}

/** Our client, in the profile of each of them. */
export async function ourClients() {
  const { io } = await importPackage("@bowline/client");
  return new Map([
    ["socket.io-client@4.8", (url, options) => io(url, { protocol: 4, ...options })],
    ["socket.io-client@2.5", (url, options) => io(url, { protocol: 3, compat: 2, ...options })],
  ]);
}
