// The server on an app of uWebSockets.js that a program hands in.
// Place: **bytes** -> engine server -> connection -> server -> namespace -> socket
// Rules: it is the server of Node, which this package runs on, with one more thing that it can be attached to; the app stays
//        the program's, which makes it listen and closes it.

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { ServerOptions } from "../../socket/options.ts";
import { type ListenTarget, Server as NodeServer } from "../node/server.ts";
import { serveFiles } from "../serve-files.ts";
import { isUwsApp, type UwsApp } from "./app-types.ts";
import { attachApp, type UwsOptions } from "./attach-app.ts";
import { UwsEngine } from "./engine-server.ts";

/** Options of the server, and of uWebSockets.js. */
export interface UwsServerOptions extends ServerOptions, UwsOptions {}

/** Parts the options of the package from those of the server, which does not know them. */
function partOptions(options: Partial<UwsServerOptions>): readonly [Partial<ServerOptions>, UwsOptions] {
  const { compression, idleTimeout, maxBackpressure, ...others } = options;
  const given = Object.entries({ compression, idleTimeout, maxBackpressure }).filter(
    ([, value]) => value !== undefined,
  );
  return [others, Object.fromEntries(given)];
}

/**
 * A Socket.IO server that can be attached to an app of uWebSockets.js, and to all that the one for Node can be.
 * @typeParam Listen events that clients send.
 * @typeParam Emit events that the server sends.
 * @typeParam Data what `socket.data` holds.
 * @example
 * import { Server, type UwsApp } from "@bowline/server/uws";
 * // const app = App(), as uWebSockets.js has it
 * declare const app: UwsApp;
 * const io = new Server();
 * io.attachApp(app);
 * io.on("connection", (socket) => {
 *   socket.emit("hello", "world");
 * });
 */
export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends NodeServer<Listen, Emit, ServerSide, Data> {
  #uwsOptions: UwsOptions;

  /**
   * Makes a server, and attaches it at once if it is told to what.
   * @param target a port to listen on, an HTTP(S) server to attach to, or the options; an app goes to `attachApp()`.
   * @param options win over the defaults; one that is not known has no effect and causes a warning.
   * @throws TypeError when the target is something else, such as an Express app.
   */
  constructor(target?: ListenTarget | Partial<UwsServerOptions>, options: Partial<UwsServerOptions> = {}) {
    const isOptions = typeof target === "object" && target !== null && !("listening" in target);
    const [given, uwsOptions] = partOptions(isOptions ? { ...target, ...options } : options);
    super(isOptions ? given : target, given);
    this.#uwsOptions = uwsOptions;
  }

  /**
   * Attaches to an app of uWebSockets.js, before or after it listens.
   *
   * Requests below the path (`/socket.io/` by default) are ours; all others stay with the app's routes. Engine middlewares
   * need a request and a response of Node, which such an app has not: with one, everybody is refused. The app is not closed
   * by `close()`.
   * @param app of `App()` or `SSLApp()`.
   * @param options win over those given to the constructor.
   * @returns the server.
   * @throws TypeError when the app is something else.
   * @throws RangeError when an option is out of its range.
   */
  attachApp(app: UwsApp, options: Partial<UwsServerOptions> = {}): this {
    if (!isUwsApp(app)) throw new TypeError("Cannot attach to this app: it is none of uWebSockets.js");
    const [given, uwsOptions] = partOptions(options);
    this.#uwsOptions = { ...this.#uwsOptions, ...uwsOptions };
    const engine = this.startEngine(given);
    attachApp(engine, app, { ...engine.options, ...this.#uwsOptions }, serveFiles(engine, this.opts));
    return this;
  }

  protected override createEngine(options: ServerOptions): UwsEngine {
    return new UwsEngine(options);
  }
}
