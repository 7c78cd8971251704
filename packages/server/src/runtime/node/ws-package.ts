// The package `ws`, loaded when it is needed first: most servers frame their WebSockets themselves.
// Place: beside the websocket door
// Rules: at once, since handshakes and programs do not wait.

import { createRequire } from "node:module";
import type { WebSocket, WebSocketServer } from "ws";

/** What is used of it. */
interface WsPackage {
  readonly WebSocket: typeof WebSocket;
  readonly WebSocketServer: typeof WebSocketServer;
}

/** The trust boundary: that the package has its own classes is what the dependency says. */
function read(loaded: unknown): WsPackage;
function read(loaded: unknown): unknown {
  return loaded;
}

let loaded: WsPackage | undefined;

/** Gives the package. */
export function loadWs(): WsPackage {
  loaded ??= read(createRequire(import.meta.url)("ws"));
  return loaded;
}
