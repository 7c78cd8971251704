// What Node, Bun and Deno give to the bus.
// Place: handed to bus -> link -> PostgreSQL

import { createHash } from "node:crypto";
import { createSystemClock } from "@bowline/protocol/internal";
import type { Surroundings } from "../surroundings.ts";

const clock = createSystemClock({
  now: () => performance.now(),
  // Connections keep a process alive, timers do not.
  setTimer: (action, ms) => setTimeout(action, ms).unref(),
  clearTimer: (timer: NodeJS.Timeout) => clearTimeout(timer),
  defer: (action) => setImmediate(action),
});

/** The surroundings of a process. */
export const surroundings: Surroundings = {
  clock,
  fraction: () => Math.random(),
  toBase64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  fromBase64: (text) => Buffer.from(text, "base64"),
  digest: (text) => createHash("sha256").update(text).digest("base64url"),
  warn: (code, text) => process.emitWarning(text, { code }),
};
