// The server on Bun: listens by `Bun.serve`, or gives what a program hands to it.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: this class only binds the platform-neutral server to Bun; inheritance is used since programs construct it with
//        `new`, extend it and pass it around as one object.

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { EngineServer } from "../../engine/server.ts";
import type { ServerOptions } from "../../socket/options.ts";
import { SocketServer } from "../../socket/server.ts";
import { chooseDialect } from "../dialect-2.ts";
import { nodePlatform } from "../node/platform.ts";
import { serveFiles } from "../serve-files.ts";
import { type BunFetch, type BunHandler, type BunListenOptions, type BunServer, bunServe } from "./bun-types.ts";
import { BunEngine } from "./engine-server.ts";

/**
 * A Socket.IO server for Bun, which serves clients of every generation.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 * @typeParam Data what `socket.data` holds.
 * @example
 * import { Server } from "@bowline/server/bun";
 * const io = new Server();
 * io.on("connection", (socket) => {
 *   socket.emit("hello", "world");
 * });
 * export default { port: 3000, ...io.handler() };
 */
export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends SocketServer<Listen, Emit, ServerSide, Data> {
  #engine: BunEngine | undefined;
  #server: BunServer | undefined;

  /**
   * Makes a server that does not listen yet.
   * @param options win over the defaults; one that is not known has no effect and causes a warning.
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: Partial<ServerOptions> = {}) {
    super(options, nodePlatform(), chooseDialect);
  }

  /** The server of Bun below; undefined until the server listens, or has had its first request. */
  get httpServer(): BunServer | undefined {
    return this.#server ?? this.#engine?.server;
  }

  /** The engine; undefined until the server listens, or `handler()` was called. */
  override get engine(): BunEngine {
    return asBunEngine(super.engine);
  }

  /**
   * What `Bun.serve` takes, and `export default` of a program that Bun runs, for a program that chooses the port or answers
   * requests of its own.
   * @param others answers requests for other paths than ours. @default status 404
   * @example
   * import { Server } from "@bowline/server/bun";
   * const io = new Server();
   * const hello = () => new Response("hello");
   * export default { port: 3000, ...io.handler(hello) };
   */
  handler(others?: BunFetch): BunHandler {
    return this.#handlerOf(this.#engine ?? this.#start({}), others);
  }

  /**
   * Listens on a port.
   * @param port 0 takes a free one, which `io.httpServer.port` tells.
   * @param options win over those given to the constructor; besides, the `hostname` to listen on, and `fetch`, which answers
   *   requests for other paths than ours.
   * @returns the server.
   * @throws RangeError when an option is out of its range.
   * @throws TypeError when this is not Bun.
   */
  listen(
    port: number | string,
    options: Partial<ServerOptions> & Partial<Pick<BunListenOptions, "hostname">> & { readonly fetch?: BunFetch } = {},
  ): this {
    const { hostname, fetch, ...others } = options;
    const serve = bunServe();
    const handler = this.#handlerOf(this.#start(others), fetch);
    this.#server = serve({ ...handler, port: Number(port), ...(hostname !== undefined && { hostname }) });
    return this;
  }

  /**
   * Ends all connections and stops listening, also where `handler()` was given to a server of Bun.
   *
   * Sockets are disconnected with `server shutting down`. What was emitted before still leaves to clients whose transport
   * takes it now; a client that is between two polls has a fifth of a second to fetch its goodbye.
   * @param callback called when that is done.
   * @returns a promise of the same moment.
   */
  async close(callback?: () => void): Promise<void> {
    const server = this.httpServer;
    await this.stopEngine();
    await this.goodbyesSaid();
    await server?.stop();
    callback?.();
  }

  protected override createEngine(options: ServerOptions): BunEngine {
    return new BunEngine(options);
  }

  #start(options: Partial<ServerOptions>): BunEngine {
    this.#engine = asBunEngine(this.startEngine(options));
    return this.#engine;
  }

  #handlerOf(engine: BunEngine, others: BunFetch | undefined): BunHandler {
    return engine.handlerWith(others, serveFiles(engine, this.opts));
  }
}

/** On Bun the server starts no other engine than this one. */
function asBunEngine(engine: EngineServer): BunEngine;
function asBunEngine(engine: unknown): unknown {
  return engine;
}
