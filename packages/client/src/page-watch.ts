// What becomes of the page, or of the network, while a connection is open.
// Place: beside the **session**; the engine asks for it when a connection opens.
// Rules: a network that is gone ends the connection at once; a page that is left ends it in silence, and only on demand.

import { type Cancel, DEAF } from "@bowline/protocol/internal";
import type { EngineOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { Transport } from "./transports/transport.ts";

/** Watches until it is told to stop. */
export function watchPage(
  platform: Platform,
  options: EngineOptions,
  transport: () => Transport | undefined,
  lost: () => void,
): Cancel {
  const stops = [platform.onLeave("offline", lost)];
  if (options.closeOnBeforeunload === true) {
    stops.push(
      platform.onLeave("beforeunload", () => {
        // In silence: the page is going away, and its handlers would only reconnect.
        transport()?.listen(DEAF);
        transport()?.close("flush");
      }),
    );
  }
  return () => {
    for (const stop of stops) stop();
  };
}
