// Under which names programs ask for trace points to be printed: those of upstream's packages.
// Place: part of the composition roots; read by node-trace.ts and browser-trace.ts.

import type { Scopes } from "@bowline/protocol/internal";

/** Upstream's name for each kind of points. */
export const SCOPES: Scopes = {
  manager: "socket.io-client:manager",
  socket: "socket.io-client:socket",
  engine: "engine.io-client:socket",
  session: "engine.io-client:socket",
  transport: "engine.io-client:transport",
  options: "socket.io-client",
};
