// The public list of @bowline/server/bun.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: each name is here on purpose; what is the same on every runtime has its place in the main entry.

export type {
  BunFetch,
  BunHandler,
  BunListenOptions,
  BunServer,
  BunWebSocket,
  BunWebSocketHandler,
} from "./bun-types.ts";
export { BunEngine } from "./engine-server.ts";
export { Server } from "./server.ts";
