// The client for Node: the parts put together over node:http and ws.
// Place: composition root; programs import it as @bowline/client.
// Rules: nothing happens at import; what a program may use is listed here, each name on purpose.

import { createIo } from "../io.ts";
import { Manager as CoreManager } from "../manager.ts";
import type { ClientOptions } from "../options.ts";
import { Socket } from "../socket.ts";
import { completeIo, type Io } from "./complete-io.ts";
import { createNodePlatform } from "./node-platform.ts";

export { AckDisconnectedError, AckTimeoutError, type Parser } from "@bowline/protocol";
export type { DefaultEventsMap, EventsMap, TransportName } from "@bowline/protocol/internal";
export type { CloseDetails, TransportError } from "../connect-error.ts";
export type { Engine } from "../engine.ts";
export type { Auth, ClientOptions, EngineOptions, LiveOptions, ManagerOptions, Query, SocketOptions } from "../options.ts";
export type { ConnectError } from "../socket-events.ts";
export { protocol } from "./complete-io.ts";
export { Socket };

const platform = createNodePlatform();

/** The connection to one server, shared by the sockets of its namespaces. */
export class Manager extends CoreManager {
  /**
   * Makes a manager, which connects at once unless `autoConnect` is false.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server.
   */
  constructor(uri?: string | ClientOptions, options?: ClientOptions) {
    super(platform, uri, options);
  }
}

/**
 * Connects to a server and gives the socket for a namespace of it.
 *
 * Sockets of the same server share a connection unless `forceNew` is set.
 * @param url URL of the server; its path is the namespace. Options may stand in its place.
 * @returns the socket; it connects at once unless `autoConnect` is false.
 * @throws Error when the URL names no server.
 * @example
 * import { io } from "@bowline/client";
 *
 * const socket = io("http://localhost:3000", { autoConnect: false });
 * socket.on("connect", () => console.log(socket.id));
 */
export const io: Io<typeof Manager> = completeIo(
  createIo({ page: platform.page, createManager: (uri, options) => new Manager(uri, options) }),
  Manager,
);

/** As `io`. */
export const connect: typeof io = io;

export default io;
