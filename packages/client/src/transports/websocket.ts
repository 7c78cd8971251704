// A WebSocket as a carrier: one packet per message.
// Place: bytes -> **transport** -> engine dialect -> session
// Rules: a close of ours carries no status code.
// Source: docs/protocol/engine-4.md, "WebSocket"

import { detectByPackets } from "../detect-by-packets.ts";
import type { OpenWebSocket } from "../platform.ts";
import { ChannelTransport, type OpenChannel } from "./channel.ts";
import { type TransportClass, transportClass } from "./transport.ts";

/** Makes the class of WebSockets over one way to open them. */
export function webSocketOver(openWebSocket: OpenWebSocket): TransportClass {
  const open: OpenChannel = ({ connection, options }, url, events) =>
    openWebSocket({ url, protocols: options.protocols, connection, options }, events);
  return transportClass("websocket", {
    create: (context) => new ChannelTransport("websocket", context, open),
    detect: detectByPackets,
  });
}
