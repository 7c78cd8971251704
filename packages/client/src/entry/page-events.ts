// What happens to the page or the worker around a client.
// Place: part of the composition roots of browsers.
// Rules: where there is nothing to listen to, as on React Native and Node, nothing is ever told.

import type { Cancel } from "@bowline/protocol/internal";

/** Calls the listener when it happens, until it is told to stop. */
export function listenToPage(event: "offline" | "beforeunload" | "pagehide", listener: () => void): Cancel {
  globalThis.addEventListener?.(event, listener);
  return () => globalThis.removeEventListener?.(event, listener);
}
