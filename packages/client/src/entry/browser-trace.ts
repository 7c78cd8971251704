// Trace points in browsers: lines on the console where `localStorage.debug` asks for them.
// Place: part of the composition roots with debug output; the others stay silent, and have none of this in their bundles.
// Rules: a page without storage, such as a worker or a sandboxed frame, asks for nothing.

import { createDebugTrace, SILENT, type Trace } from "@bowline/protocol/internal";
import { SCOPES } from "./debug-scopes.ts";

function storedPatterns(): string {
  try {
    return globalThis.localStorage.getItem("debug") ?? "";
  } catch {
    return "";
  }
}

/** The trace of a page. */
export const browserTrace: Trace = createDebugTrace(SILENT, SCOPES, {
  patterns: storedPatterns,
  print(scope, { source: _source, event, args, ...rest }) {
    const values: readonly unknown[] = Array.isArray(args) ? args : [];
    console.debug(scope, ...(event === undefined ? [] : [event]), ...values, ...Object.values(rest));
  },
});
