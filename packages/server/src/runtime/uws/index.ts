// The public list of @bowline/server/uws, for apps of uWebSockets.js.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: each name is here on purpose; what is the same on every runtime has its place in the main entry.

export type { UwsApp } from "./app-types.ts";
export type { UwsOptions } from "./attach-app.ts";
export { UwsEngine } from "./engine-server.ts";
export { Server, type UwsServerOptions } from "./server.ts";
