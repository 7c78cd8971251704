// What Node, Bun and Deno give to the buses.
// Place: handed to bus -> client of Redis

import type { Surroundings } from "../surroundings.ts";

/** The surroundings of a process. */
export const surroundings: Surroundings = {
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  warn: (code, text) => process.emitWarning(text, { code }),
};
