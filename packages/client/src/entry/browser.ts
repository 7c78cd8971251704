// The client for browsers and workers: the parts put together over fetch and WebSocket.
// Place: composition root; programs import it as @bowline/client.
// Rules: nothing happens at import; what a program may use is listed here, each name on purpose.

import { startUpgrade } from "../engine-upgrade.ts";
import type { Manager as CoreManager } from "../manager.ts";
import { Socket } from "../socket.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { createClient, type Io, type ManagerClass, MODERN } from "./create-client.ts";
import { Fetch, WebSocket, WebTransport, XHR } from "./web-transports.ts";

export { AckDisconnectedError, AckTimeoutError, type Parser } from "@bowline/protocol";
export type { DefaultEventsMap, EventsMap, TransportName } from "@bowline/protocol/internal";
export type { CloseDetails, FailureError, TransportError } from "../connect-error.ts";
export type { Engine } from "../engine.ts";
export type { EngineEvents, EngineTransport, RawData } from "../engine-events.ts";
export type { FailureCode } from "../failure-code.ts";
export type {
  Auth,
  ClientOptions,
  EngineOptions,
  LiveOptions,
  ManagerOptions,
  Query,
  SocketOptions,
} from "../options.ts";
export type { ConnectError } from "../socket-events.ts";
export type { TransportClass } from "../transports/transport.ts";
export type { Io, ManagerClass };
// Programs written for Node as well name these; here they are the browser's.
export { Fetch, Socket, WebSocket, WebSocket as NodeWebSocket, WebTransport, XHR, XHR as NodeXHR };

const platform = createBrowserPlatform({ transports: [Fetch, WebSocket, WebTransport], upgrade: startUpgrade });
const client = createClient(platform, MODERN);

/** Revision of the Socket.IO protocol that this client speaks best; it speaks the one before as well. */
export const protocol: number = client.io.protocol;

/** The connection to one server, shared by the sockets of its namespaces. */
export const Manager: ManagerClass = client.Manager;
export type Manager = CoreManager;

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
export const io: Io = client.io;

/** As `io`. */
export const connect: Io = io;

export default io;
