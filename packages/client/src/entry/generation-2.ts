// What suits programs of 2.x: the settings of their time, the classes that they know, and the revision they call theirs.
// Place: part of the composition roots node-compat-2 and browser-compat-2.
// Rules: what the program asks for wins over the settings; its object is not written to.
// Source: docs/protocol/engine-4.md, "Detecting the revision"

import { LegacyManager } from "../legacy-manager.ts";
import { LegacySocket } from "../legacy-socket.ts";
import type { ClientOptions } from "../options.ts";
import type { Generation } from "./create-client.ts";

/** Begins with the revision of 2.x in the first request, and has the defaults and habits of 2.x. */
const SETTINGS: ClientOptions = { compat: 2, protocol: 3 };

/** What suits programs of 2.x. */
export const GENERATION_2: Generation = {
  protocol: 4,
  Manager: LegacyManager,
  Socket: LegacySocket,
  complete: (options) => ({ ...SETTINGS, ...options }),
};
