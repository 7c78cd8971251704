// What a namespace and its sockets need of the server they belong to.
// Place: server (**namespace host**) -> namespace -> socket

import type { AdapterSurroundings } from "@bowline/adapter";
import type { EventsMap, PreparedPacket } from "@bowline/protocol/internal";
import type { ApiDialect } from "./api-dialect.ts";
import type { HandlerErrors } from "./handler-errors.ts";
import type { Inbox } from "./inbox.ts";
import type { RecoveryOptions } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";
import type { SocketServer } from "./server.ts";
import type { ServerTrace } from "./trace-points.ts";

/** The server as its namespaces know it. */
export interface NamespaceHost<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data> {
  readonly server: SocketServer<Listen, Emit, ServerSide, Data>;
  readonly platform: SocketPlatform;
  readonly dialect: ApiDialect;
  readonly handlers: HandlerErrors;
  /** Takes what the clients of all sockets send. */
  readonly inbox: Inbox;
  readonly trace: ServerTrace;
  /** What adapters are handed. */
  readonly surroundings: AdapterSurroundings;
  /** How lost sessions are kept; undefined where they are not. */
  readonly recovery: RecoveryOptions | undefined;
  /** Encodes a packet as most clients get it, and gives its bytes. */
  measure(prepared: PreparedPacket): number;
  /** Nobody is in a namespace any more, and nobody on the way in. */
  emptied(name: string): void;
}
