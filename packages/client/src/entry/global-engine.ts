// The engine for a script tag: a global `eio`, which connects when it is called.
// Place: composition root; the build makes its default export the global.

import type { EngineOptions } from "../options.ts";
import { Socket } from "./browser-engine.ts";

/** Connects to a server; options may stand in the place of its URL. */
export default function eio(uri?: string | EngineOptions, options?: EngineOptions): Socket {
  return new Socket(uri, options);
}
