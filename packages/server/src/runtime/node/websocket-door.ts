// Where requests to become a WebSocket come in: which of the two ways of framing takes a connection.
// Place: **bytes** -> node exchange -> websocket carrier
// Rules: we frame ourselves whatever is not compressed, unless a program chose a package for it; compression is the
//        package's, and is for those who ask for it.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@bowline/protocol/internal";
import type { WebSocketPort } from "../../engine/http-exchange.ts";
import type { EngineOptions } from "../../engine/options.ts";
import { createFramingDoor } from "./framing-door.ts";
import { chosenWebSocketEngine } from "./websocket-engine.ts";
import { createWsDoor } from "./ws-door.ts";

/** The options that decide. */
export type DoorOptions = Pick<EngineOptions, "maxHttpBufferSize" | "perMessageDeflate" | "compat" | "wsEngine">;

/** Where WebSockets come in. */
export interface WebSocketDoor {
  /**
   * Completes a handshake, or refuses it.
   * @param head what has come in behind the request.
   * @param headers lines to be added to the answer.
   */
  open(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers: readonly string[],
    opened: (port: WebSocketPort) => void,
  ): void;
}

function offersCompression(req: IncomingMessage): boolean {
  return req.headers["sec-websocket-extensions"]?.includes("permessage-deflate") === true;
}

/** Makes the door of an engine. @throws TypeError when the package that was chosen is not to be had. */
export function createWebSocketDoor(options: DoorOptions, clock: Clock): WebSocketDoor {
  const chosen = chosenWebSocketEngine(options);
  if (chosen !== undefined) return createWsDoor(chosen, options);
  const framing = createFramingDoor(options.maxHttpBufferSize, clock);
  if (options.perMessageDeflate === false) return framing;
  const compressing = createWsDoor("ws", options);
  return {
    open(req, socket, head, headers, opened) {
      const door = offersCompression(req) ? compressing : framing;
      door.open(req, socket, head, headers, opened);
    },
  };
}
