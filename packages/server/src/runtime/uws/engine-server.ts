// The engine on an app of uWebSockets.js, for programs that speak Engine.IO alone.
// Place: **bytes** -> engine server -> connection
// Rules: it is the engine of Node, which this package runs on, with one more thing that it can be attached to.

import type { EngineOptions } from "../../engine/options.ts";
import type { HttpServerLike } from "../node/attach-engine.ts";
import { type AttachOptions, NodeEngine } from "../node/engine-server.ts";
import { isUwsApp, type UwsApp } from "./app-types.ts";
import { attachApp, type UwsOptions } from "./attach-app.ts";

/** The engine, to be attached to an app of uWebSockets.js. */
export class UwsEngine extends NodeEngine {
  /**
   * Serves the engine's path on an app; there may be several.
   *
   * Engine middlewares need a request and a response of Node, which such an app has not: with one, everybody is refused.
   * @param app of `App()` or `SSLApp()`; or an HTTP server of Node.
   * @param options win over the engine's.
   * @example
   * import { UwsEngine, type UwsApp } from "@bowline/server/uws";
   * // const app = App(), as uWebSockets.js has it
   * declare const app: UwsApp;
   * const engine = new UwsEngine();
   * engine.attach(app);
   * engine.on("connection", (connection) => connection.send("hello"));
   */
  override attach(
    app: UwsApp | HttpServerLike,
    options: Partial<AttachOptions & UwsOptions & Pick<EngineOptions, "maxHttpBufferSize">> = {},
  ): void {
    if (isUwsApp(app)) attachApp(this, app, { ...this.options, ...options });
    else super.attach(app, options);
  }
}
