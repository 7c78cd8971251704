// The server for programs of 2.x; the public list of @bowline/server/compat-2.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: it is the server of the main entry with `compat: 2`, unless the program says otherwise; each name is here on purpose.

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { ServerOptions } from "../../socket/options.ts";
import { type ListenTarget, Server as OrdinaryServer } from "./server.ts";

export { ClientConnection as Client } from "../../socket/connection.ts";
export { LegacyNamespace as Namespace, LegacySocket as Socket } from "../dialect-2.ts";

/**
 * A server for programs of 2.x, which serves clients of every generation.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 * @example
 * import { Server } from "@bowline/server/compat-2";
 * const io = new Server(3000);
 * io.on("connection", (socket) => {
 *   socket.broadcast.emit("joined", socket.id);
 * });
 */
export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends OrdinaryServer<Listen, Emit, ServerSide, Data> {
  /**
   * Makes a server, and attaches it at once if it is told to what.
   * @param target a port to listen on, an HTTP(S) server to attach to, or the options.
   * @param options win over the defaults, which are those of 2.x.
   * @throws TypeError when the target is something else, such as an Express app.
   */
  constructor(target?: ListenTarget | Partial<ServerOptions>, options?: Partial<ServerOptions>) {
    super(target, { compat: compatOf(target), ...options });
  }
}

function compatOf(target: unknown): ServerOptions["compat"] {
  const isOptions = typeof target === "object" && target !== null;
  const compat: unknown = isOptions ? Reflect.get(target, "compat") : undefined;
  return compat === "auto" || compat === 4 ? compat : 2;
}
