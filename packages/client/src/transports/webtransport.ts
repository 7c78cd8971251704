// WebTransport as a kind of transport: what is to be known of it before one is opened.
// Place: bytes -> **transport** -> engine dialect -> session
// Rules: few servers offer it, so a page need not load what opens one before it does; what cannot be loaded, or opened, is
//        a transport that failed, and the others are tried.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { DEAF, eio4Client as eio4 } from "@bowline/protocol/internal";
import { withoutQuery } from "../connect-error.ts";
import { readHandshake } from "../opening.ts";
import { type Channel, ChannelTransport, type OpenChannel } from "./channel.ts";
import { type Attempt, type TransportClass, type TransportEvents, transportClass } from "./transport.ts";

/** Opens channels by code that is loaded with the first one. */
export function channelsLoadedBy(load: () => Promise<OpenChannel>): OpenChannel {
  return (context, url, events) => {
    let channel: Channel | undefined;
    let isOver = false;
    let isLoaded = false;
    const end = (how: "close" | "discard"): void => {
      isOver = true;
      channel?.[how]();
    };
    load()
      .then((open) => {
        isLoaded = true;
        if (!isOver) channel = open(context, url, events);
      })
      .catch((error: unknown) => {
        const code = isLoaded ? "REQUEST_INVALID" : context.platform.codeOf(error);
        events.failed({ error: withoutQuery(error), code });
        events.ended();
      });
    return {
      send: (...sent) => channel?.send(...sent),
      close: () => end("close"),
      discard: () => end("discard"),
    };
  };
}

/** Only one revision is spoken here. */
function detect(attempt: Attempt): TransportEvents {
  return {
    ...DEAF,
    received: (packet) => attempt.succeed(attempt.transport.dialect, readHandshake(packet), []),
    carrierClosed: (_reason, cause) => attempt.fail(cause, false),
  };
}

/**
 * Makes the class of WebTransport over one way to open channels.
 * @param isThere whether there is such a way here.
 */
export function webTransportOver(openChannel: OpenChannel, isThere: () => boolean): TransportClass {
  return transportClass("webtransport", {
    create: (context) => new ChannelTransport("webtransport", context, openChannel, eio4),
    detect,
    accepts: isThere,
  });
}
