// The official servers, for fleets in which ours stand beside them.
// Rules: the one place of these suites where they are loaded; that they do what is asked of them as ours do is what is tested.

import type { Server } from "@bowline/server";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";

/** Loads the server of socket.io 4.8. */
export function loadOfficialServer(): typeof Server;
export function loadOfficialServer(): unknown {
  return memberOf(requireOfficial("socket.io-v4"), "Server");
}

/** Loads the server of socket.io 2.5. */
export function loadElderServer(): typeof Server;
export function loadElderServer(): unknown {
  return requireOfficial("socket.io-v2");
}
