// What sets a client for programs of 2.x apart: its settings, and the revision that it calls its own.
// Place: part of the composition roots node-compat-2 and browser-compat-2.
// Rules: what the program asks for wins over the settings; its object is not written to.
// Source: docs/protocol/engine-4.md, "Detecting the revision"

import type { ClientOptions } from "../options.ts";

/** Revision of the Socket.IO protocol that programs of 2.x know. */
export const protocol: number = 4;

/** Begins with the revision of 2.x in the first request, and has the defaults and habits of 2.x. */
const SETTINGS: ClientOptions = { compat: 2, protocol: 3 };

/** The options of a program over those of 2.x. */
export function withCompat2(options: ClientOptions | undefined): ClientOptions {
  return { ...SETTINGS, ...options };
}
