// The query of a request: the engine's own keys, and those of the program.
// Place: **bytes** -> engine server -> handshake
// Rules: application keys may repeat and are a list then; of ours the last one counts; the whole is an object without a
//        prototype, since its keys come from outside.
// Source: docs/protocol/engine-4.md, "Query"

import { eio3, eio4, type ServerEngineDialect } from "@bowline/protocol";
import { createRecord } from "@bowline/protocol/internal";

/** The query of a request: application keys may repeat, ours count once. */
export type Query = Readonly<Record<string, string | string[]>>;

/** What the engine's own query keys say. */
export interface EngineQuery {
  readonly transport: string;
  readonly sid: string;
  readonly base64: boolean;
  /** The index of a client that polls by script elements; undefined for all others. */
  readonly jsonp: string | undefined;
  readonly dialect: ServerEngineDialect;
  /** The whole query, on an object without a prototype. */
  readonly all: Query;
}

const ENGINE_KEYS: ReadonlySet<string> = new Set(["EIO", "transport", "sid", "t", "b64", "j"]);

/** Reads the query of a request target. */
export function parseQuery(target: string): EngineQuery {
  const start = target.indexOf("?");
  const all: Record<string, string | string[]> = createRecord();
  const own = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(start < 0 ? "" : target.slice(start + 1))) {
    const earlier = all[name];
    if (earlier === undefined || ENGINE_KEYS.has(name)) all[name] = value;
    else if (typeof earlier === "string") all[name] = [earlier, value];
    else earlier.push(value);
    if (ENGINE_KEYS.has(name)) own.set(name, value);
  }
  return {
    transport: own.get("transport") ?? "",
    sid: own.get("sid") ?? "",
    base64: (own.get("b64") ?? "") !== "",
    jsonp: own.get("j"),
    dialect: own.get("EIO") === "4" ? eio4 : eio3,
    all,
  };
}
