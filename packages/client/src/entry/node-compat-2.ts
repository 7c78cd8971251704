// The client for Node, for programs of 2.x: as node.ts, with the settings of 2.x.
// Place: composition root; the alias package for 2.x imports it as @bowline/client/compat-2.
// Rules: nothing happens at import; its managers are its own, so that a program of 2.x and one of 4.x in one process
//        never share a connection.

import { createIo } from "../io.ts";
import { Manager as CoreManager } from "../manager.ts";
import type { ClientOptions } from "../options.ts";
import { Socket } from "../socket.ts";
import { protocol, withCompat2 } from "./compat-2.ts";
import { completeIo, type Io } from "./complete-io.ts";
import { createNodePlatform } from "./node-platform.ts";

export type { Engine } from "../engine.ts";
export type { ClientOptions, EngineOptions, ManagerOptions, Query, SocketOptions } from "../options.ts";
export { protocol, Socket };

const platform = createNodePlatform();

/** The connection to one server, shared by the sockets of its namespaces. */
export class Manager extends CoreManager {
  /**
   * Makes a manager, which connects at once unless `autoConnect` is false.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server.
   */
  constructor(uri?: string | ClientOptions, options?: ClientOptions) {
    const given = typeof uri === "object" ? uri : options;
    super(platform, typeof uri === "string" ? uri : undefined, withCompat2(given));
  }
}

/**
 * Connects to a server and gives the socket for a namespace of it, as programs of 2.x do.
 * @param url URL of the server; its path is the namespace. Options may stand in its place.
 * @returns the socket; it connects at once unless `autoConnect` is false.
 * @throws Error when the URL names no server.
 */
export const io: Io<typeof Manager> = Object.assign(
  completeIo(createIo({ page: platform.page, createManager: (uri, options) => new Manager(uri, options) }), Manager),
  { protocol },
);

/** As `io`. */
export const connect: typeof io = io;

export default io;
