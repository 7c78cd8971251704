// Completes WebSocket handshakes with the `ws` package or what a program has put in its place, as the engine's options say.
// Place: **bytes** -> websocket door -> websocket carrier
// Rules: a message over the limit is given up while it comes in, before and after it is inflated; headers of the program
//        go along with the answer that completes the handshake.
// Source: docs/protocol/engine-4.md, "WebSocket" and "Compression"

import type { IncomingMessage } from "node:http";
import { DEFAULT_COMPRESSION_THRESHOLD, type EngineOptions, type WebSocketServerClass } from "../../engine/options.ts";
import { profileOf } from "../../engine/profile.ts";
import { FrameWriter } from "./frame-writer.ts";
import { createNodeWebSocket, type MessageWriting } from "./node-websocket.ts";
import type { DoorOptions, WebSocketDoor } from "./websocket-door.ts";
import { createWebSocketServer } from "./websocket-engine.ts";

function compressFrom({ perMessageDeflate, compat }: Pick<EngineOptions, "perMessageDeflate" | "compat">): number {
  if (perMessageDeflate === false) return Number.POSITIVE_INFINITY;
  // With a context that lasts from message to message, short ones gain as well: `ws` has the last word.
  if (!profileOf(compat).sparesShortMessages) return 0;
  return (perMessageDeflate === true ? undefined : perMessageDeflate.threshold) ?? DEFAULT_COMPRESSION_THRESHOLD;
}

/** Makes a door that a package keeps. @throws TypeError when there is no such package, or it has no server. */
export function createWsDoor(chosen: string | WebSocketServerClass, options: DoorOptions): WebSocketDoor {
  const { maxHttpBufferSize, perMessageDeflate } = options;
  const { server, isForeign } = createWebSocketServer(chosen, {
    noServer: true,
    clientTracking: false,
    maxPayload: maxHttpBufferSize,
    perMessageDeflate:
      typeof perMessageDeflate === "object"
        ? { threshold: DEFAULT_COMPRESSION_THRESHOLD, ...perMessageDeflate }
        : perMessageDeflate,
    skipUTF8Validation: false,
  });
  const writing: MessageWriting = {
    frames: isForeign ? undefined : new FrameWriter(),
    compressFrom: compressFrom(options),
  };
  return {
    open(req, socket, head, headers, opened) {
      const add = (lines: string[], of: IncomingMessage): void => {
        if (of === req) lines.push(...headers);
      };
      // The handshake is completed before this call returns, and so are the headers.
      if (headers.length > 0) server.on("headers", add);
      server.handleUpgrade(req, socket, head, (webSocket) => opened(createNodeWebSocket(webSocket, socket, writing)));
      if (headers.length > 0) server.off("headers", add);
    },
  };
}
