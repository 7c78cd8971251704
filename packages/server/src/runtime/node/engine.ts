// The engine without Socket.IO, for programs that speak Engine.IO alone: attaches to an HTTP server, or listens.
// Place: **bytes** -> engine server -> connection; the public list of @bowline/server/engine
// Rules: this file only binds the engine to Node; each name is here on purpose.

import { createServer } from "node:http";
import type { EngineOptions } from "../../engine/options.ts";
import type { HttpServerLike } from "./attach-engine.ts";
import { NodeEngine } from "./engine-server.ts";

export { NodeEmitter, type TransportName } from "@bowline/protocol/internal";
export type { AllowedOrigin, AllowedOrigins, OriginJudge } from "../../engine/allowed-origins.ts";
export type { ChangeableHeaders } from "../../engine/answer-headers.ts";
export { Connection, Connection as Socket } from "../../engine/connection.ts";
export type { ConnectionEvents, OutgoingPacket, SendOptions, SentCallback } from "../../engine/connection-events.ts";
export type { ConnectionServer } from "../../engine/connection-parts.ts";
export type { CookieAttributes } from "../../engine/cookie.ts";
export type { CorsDelegate, CorsOptions, CorsOrigin } from "../../engine/cors.ts";
export type { ConnectionErrorReport, EngineEvents } from "../../engine/engine-events.ts";
export type { EngineMiddleware } from "../../engine/middleware.ts";
export type {
  AllowRequest,
  EngineOptions,
  EngineSettings,
  HttpCompression,
  PerMessageDeflate,
  WebSocketServerClass,
} from "../../engine/options.ts";
export { EngineServer } from "../../engine/server.ts";
export { type SentPacket, Transport, type TransportEvents, type TransportState } from "../../engine/transport.ts";
export type { WebTransportSession } from "../../engine/webtransport-session.ts";
export type { HttpServerLike } from "./attach-engine.ts";
export { parser } from "./engine-parser.ts";
export { type AttachOptions, NodeEngine as Server } from "./engine-server.ts";
export { transports } from "./transports.ts";

/** Revision of the Engine.IO protocol that is spoken with clients of today; those of 2.x are served in theirs. */
export const protocol = 4;

/**
 * Has an engine serve its path on an HTTP server.
 * @param server an HTTP(S) server of Node; requests for other paths stay with the listeners that it has.
 * @param options win over the defaults.
 * @returns the engine; its event `connection` hands over each client.
 * @throws RangeError when an option is out of its range.
 * @example
 * import { createServer } from "node:http";
 * import { attach } from "@bowline/server/engine";
 * const httpServer = createServer();
 * attach(httpServer, { pingInterval: 10_000 }).on("connection", (connection) => {
 *   connection.send("hello");
 *   connection.on("message", (data) => connection.send(data));
 * });
 * httpServer.listen(3000);
 */
export function attach(server: HttpServerLike, options: Partial<EngineOptions> = {}): NodeEngine {
  const engine = new NodeEngine(options);
  engine.attach(server);
  return engine;
}

/**
 * Listens on a port of its own.
 * @param port 0 takes a free one.
 * @param options win over the defaults; may be left out.
 * @param listening called once the port is open.
 * @returns the engine; its `httpServer` has to be closed besides.
 * @throws RangeError when an option is out of its range.
 * @example
 * import { listen } from "@bowline/server/engine";
 * const engine = listen(3000);
 * engine.on("connection", (connection) => connection.send("hello"));
 */
export function listen(
  port: number | string,
  options?: Partial<EngineOptions> | (() => void) | null,
  listening?: () => void,
): NodeEngine {
  const httpServer = createServer((_request, response) => {
    response.writeHead(501).end("Not Implemented");
  });
  const engine = attach(httpServer, typeof options === "function" ? {} : (options ?? {}));
  engine.httpServer = httpServer;
  httpServer.listen(port, typeof options === "function" ? options : listening);
  return engine;
}
