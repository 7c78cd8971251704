// The engine on Node: takes requests of node:http, http2 and https, by itself or from a program that routes them.
// Place: **bytes** -> engine server -> connection
// Rules: this class only brings what Node hands in into the engine's form; inheritance is used since programs construct it
//        with `new`, extend it and pass it around as one object.
// Source: docs/protocol/engine-4.md, "Query" and "Errors"

import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { NodeEmitter } from "@bowline/protocol/internal";
import { HANDSHAKE_ERRORS } from "../../engine/handshake.ts";
import type { HttpExchange, UpgradeExchange } from "../../engine/http-exchange.ts";
import { ENGINE_DEFAULTS, type EngineOptions, type EngineSettings, resolveOptions } from "../../engine/options.ts";
import { EngineServer } from "../../engine/server.ts";
import { passAsEmitter } from "../../socket/emitter.ts";
import { attachEngine, type HttpServerLike } from "./attach-engine.ts";
import { NodeExchange, NodeUpgradeExchange } from "./node-exchange.ts";
import { NodeRequestHead } from "./node-request-head.ts";
import { nodePlatform } from "./platform.ts";
import { createWebSocketDoor, type WebSocketDoor } from "./websocket-door.ts";

/** Options that programs of 2.x read and write on the engine itself. */
const SETTINGS_OF_2 = [
  "pingTimeout",
  "pingInterval",
  "upgradeTimeout",
  "maxHttpBufferSize",
  "transports",
  "allowUpgrades",
  "allowRequest",
  "cookie",
  "cookiePath",
  "cookieHttpOnly",
  "perMessageDeflate",
  "httpCompression",
  "initialPacket",
] as const satisfies readonly (keyof EngineOptions)[];

/** The engine on Node. */
export class NodeEngine extends EngineServer {
  /** The codes of errors by their names. */
  static readonly errors: Readonly<Record<string, number>> = {
    UNKNOWN_TRANSPORT: HANDSHAKE_ERRORS.unknownTransport.code,
    UNKNOWN_SID: HANDSHAKE_ERRORS.unknownSession.code,
    BAD_HANDSHAKE_METHOD: HANDSHAKE_ERRORS.badMethod.code,
    BAD_REQUEST: HANDSHAKE_ERRORS.badRequest.code,
    FORBIDDEN: HANDSHAKE_ERRORS.forbidden.code,
    UNSUPPORTED_PROTOCOL_VERSION: HANDSHAKE_ERRORS.unsupportedProtocol.code,
  };
  /** The texts of errors by their codes. */
  static readonly errorMessages: Readonly<Record<number, string>> = Object.fromEntries(
    Object.values(HANDSHAKE_ERRORS).map(({ code, message }) => [code, message]),
  );
  /** The HTTP server that `listen()` has made. */
  httpServer: HttpServer | undefined;
  readonly #door: WebSocketDoor;

  /**
   * Makes an engine that is attached to nothing yet.
   * @param options win over the defaults.
   * @throws RangeError when an option is out of its range.
   * @throws TypeError when an option is of no use otherwise.
   * @example
   * import { createServer } from "node:http";
   * import { Server } from "@bowline/server/engine";
   * const engine = new Server({ pingInterval: 10_000 });
   * const httpServer = createServer((request, response) => engine.handleRequest(request, response));
   * httpServer.on("upgrade", (request, socket, head) => engine.handleUpgrade(request, socket, head));
   * engine.on("connection", (connection) => connection.send("hello"));
   * httpServer.listen(3000);
   */
  constructor(options: Partial<EngineOptions> = {}) {
    super(resolveOptions(options, ENGINE_DEFAULTS), nodePlatform());
    this.#door = createWebSocketDoor(this.options, nodePlatform().clock);
  }

  /**
   * Takes a request, whatever its path.
   * @param request of Node, or as another runtime has brought it into the engine's form.
   * @param response of Node.
   */
  override handleRequest(request: HttpExchange): void;
  override handleRequest(request: IncomingMessage, response: ServerResponse): void;
  override handleRequest(request: HttpExchange | IncomingMessage, response?: ServerResponse): void {
    if ("head" in request) super.handleRequest(request);
    else if (response !== undefined) this.take(request, response, neverCloses);
  }

  /** Takes a request. @param isClosing whether its HTTP server waits for its connections to end. */
  take(request: IncomingMessage, response: ServerResponse, isClosing: () => boolean): void {
    super.handleRequest(new NodeExchange(request, response, isClosing));
  }

  /**
   * Takes a request to become a WebSocket, whatever its path.
   * @param request of Node, or as another runtime has brought it into the engine's form.
   * @param socket the connection below it.
   * @param head what has come in behind the request.
   */
  override handleUpgrade(request: UpgradeExchange): void;
  override handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  override handleUpgrade(
    request: UpgradeExchange | IncomingMessage,
    socket?: Duplex,
    head: Buffer = Buffer.alloc(0),
  ): void {
    if ("accept" in request) super.handleUpgrade(request);
    else if (socket !== undefined) {
      const exchange = new NodeUpgradeExchange(request, socket, head, this.#door);
      try {
        super.handleUpgrade(exchange);
      } finally {
        exchange.watch();
      }
    }
  }

  /**
   * Serves the engine's path on an HTTP server; there may be several.
   * @param server requests for other paths stay with the listeners that it has.
   * @param options those of the path, and of upgrade requests for others; they win over the engine's.
   */
  attach(server: HttpServerLike, options: Partial<AttachOptions> = {}): void {
    attachEngine(this, server, { options });
  }

  /**
   * Judges a request as the engine would, and gives it nothing.
   * @param request of Node.
   * @param upgrade whether it wants to become a WebSocket.
   * @param done gets one of the error codes and what is known besides; nothing where the request is welcome.
   */
  verify(
    request: IncomingMessage,
    upgrade: boolean,
    done: (code?: number, context?: Readonly<Record<string, unknown>>) => void,
  ): void {
    this.examine(new NodeRequestHead(request), upgrade, (refusal) => {
      if (refusal === undefined) done();
      else done(refusal.code, refusal.context ?? {});
    });
  }
}

/** Options that only matter where an engine is attached to a server. */
export type AttachOptions = Pick<
  EngineOptions,
  "path" | "addTrailingSlash" | "destroyUpgrade" | "destroyUpgradeTimeout"
>;

for (const name of SETTINGS_OF_2) {
  Object.defineProperty(NodeEngine.prototype, name, {
    configurable: true,
    get(this: NodeEngine): unknown {
      return this.opts[name];
    },
    set(this: NodeEngine, value: EngineSettings[typeof name]) {
      Reflect.set(this.opts, name, value);
    },
  });
}

// Programs and instrumentation ask `engine instanceof EventEmitter`, and so of connections, transports and adapters.
passAsEmitter(NodeEmitter.prototype);

function neverCloses(): boolean {
  return false;
}
