// The engine without Socket.IO, for programs that speak Engine.IO alone: attaches to an HTTP server, or listens.
// Place: **bytes** -> engine server -> connection; the public list of @bowline/server/engine
// Rules: this file only binds the engine to Node; each name is here on purpose.

import { createServer, type Server as HttpServer } from "node:http";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "../../engine/options.ts";
import { EngineServer } from "../../engine/server.ts";
import { attachEngine } from "./attach-engine.ts";
import { nodePlatform } from "./platform.ts";

export type { TransportName } from "@bowline/protocol/internal";
export type { ChangeableHeaders } from "../../engine/answer-headers.ts";
export { Connection, type ConnectionEvents, type SendOptions, type SentCallback } from "../../engine/connection.ts";
export type { CookieAttributes } from "../../engine/cookie.ts";
export type { CorsDelegate, CorsOptions, CorsOrigin } from "../../engine/cors.ts";
export type { EngineMiddleware } from "../../engine/middleware.ts";
export type { AllowRequest, EngineOptions, HttpCompression, PerMessageDeflate } from "../../engine/options.ts";
export type { ConnectionErrorReport, EngineEvents } from "../../engine/server.ts";
export type { WebTransportSession } from "../../engine/webtransport-session.ts";
export { EngineServer };

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
export function attach(server: HttpServer, options: Partial<EngineOptions> = {}): EngineServer {
  const engine = new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), nodePlatform());
  attachEngine(engine, server, () => undefined);
  return engine;
}

/**
 * Listens on a port of its own.
 * @param port 0 takes a free one.
 * @param options win over the defaults.
 * @param listening called once the port is open.
 * @returns the engine and the HTTP server below it, which has to be closed besides.
 * @throws RangeError when an option is out of its range.
 * @example
 * import { listen } from "@bowline/server/engine";
 * const { engine } = listen(3000);
 * engine.on("connection", (connection) => connection.send("hello"));
 */
export function listen(
  port: number,
  options: Partial<EngineOptions> = {},
  listening?: () => void,
): { readonly engine: EngineServer; readonly httpServer: HttpServer } {
  const httpServer = createServer((_request, response) => {
    response.writeHead(501).end("Not Implemented");
  });
  const engine = attach(httpServer, options);
  httpServer.listen(port, listening);
  return { engine, httpServer };
}
