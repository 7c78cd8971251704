// The transports of Node, over node:http and the ws package.
// Place: part of the composition roots for Node, below **transport**.
// Rules: nothing happens when this is loaded.

import { pollingOver } from "../transports/polling.ts";
import type { TransportClass } from "../transports/transport.ts";
import { webSocketOver } from "../transports/websocket.ts";
import { requestOnNode } from "./node-http.ts";
import { openNodeWebSocket } from "./node-websocket.ts";

/** Polling over Node's own HTTP, with its agents and TLS options. */
export const NodeXHR: TransportClass = /* @__PURE__ */ pollingOver(requestOnNode);

/** WebSockets over the ws package, with headers, agents and TLS options. */
export const NodeWebSocket: TransportClass = /* @__PURE__ */ webSocketOver(openNodeWebSocket);
