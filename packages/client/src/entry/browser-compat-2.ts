// The client for browsers and workers, for programs of 2.x: as browser.ts, with the settings of 2.x.
// Place: composition root; the alias package for 2.x imports it as @bowline/client/compat-2.
// Rules: nothing happens at import; what a program may use is listed here, each name on purpose.

import { elderAtHand } from "../elder.ts";
import { startUpgrade } from "../engine-upgrade.ts";
import type { LegacyManager } from "../legacy-manager.ts";
import { LegacySocket } from "../legacy-socket.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { createClient, type Io, type ManagerClass } from "./create-client.ts";
import { GENERATION_2 } from "./generation-2.ts";
import { JSONP } from "./jsonp-transport.ts";
import { WebSocket, XHR } from "./web-transports.ts";

export type { Engine } from "../engine.ts";
export type { ClientOptions, EngineOptions, ManagerOptions, Query, SocketOptions } from "../options.ts";
export type { Io, ManagerClass };
export { LegacySocket as Socket };

const platform = createBrowserPlatform({
  transports: [JSONP, XHR, WebSocket],
  upgrade: startUpgrade,
  elder: elderAtHand,
});
const client = createClient<LegacyManager>(platform, GENERATION_2);

/** Revision of the Socket.IO protocol that programs of 2.x know; later ones are spoken as well. */
export const protocol: number = client.io.protocol;

/** The connection to one server, shared by the sockets of its namespaces. */
export const Manager: ManagerClass<LegacyManager> = client.Manager;
export type Manager = LegacyManager;

/**
 * Connects to a server and gives the socket for a namespace of it, as programs of 2.x do.
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
