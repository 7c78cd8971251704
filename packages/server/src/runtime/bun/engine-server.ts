// The engine on Bun: answers for `Bun.serve`, or for a program that routes requests itself.
// Place: **bytes** -> engine server -> connection
// Rules: this class only brings what Bun hands in into the engine's form; what waits for a client is bounded by the session,
//        so Bun drops nothing by itself; that somebody is there is found out by the engine's heartbeat.
// Source: docs/protocol/engine-4.md, "Query" and "WebSocket"

import type { HttpExchange } from "../../engine/http-exchange.ts";
import {
  DEFAULT_COMPRESSION_THRESHOLD,
  ENGINE_DEFAULTS,
  type EngineOptions,
  requestPath,
  resolveOptions,
} from "../../engine/options.ts";
import { EngineServer } from "../../engine/server.ts";
import { CorkedWebSocket, endError } from "../corked-websocket.ts";
import { nodePlatform } from "../node/platform.ts";
import type { SideExchange } from "../serve-files.ts";
import { BunExchange, BunUpgradeExchange, readHead, targetOf } from "./bun-exchange.ts";
import type { BunFetch, BunHandler, BunServer, BunWebSocket, BunWebSocketHandler } from "./bun-types.ts";

/** As much as Bun can count: more than the session lets wait. */
const UNBOUNDED_BYTES = 0x7fffffff;

/** What a WebSocket was upgraded with; one of the program's own is not looked at. */
function portOf({ data }: BunWebSocket): CorkedWebSocket<BunWebSocket> | undefined {
  return data instanceof CorkedWebSocket ? data : undefined;
}

/** The engine on Bun. */
export class BunEngine extends EngineServer {
  #server: BunServer | undefined;

  /**
   * Makes an engine that nobody hands requests to yet.
   * @param options win over the defaults.
   * @throws RangeError when an option is out of its range.
   * @throws TypeError when an option is of no use otherwise.
   * @example
   * import { BunEngine } from "@bowline/server/bun";
   * const engine = new BunEngine({ path: "/socket.io/" });
   * engine.on("connection", (connection) => connection.send("hello"));
   * export default { port: 3000, ...engine.handler() };
   */
  constructor(options: Partial<EngineOptions> = {}) {
    super(resolveOptions(options, ENGINE_DEFAULTS), nodePlatform());
  }

  /** The server of Bun that requests have come from last. @internal */
  get server(): BunServer | undefined {
    return this.#server;
  }

  /**
   * Takes a request, whatever its path.
   *
   * Engine middlewares need a request and a response of Node, which Bun has not: with one, everybody is refused.
   * @param request of `Bun.serve`, or as another runtime has brought it into the engine's form.
   * @param server the server of Bun that it came to, whose option `websocket` has to be that of `handler()`.
   * @returns the answer; nothing where the request has become a WebSocket.
   */
  override handleRequest(request: HttpExchange): void;
  override handleRequest(request: Request, server: BunServer): Promise<Response | undefined>;
  override handleRequest(
    request: HttpExchange | Request,
    server?: BunServer,
  ): Promise<Response | undefined> | undefined {
    if ("head" in request) super.handleRequest(request);
    else if (server !== undefined) return this.take(request, server);
    return undefined;
  }

  /** Takes a request. @param side asked first, as for the client's files. @internal */
  take(request: Request, server: BunServer, side?: SideExchange): Promise<Response | undefined> {
    this.#server = server;
    const head = readHead(request, server);
    if (head.header("upgrade")?.toLowerCase() === "websocket") {
      const exchange = new BunUpgradeExchange(request, server, head, this.#compressFrom);
      this.handleUpgrade(exchange);
      return exchange.response;
    }
    const exchange = new BunExchange(request, server, head);
    if (side?.(exchange) !== true) super.handleRequest(exchange);
    return exchange.response;
  }

  /**
   * What `Bun.serve` takes, and `export default` of a program that Bun runs.
   * @param others answers requests for other paths. @default status 404
   */
  handler(others?: BunFetch): BunHandler {
    return this.handlerWith(others, undefined);
  }

  /** The same, with what is served below the engine's path besides. @internal */
  handlerWith(others: BunFetch | undefined, side: SideExchange | undefined): BunHandler {
    const path = requestPath(this.options);
    const answerOthers: BunFetch = others ?? (() => new Response(null, { status: 404 }));
    return {
      fetch: (request, server) => {
        const isOurs = targetOf(request.url).startsWith(path);
        return isOurs ? this.take(request, server, side) : answerOthers(request, server);
      },
      websocket: this.#webSocketHandler(),
    };
  }

  get #compressFrom(): number {
    const { perMessageDeflate } = this.options;
    if (perMessageDeflate === false) return Number.POSITIVE_INFINITY;
    return (perMessageDeflate === true ? undefined : perMessageDeflate.threshold) ?? DEFAULT_COMPRESSION_THRESHOLD;
  }

  #webSocketHandler(): BunWebSocketHandler {
    const { maxHttpBufferSize, perMessageDeflate } = this.options;
    return {
      maxPayloadLength: maxHttpBufferSize,
      backpressureLimit: UNBOUNDED_BYTES,
      idleTimeout: 0,
      sendPings: false,
      perMessageDeflate: perMessageDeflate !== false,
      open: (ws) => portOf(ws)?.connected(ws),
      message: (ws, message) => portOf(ws)?.received(message),
      drain: (ws) => portOf(ws)?.drained(),
      close: (ws, code, reason) => portOf(ws)?.ended(endError(code, reason)),
    };
  }
}
