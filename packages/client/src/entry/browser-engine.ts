// The engine alone for browsers and workers, in place of engine.io-client 6.
// Place: composition root; programs import it as @bowline/client/engine.
// Rules: nothing happens at import; each class can be bundled without the code of the others.

import { startUpgrade } from "../engine-upgrade.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import {
  createSocketClass,
  deriveSocketClass,
  type EngineSocket,
  type EngineSocketClass,
  type TransportTable,
  withTable,
} from "./engine-client.ts";
import { Fetch, WebSocket, WebTransport, XHR } from "./web-transports.ts";

export { TransportError } from "../connect-error.ts";
export type {
  EngineEvents,
  EngineTransport,
  IncomingPacket,
  OutgoingMessage,
  RawData,
  SendOptions,
} from "../engine-events.ts";
export type { EngineOptions as SocketOptions } from "../options.ts";
export { type ProgramTransportOptions, Transport } from "../program-transport.ts";
export type { TransportClass } from "../transports/transport.ts";
export { installTimerFunctions, nextTick, parse } from "./engine-tools.ts";
export type { EngineSocketClass, TransportTable };
// Programs written for Node as well name these; here they are the browser's.
export { Fetch, WebSocket, WebSocket as NodeWebSocket, WebTransport, XHR, XHR as NodeXHR };

/** Revision of the Engine.IO protocol that is asked for first; over polling the other one is spoken as well. */
export const protocol = 4;

/** What each name in the option `transports` stands for; a change counts for the sockets made after it. */
export const transports: TransportTable = { polling: Fetch, websocket: WebSocket, webtransport: WebTransport };

/** A connection that stays on its transport; its transports have to be named as classes. */
export const SocketWithoutUpgrade: EngineSocketClass = /* @__PURE__ */ createSocketClass(
  /* @__PURE__ */ createBrowserPlatform({ transports: [], upgrade: undefined }),
  { revision: 4, withCredentials: false },
);
export type SocketWithoutUpgrade = EngineSocket;

/** A connection that moves to the best transport; its transports have to be named as classes. */
export const SocketWithUpgrade: EngineSocketClass = /* @__PURE__ */ deriveSocketClass(
  SocketWithoutUpgrade,
  /* @__PURE__ */ createBrowserPlatform({ transports: [], upgrade: startUpgrade }),
);
export type SocketWithUpgrade = EngineSocket;

/**
 * A connection that moves to the best transport.
 * @example
 * import { Socket } from "@bowline/client/engine";
 *
 * const socket = new Socket("ws://localhost:3000");
 * socket.on("open", () => socket.send("hello"));
 */
export const Socket: EngineSocketClass = /* @__PURE__ */ deriveSocketClass(
  SocketWithUpgrade,
  /* @__PURE__ */ withTable(
    /* @__PURE__ */ createBrowserPlatform({ transports: [], upgrade: startUpgrade }),
    transports,
  ),
);
export type Socket = EngineSocket;
