// The head of a request whose runtime has no request in the form of Node, or takes it away once it has been handed over.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: everything is plain data, so that nothing of the runtime's own request is held; programs see it in the form of
//        Node, since that is what they are written for; who looks for a single header has no object made of all.

import type { RequestHead } from "../engine/http-exchange.ts";
import { type EngineQuery, parseQuery, type Query } from "../engine/query.ts";
import { headerText, type JoinedHeaders, joinHeaders } from "./node/joined-headers.ts";

/** What a runtime tells of a request. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly remoteAddress: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Names in lower case and values in turn; in a text, with a separator between them. */
  readonly headers: readonly string[] | string;
}

/** Stands between names and values: no header can have it. */
const SEPARATOR = "\0";

function listOf({ headers }: RequestFacts): readonly string[] {
  if (typeof headers !== "string") return headers;
  return headers === "" ? [] : headers.split(SEPARATOR);
}

/** What programs see of the connection below a request. */
interface PlainConnection {
  readonly remoteAddress: string;
  readonly encrypted: boolean;
}

/** A request as programs see it: what they read of one of Node's. */
class PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: JoinedHeaders;
  readonly rawHeaders: readonly string[];
  readonly _query: Query;
  readonly socket: PlainConnection;
  readonly connection: PlainConnection;

  constructor(facts: RequestFacts, headers: JoinedHeaders, query: Query) {
    const { method, target, remoteAddress, secure } = facts;
    this.method = method;
    this.url = target;
    this.headers = headers;
    this.rawHeaders = listOf(facts);
    this._query = query;
    this.socket = { remoteAddress, encrypted: secure };
    this.connection = this.socket;
  }
}

/** The head of such a request. */
export class PlainHead implements RequestHead {
  readonly #facts: RequestFacts;
  #query: EngineQuery | undefined;
  #headers: JoinedHeaders | undefined;
  #native: { readonly req: PlainRequest } | undefined;

  constructor(facts: RequestFacts) {
    this.#facts = facts;
  }

  get method(): string {
    return this.#facts.method;
  }

  get target(): string {
    return this.#facts.target;
  }

  get remoteAddress(): string {
    return this.#facts.remoteAddress;
  }

  get secure(): boolean {
    return this.#facts.secure;
  }

  get query(): EngineQuery {
    this.#query ??= parseQuery(this.target);
    return this.#query;
  }

  /** Made when somebody looks. */
  get native(): { readonly req: unknown } {
    this.#native ??= { req: new PlainRequest(this.#facts, this.headers(), this.query.all) };
    return this.#native;
  }

  get isShown(): boolean {
    return this.#native !== undefined;
  }

  header(name: string): string | undefined {
    const { headers } = this.#facts;
    if (typeof headers === "string") return headerText(this.headers()[name]);
    let found: string | undefined;
    for (let at = 0; at < headers.length; at += 2) {
      if (headers[at] !== name) continue;
      if (found !== undefined) return headerText(this.headers()[name]);
      found = headers[at + 1];
    }
    return found;
  }

  headers(): JoinedHeaders {
    this.#headers ??= joinHeaders(listOf(this.#facts));
    return this.#headers;
  }

  /** One text is far less memory than many; what a program has seen stays what it is. */
  keep(): RequestHead {
    if (this.#native !== undefined) return this;
    return new PlainHead({ ...this.#facts, headers: listOf(this.#facts).join(SEPARATOR) });
  }
}
