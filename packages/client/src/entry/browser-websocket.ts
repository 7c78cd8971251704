// The client for pages that use WebSockets alone: as browser.ts, and no code for any other transport is in the bundle.
// Place: composition root; programs import it as @bowline/client/websocket.
// Rules: nothing happens at import; what a program may use is listed here, each name on purpose.

import type { Manager as CoreManager } from "../manager.ts";
import { Socket } from "../socket.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { createClient, type Io, type ManagerClass, MODERN } from "./create-client.ts";
import { WebSocket } from "./web-transports.ts";

export { AckDisconnectedError, AckTimeoutError, type Parser } from "@bowline/protocol";
export type { DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
export type { ClientOptions, ManagerOptions, SocketOptions } from "../options.ts";
export type { TransportClass } from "../transports/transport.ts";
export type { Io, ManagerClass };
export { Socket, WebSocket };

const client = createClient(createBrowserPlatform({ transports: [WebSocket], upgrade: undefined }), MODERN);

/** Revision of the Socket.IO protocol that this client speaks best; it speaks the one before as well. */
export const protocol: number = client.io.protocol;

/** The connection to one server, shared by the sockets of its namespaces. */
export const Manager: ManagerClass = client.Manager;
export type Manager = CoreManager;

/**
 * Connects to a server over a WebSocket and gives the socket for a namespace of it.
 *
 * Sockets of the same server share a connection unless `forceNew` is set.
 * @param url URL of the server; its path is the namespace. Options may stand in its place.
 * @returns the socket; it connects at once unless `autoConnect` is false.
 * @throws Error when the URL names no server.
 */
export const io: Io = client.io;

/** As `io`. */
export const connect: Io = io;

export default io;
