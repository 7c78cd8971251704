// Completes WebSocket handshakes with the `ws` package or what a program has put in its place, as the engine's options say.
// Place: **bytes** -> node exchange -> websocket carrier
// Rules: a message over the limit is given up while it comes in, before and after it is inflated; headers of the program
//        go along with the answer that completes the handshake.
// Source: docs/protocol/engine-4.md, "WebSocket" and "Compression"

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { DEFAULT_COMPRESSION_THRESHOLD, type EngineOptions } from "../../engine/options.ts";
import { profileOf } from "../../engine/profile.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { MessageWriting } from "./node-websocket.ts";
import { createWebSocketServer } from "./websocket-engine.ts";

type DoorOptions = Pick<EngineOptions, "maxHttpBufferSize" | "perMessageDeflate" | "compat" | "wsEngine">;

/** Where WebSockets come in. */
export interface WebSocketDoor {
  /** How the messages of its connections are written. */
  readonly writing: MessageWriting;
  /** Completes a handshake. @param headers lines to be added to the answer. */
  open(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers: readonly string[],
    opened: (webSocket: WebSocket) => void,
  ): void;
}

function compressFrom({ perMessageDeflate, compat }: DoorOptions): number {
  if (perMessageDeflate === false) return Number.POSITIVE_INFINITY;
  // With a context that lasts from message to message, short ones gain as well: `ws` has the last word.
  if (!profileOf(compat).sparesShortMessages) return 0;
  return (perMessageDeflate === true ? undefined : perMessageDeflate.threshold) ?? DEFAULT_COMPRESSION_THRESHOLD;
}

/** Makes the door of an engine. */
export function createWebSocketDoor(options: DoorOptions): WebSocketDoor {
  const { maxHttpBufferSize, perMessageDeflate } = options;
  const { server, isForeign } = createWebSocketServer(options, {
    noServer: true,
    clientTracking: false,
    maxPayload: maxHttpBufferSize,
    perMessageDeflate:
      typeof perMessageDeflate === "object"
        ? { threshold: DEFAULT_COMPRESSION_THRESHOLD, ...perMessageDeflate }
        : perMessageDeflate,
    skipUTF8Validation: false,
  });
  return {
    writing: { frames: isForeign ? undefined : new FrameWriter(), compressFrom: compressFrom(options) },
    open(req, socket, head, headers, opened) {
      const add = (lines: string[], of: IncomingMessage): void => {
        if (of === req) lines.push(...headers);
      };
      // The handshake is completed before this call returns, and so are the headers.
      if (headers.length > 0) server.on("headers", add);
      server.handleUpgrade(req, socket, head, opened);
      if (headers.length > 0) server.off("headers", add);
    },
  };
}
