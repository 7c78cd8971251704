// The query of a request: the engine's own keys, and those of the program.
// Place: **bytes** -> engine server -> handshake
// Rules: application keys may repeat and are a list then; of ours the last one counts; the whole is an object without a
//        prototype, since its keys come from outside.
// Source: docs/protocol/engine-4.md, "Query"

import { eio3, eio4, type ServerEngineDialect } from "@bowline/protocol";
import { createRecord } from "@bowline/protocol/internal";
import type { RequestHead } from "./http-exchange.ts";

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

/** What makes a query more than names and values as they stand: it is read by the platform's rules. */
const ENCODED = /[%+?]/;

/** A query of which the engine's own keys have been read, and the rest only where somebody asks. */
class ReadQuery implements EngineQuery {
  transport = "";
  sid = "";
  base64 = false;
  jsonp: string | undefined;
  dialect: ServerEngineDialect;
  readonly #text: string;
  #all: Query | undefined;

  constructor(text: string, dialect: ServerEngineDialect) {
    this.#text = text;
    this.dialect = dialect;
    // What is encoded may be one of our keys in disguise.
    if (ENCODED.test(text)) for (const [name, value] of new URLSearchParams(text)) this.#read(name, value);
    else this.#split(text);
  }

  get all(): Query {
    this.#all ??= collect(this.#text);
    return this.#all;
  }

  #split(text: string): void {
    let equals = text.indexOf("=");
    for (let from = 0; from < text.length; ) {
      const found = text.indexOf("&", from);
      const end = found < 0 ? text.length : found;
      // Looked for once only where there is none: each part without one would look through all that follows.
      if (equals >= 0 && equals < from) equals = text.indexOf("=", from);
      if (equals >= 0 && equals < end) this.#read(text.slice(from, equals), text.slice(equals + 1, end));
      else if (end > from) this.#read(text.slice(from, end), "");
      from = end + 1;
    }
  }

  /** Of our own keys the last one counts. */
  #read(name: string, value: string): void {
    switch (name) {
      case "transport":
        this.transport = value;
        return;
      case "sid":
        this.sid = value;
        return;
      case "EIO":
        this.dialect = value === "4" ? eio4 : eio3;
        return;
      case "b64":
        this.base64 = value !== "";
        return;
      case "j":
        this.jsonp = value;
        return;
      default:
    }
  }
}

const ENGINE_KEYS: ReadonlySet<string> = new Set(["EIO", "transport", "sid", "t", "b64", "j"]);

function collect(text: string): Query {
  const all: Record<string, string | string[]> = createRecord();
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = all[name];
    if (earlier === undefined || ENGINE_KEYS.has(name)) all[name] = value;
    else if (typeof earlier === "string") all[name] = [earlier, value];
    else earlier.push(value);
  }
  return all;
}

/**
 * Reads the query of a request target.
 * @param dialect that of a client which does not say what it speaks.
 */
export function parseQuery(target: string, dialect: ServerEngineDialect = eio3): EngineQuery {
  const start = target.indexOf("?");
  return new ReadQuery(start < 0 ? "" : target.slice(start + 1), dialect);
}

/** The query of a request: as the runtime has read it, or read now. */
export function queryOf(head: RequestHead): EngineQuery {
  return head.query ?? parseQuery(head.target);
}
