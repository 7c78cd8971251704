// The query of a request: the engine's own keys, and those of the program.
// Place: **bytes** -> engine server -> handshake
// Rules: application keys may repeat and are a list then; of ours the last one counts; the whole is an object without a
//        prototype, since its keys come from outside, and made when somebody asks: a poll is found by our keys alone.
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

/** Whether a query reads otherwise than it is written: an escape, or a question mark that does not count. */
function hasEscapes(text: string): boolean {
  return text.includes("%") || text.includes("+") || text.startsWith("?");
}

class TargetQuery implements EngineQuery {
  transport: string = "";
  sid: string = "";
  base64: boolean = false;
  jsonp: string | undefined;
  dialect: ServerEngineDialect;
  readonly #text: string;
  #all: Query | undefined;

  constructor(target: string, dialect: ServerEngineDialect) {
    this.dialect = dialect;
    const start = target.indexOf("?");
    this.#text = start < 0 ? "" : target.slice(start + 1);
    if (hasEscapes(this.#text)) for (const [name, value] of new URLSearchParams(this.#text)) this.#take(name, value);
    else this.#takeAll(this.#text);
  }

  get all(): Query {
    this.#all ??= readAll(this.#text);
    return this.#all;
  }

  /** Takes the pairs of a query that has no escapes. */
  #takeAll(text: string): void {
    for (let at = 0; at < text.length; ) {
      const next = text.indexOf("&", at);
      const end = next < 0 ? text.length : next;
      const equals = text.indexOf("=", at);
      if (equals >= 0 && equals < end) this.#take(text.slice(at, equals), text.slice(equals + 1, end));
      else this.#take(text.slice(at, end), "");
      at = end + 1;
    }
  }

  #take(name: string, value: string): void {
    switch (name) {
      case "sid":
        this.sid = value;
        break;
      case "transport":
        this.transport = value;
        break;
      case "EIO":
        this.dialect = value === "4" ? eio4 : eio3;
        break;
      case "b64":
        this.base64 = value !== "";
        break;
      case "j":
        this.jsonp = value;
        break;
      default:
      // The program's.
    }
  }
}

function readAll(text: string): Query {
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
  return new TargetQuery(target, dialect);
}
