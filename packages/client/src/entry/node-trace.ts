// Trace points on Node: channels of `node:diagnostics_channel`, and lines on the standard error where `DEBUG` asks for them.
// Place: part of the composition root entry/node.ts.
// Rules: the scopes are upstream's, so that a program's way to debug stays; `bowline:*` has every point by its own name.

import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { createDebugTrace, createTrace, type Trace } from "@bowline/protocol/internal";
import { SCOPES } from "./debug-scopes.ts";

/** The details of a message, without the object that told it: it is large, and the scope says what it is. */
function textOf({ source: _source, event, args, ...rest }: Readonly<Record<string, unknown>>): string {
  const values: readonly unknown[] = Array.isArray(args) ? args : [];
  const details = Object.keys(rest).length === 0 ? values : [...values, rest];
  const parts = details.map((value: unknown) => inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }));
  return [...(event === undefined ? [] : [String(event)]), ...parts].join(" ");
}

/** The trace of a Node process. */
export const nodeTrace: Trace = createDebugTrace(createTrace(channel), SCOPES, {
  patterns: () => process.env["DEBUG"] ?? "",
  print: (scope, message) => process.stderr.write(`${new Date().toISOString()} ${scope} ${textOf(message)}\n`),
});
