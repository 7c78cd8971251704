// The server on Node: listens on a port or attaches to an HTTP server that is there already.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: this class only binds the platform-neutral server to Node; inheritance is used since programs
//        construct it with `new`, extend it and pass it around as one object.

import { createServer } from "node:http";
import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { EngineServer } from "../../engine/server.ts";
import type { ServerOptions } from "../../socket/options.ts";
import { SocketServer } from "../../socket/server.ts";
import { chooseDialect } from "../dialect-2.ts";
import { attachEngine, type HttpServerLike } from "./attach-engine.ts";
import { NodeEngine } from "./engine-server.ts";
import type { NativeServer } from "./native-types.ts";
import { nodePlatform } from "./platform.ts";
import { serveClient } from "./static-client.ts";

/** What a server may be attached to: a server of node:http, https or http2, or a port. */
export type ListenTarget = HttpServerLike | number | string;

function isListenTarget(target: unknown): target is ListenTarget {
  return typeof target === "number" || typeof target === "string" || isHttpServer(target);
}

/** Servers of other packages have the members of Node's, and are not always instances of its classes. */
function isHttpServer(target: unknown): target is HttpServerLike {
  if (typeof target !== "object" || target === null || !("listening" in target)) return false;
  return ["listen", "close", "on", "off", "listeners"].every((name) => typeof Reflect.get(target, name) === "function");
}

/**
 * A Socket.IO server for clients of every generation, 2.x to 4.x.
 *
 * It speaks both protocols on one port, over long-polling and WebSocket, and serves the browser client.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 * @typeParam Data what `socket.data` holds.
 * @example
 * import { Server } from "@bowline/server";
 * const io = new Server(3000);
 * io.on("connection", (socket) => {
 *   socket.emit("hello", "world");
 * });
 */
export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends SocketServer<Listen, Emit, ServerSide, Data> {
  #httpServer: HttpServerLike | undefined;
  #detach: (() => void) | undefined;

  /**
   * Makes a server, and attaches it at once if it is told to what.
   * @param target a port to listen on, an HTTP(S) server to attach to, or the options.
   * @param options win over the defaults; one that is not known has no effect and causes a warning.
   * @throws TypeError when the target is something else, such as an Express app.
   */
  constructor(target?: ListenTarget | Partial<ServerOptions>, options: Partial<ServerOptions> = {}) {
    const listens = isListenTarget(target);
    super(listens || target === undefined ? options : { ...target, ...options }, nodePlatform(), chooseDialect);
    refuseOthers(target);
    if (listens) this.attach(target);
  }

  /** The HTTP server below; undefined until the server is attached. */
  get httpServer(): NativeServer {
    return this.#startedHttpServer();
  }

  /** The engine; undefined until the server is attached. */
  override get engine(): NodeEngine {
    return asNodeEngine(super.engine);
  }

  /** Its type tells what programs find once the server is attached, which nearly all of them do at once. */
  #startedHttpServer(): NativeServer;
  #startedHttpServer(): unknown {
    return this.#httpServer;
  }

  /**
   * Attaches to an HTTP(S) server, or listens on a port.
   *
   * Requests below the path (`/socket.io/` by default) are ours; all others stay with the listeners that the HTTP
   * server has. An HTTP server that is handed in is not started: call its `listen()`.
   * @param target an HTTP(S) server, or a port; 0 takes a free one.
   * @param options win over those given to the constructor.
   * @returns the server.
   * @throws TypeError when the target is something else, such as an Express app.
   * @throws RangeError when an option is out of its range.
   * @example
   * import { createServer } from "node:http";
   * const httpServer = createServer((_request, response) => response.end("hello"));
   * const io = new Server().attach(httpServer, { pingInterval: 10_000 });
   * httpServer.listen(3000);
   */
  attach(target: ListenTarget, options: Partial<ServerOptions> = {}): this {
    refuseOthers(target);
    this.startEngine(options);
    const server = isHttpServer(target) ? target : createServer(notFound);
    this.#httpServer = server;
    this.#detach = attachEngine(this.engine, server, this.opts.serveClient ? { side: serveClient(this.opts) } : {});
    if (!isHttpServer(target)) server.listen(Number(target));
    return this;
  }

  /**
   * As `attach`.
   * @param target an HTTP(S) server, or a port; 0 takes a free one.
   * @param options win over those given to the constructor.
   * @returns the server.
   * @throws RangeError when an option is out of its range.
   * @example
   * const io = new Server({ path: "/chat" });
   * io.listen(3000);
   */
  listen(target: ListenTarget, options: Partial<ServerOptions> = {}): this {
    return this.attach(target, options);
  }

  /**
   * Ends all connections and stops listening.
   *
   * Sockets are disconnected with `server shutting down`. What was emitted before still leaves to clients whose
   * transport takes it now. The HTTP server is closed too, also one that was handed in: at once, or up to a fifth of a
   * second later where a client is between two polls and has its goodbye still to fetch.
   * @param callback called when the HTTP server has closed, with its error if there was one, as where it does not listen.
   * @returns a promise of the same moment, which is not rejected by that error.
   * @example
   * process.once("SIGTERM", () => {
   *   void io.close();
   * });
   */
  async close(callback?: (error?: Error) => void): Promise<void> {
    const server = this.#httpServer;
    const detach = this.#detach;
    this.#detach = undefined;
    await this.stopEngine();
    await this.goodbyesSaid();
    if (server === undefined) callback?.();
    else {
      await new Promise<void>((resolve) => {
        // Attached until the last connection has ended: requests that are on their way still get an answer.
        server.close((error) => {
          callback?.(error);
          resolve();
        });
      });
    }
    detach?.();
  }

  protected override createEngine(options: ServerOptions): NodeEngine {
    return new NodeEngine(options);
  }
}

/** @throws TypeError for an Express app, which is a function and no server, and for servers of other kinds than Node's. */
function refuseOthers(target: unknown): void {
  if (typeof target === "function") {
    throw new TypeError(
      "Cannot attach to a function: pass the HTTP server instead, as in new Server(http.createServer(app))",
    );
  }
  if (isListenTarget(target) || typeof target !== "object" || target === null) return;
  if (typeof Reflect.get(target, "listen") === "function") {
    throw new TypeError("Cannot attach to this server: it is neither an HTTP nor an HTTPS server of Node");
  }
}

/** On Node the server starts no other engine than this one. */
function asNodeEngine(engine: EngineServer): NodeEngine;
function asNodeEngine(engine: unknown): unknown {
  return engine;
}

function notFound(_request: unknown, response: { writeHead(status: number): { end(): unknown } }): void {
  response.writeHead(404).end();
}
