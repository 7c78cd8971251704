// Trace points on Node: channels of `node:diagnostics_channel`, and lines on the standard error where `DEBUG` asks for them.
// Place: handed to the engine and the socket layer by the composition root
// Rules: the scopes are upstream's, so that a program's way to debug stays; `bowline:*` has every point by its own name.

import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { createDebugTrace, createTrace, type Trace } from "@bowline/protocol/internal";

/** The trace of a Node process. */
export const nodeTrace: Trace = createDebugTrace(
  createTrace(channel),
  {
    request: "engine",
    forward: "engine",
    session: "engine:socket",
    connection: "socket.io:client",
    namespace: "socket.io:namespace",
    socket: "socket.io:socket",
    handler: "socket.io:socket",
    server: "socket.io:server",
    cluster: "socket.io:cluster",
  },
  {
    patterns: () => process.env["DEBUG"] ?? "",
    print(scope, message) {
      const text = inspect(message, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
      process.stderr.write(`${new Date().toISOString()} ${scope} ${text}\n`);
    },
  },
);
