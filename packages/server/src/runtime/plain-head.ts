// The head of a request whose runtime has no request in the form of Node, or takes it away once it has been handed over.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: everything is plain data, so that nothing of the runtime's own request is held; programs see it in the form of
//        Node, since that is what they are written for.

import type { RequestHead } from "../engine/http-exchange.ts";
import { type EngineQuery, parseQuery, type Query } from "../engine/query.ts";

/** What a runtime tells of a request. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly remoteAddress: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
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
  readonly headers: Readonly<Record<string, string>>;
  readonly _query: Query;
  readonly socket: PlainConnection;
  readonly connection: PlainConnection;

  constructor({ method, target, headers, remoteAddress, secure }: RequestFacts, query: Query) {
    this.method = method;
    this.url = target;
    this.headers = headers;
    this._query = query;
    this.socket = { remoteAddress, encrypted: secure };
    this.connection = this.socket;
  }
}

/** The head of such a request. */
export class PlainHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly query: EngineQuery;
  readonly #facts: RequestFacts;
  #native: { readonly req: PlainRequest } | undefined;

  constructor(facts: RequestFacts) {
    this.method = facts.method;
    this.target = facts.target;
    this.remoteAddress = facts.remoteAddress;
    this.secure = facts.secure;
    this.query = parseQuery(facts.target);
    this.#facts = facts;
  }

  /** Made when somebody looks. */
  get native(): { readonly req: unknown } {
    this.#native ??= { req: new PlainRequest(this.#facts, this.query.all) };
    return this.#native;
  }

  header(name: string): string | undefined {
    return this.#facts.headers[name];
  }

  headers(): Readonly<Record<string, string>> {
    return this.#facts.headers;
  }
}
