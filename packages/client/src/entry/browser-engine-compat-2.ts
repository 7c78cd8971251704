// The engine alone for browsers, in place of engine.io-client 3.
// Place: composition root; the alias package for 2.x imports it as @bowline/client/engine/compat-2.
// Rules: nothing happens at import; what a program may use hangs on the class, which needs no `new`.

import { elderAtHand } from "../elder.ts";
import { startUpgrade } from "../engine-upgrade.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { createEngine2, type Engine2 } from "./engine-compat-2.ts";
import { JSONP } from "./jsonp-transport.ts";
import { WebSocket, XHR } from "./web-transports.ts";

export type { Engine2 };

/** The class, and all that is on it. */
export const Socket: Engine2 = createEngine2(
  createBrowserPlatform({ transports: [], upgrade: startUpgrade, elder: elderAtHand }),
  { polling: XHR, websocket: WebSocket },
  [JSONP],
);
