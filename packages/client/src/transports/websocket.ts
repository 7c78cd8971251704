// A WebSocket as a carrier: one packet per message.
// Place: bytes -> **transport** -> engine dialect -> session
// Rules: a packet counts as taken when the last of its frames was; a close of ours carries no status code.
// Source: docs/protocol/engine-4.md, "WebSocket"

import { webSocketClosed } from "../connect-error.ts";
import { detectByPackets } from "../detect-by-packets.ts";
import type { OpenWebSocket } from "../platform.ts";
import { createChannelTransport } from "./channel.ts";
import { type Transport, type TransportClass, type TransportContext, transportClass } from "./transport.ts";

/** Makes a transport over one WebSocket. */
export function createWebSocket(context: TransportContext, openWebSocket: OpenWebSocket): Transport {
  const { connection, options } = context;
  return createChannelTransport("websocket", context, (url, events) => {
    const handle = openWebSocket(
      { url, protocols: options.protocols, connection, options },
      {
        ...events,
        closed: (code, reason) =>
          events.ended(webSocketClosed(code, reason), `the WebSocket was closed with code ${code}`),
      },
    );
    return {
      native: handle.native,
      send(batch, taken) {
        for (const outgoing of batch) {
          const { frames, compress } = outgoing;
          for (const [index, { data }] of frames.entries()) {
            const isLast = index === frames.length - 1;
            handle.send(data, compress, isLast ? (error) => taken(outgoing, error) : undefined);
          }
        }
      },
      close: () => handle.close(),
      discard: () => handle.discard(),
    };
  });
}

/** Makes the class of WebSockets over one way to open them. */
export function webSocketOver(openWebSocket: OpenWebSocket): TransportClass {
  return transportClass("websocket", {
    create: (context) => createWebSocket(context, openWebSocket),
    detect: detectByPackets,
  });
}
