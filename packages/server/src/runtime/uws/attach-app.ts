// Connects the engine to an app of uWebSockets.js: requests below the path are ours, all others stay with the app's routes.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: WebSockets are bounded as on every runtime: a message by `maxHttpBufferSize`, what waits for a client by the
//        session; that somebody is there is found out by the engine's heartbeat, so there is no other time limit unless the
//        program sets one.
// Source: docs/protocol/engine-4.md, "Query" and "WebSocket"

import { DEFAULT_COMPRESSION_THRESHOLD, type EngineOptions, requestPath } from "../../engine/options.ts";
import type { EngineServer } from "../../engine/server.ts";
import { endError } from "../corked-websocket.ts";
import type { SideExchange } from "../serve-files.ts";
import type { UwsApp, UwsBehavior } from "./app-types.ts";
import { forgetOpened, noteOpened, readHead, UwsExchange, UwsUpgradeExchange } from "./uws-exchange.ts";

/** Options of uWebSockets.js, besides those of the engine. */
export interface UwsOptions {
  /**
   * How WebSocket messages are compressed: `DISABLED`, `SHARED_COMPRESSOR` or one of the others that the package has. It
   * counts in the place of `perMessageDeflate`, of which only the threshold is used.
   * @default DISABLED
   */
  readonly compression?: number;
  /**
   * Seconds without a message, of either side, after which a WebSocket is ended: from 8 to 960, or 0 for never.
   * @default 0
   */
  readonly idleTimeout?: number;
  /**
   * Bytes that may wait in the package for a client that takes none, before it is given up; 0 leaves that to
   * `maxBufferedBytes`.
   * @default 0
   */
  readonly maxBackpressure?: number;
}

/** The seconds that the package takes; others end the process in it. */
const SHORTEST_IDLE = 8;
const LONGEST_IDLE = 960;

/** The apps of TLS tell by their class. */
function isSecure(app: UwsApp): boolean {
  return app.constructor.name.includes("SSL");
}

function toText(message: ArrayBuffer): string {
  return Buffer.from(message).toString();
}

function behaviorOf(engine: EngineServer, secure: boolean, options: EngineOptions & UwsOptions): UwsBehavior {
  const { maxHttpBufferSize, perMessageDeflate, compression = 0, idleTimeout = 0, maxBackpressure = 0 } = options;
  if (idleTimeout !== 0 && !(idleTimeout >= SHORTEST_IDLE && idleTimeout <= LONGEST_IDLE)) {
    const choice = `give 0, or a number from ${SHORTEST_IDLE} to ${LONGEST_IDLE}`;
    throw new RangeError(`Cannot use option idleTimeout "${String(idleTimeout)}": ${choice}`);
  }
  const threshold = typeof perMessageDeflate === "object" ? perMessageDeflate.threshold : undefined;
  const compressFrom = compression === 0 ? Number.POSITIVE_INFINITY : (threshold ?? DEFAULT_COMPRESSION_THRESHOLD);
  return {
    maxPayloadLength: maxHttpBufferSize,
    maxBackpressure,
    idleTimeout,
    sendPingsAutomatically: idleTimeout > 0,
    ...(compression !== 0 && { compression }),
    upgrade: (res, req, context) => {
      engine.handleUpgrade(new UwsUpgradeExchange(res, readHead(res, req, secure), context, compressFrom));
    },
    open: noteOpened,
    message: (ws, message, isBinary) => {
      // Bytes are copied: they are taken away once this returns.
      ws.port?.received(isBinary ? new Uint8Array(message.slice(0)) : toText(message));
    },
    drain: (ws) => ws.port?.drained(),
    close: (ws, code, message) => {
      if (forgetOpened(ws)) return;
      ws.port?.ended(message.byteLength === 0 ? undefined : endError(code, toText(message)));
    },
  };
}

/**
 * Has `engine` serve its path on `app`. Routes cannot be taken back: an engine that is closed refuses who comes.
 * @param side asked first, as for the client's files below the same path.
 * @throws RangeError when the time limit is one that the package does not take.
 */
export function attachApp(
  engine: EngineServer,
  app: UwsApp,
  options: EngineOptions & UwsOptions,
  side: SideExchange = () => false,
): void {
  const path = requestPath(options);
  const secure = isSecure(app);
  const behavior = behaviorOf(engine, secure, options);
  const patterns = path.endsWith("/") ? [`${path}*`] : [path, `${path}/*`];
  for (const pattern of patterns) {
    app.any(pattern, (res, req) => {
      const exchange = new UwsExchange(res, readHead(res, req, secure), options.maxHttpBufferSize);
      if (!side(exchange)) engine.handleRequest(exchange);
    });
    app.ws(pattern, behavior);
  }
}
