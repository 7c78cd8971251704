// The head of a request of node:http, while it is answered and for as long as its connection lives.
// Place: **bytes** -> node exchange -> engine server -> connection
// Rules: Node's request is let go of when the connection is made, unless a program has seen it or left something on it;
//        what is known of it is one text, and who asks for the request later gets one that is made of that.

import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { RequestHead } from "../../engine/http-exchange.ts";
import { type EngineQuery, parseQuery } from "../../engine/query.ts";
import { type JoinedHeaders, joinHeaders } from "./joined-headers.ts";

/** Stands between the parts of a head that is kept: no header can have it. */
const SEPARATOR = "\0";

/** What Node itself puts on a request, and we; everything else was left there by somebody. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(new IncomingMessage(new Socket())),
  "parser",
  "_query",
  "res",
]);

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Whether a request is one of Node's own class, with nothing on it that is not Node's. */
function isPlain(req: IncomingMessage): boolean {
  return req.constructor === IncomingMessage && Object.keys(req).every((key) => OWN_KEYS.has(key));
}

/** The head of a node:http request. */
export class NodeRequestHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly query: EngineQuery;
  readonly #req: IncomingMessage;
  #isShown = false;

  constructor(req: IncomingMessage) {
    this.#req = req;
    this.method = req.method ?? "GET";
    this.target = req.url ?? "";
    this.remoteAddress = req.socket.remoteAddress ?? "";
    this.query = parseQuery(this.target);
  }

  get native(): { readonly req: IncomingMessage } {
    if (!this.#isShown) showQuery(this.#req, this.query);
    this.#isShown = true;
    return { req: this.#req };
  }

  get isShown(): boolean {
    return this.#isShown || !isPlain(this.#req);
  }

  get secure(): boolean {
    return this.#req.socket instanceof TLSSocket;
  }

  header(name: string): string | undefined {
    return joined(this.#req.headers[name]);
  }

  headers(): JoinedHeaders {
    return this.#req.headers;
  }

  keep(): RequestHead {
    return new KeptHead(this, this.#req);
  }
}

/** The head of a request that is over. */
class KeptHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  /** HTTP version, then the headers as they came. */
  readonly #text: string;
  readonly #socket: Socket;

  constructor(head: RequestHead, req: IncomingMessage) {
    this.method = head.method;
    this.target = head.target;
    this.remoteAddress = head.remoteAddress;
    this.#text = [req.httpVersion, ...req.rawHeaders].join(SEPARATOR);
    this.#socket = req.socket;
  }

  /** A request like the one that is over, made anew at each look. */
  get native(): { readonly req: IncomingMessage } {
    const [version = "", ...rawHeaders] = this.#text.split(SEPARATOR);
    const [major, minor] = version.split(".").map(Number);
    const req = Object.assign(new IncomingMessage(this.#socket), {
      httpVersion: version,
      httpVersionMajor: major,
      httpVersionMinor: minor,
      method: this.method,
      url: this.target,
      rawHeaders,
      complete: true,
      headers: joinHeaders(rawHeaders),
    });
    showQuery(req, parseQuery(this.target));
    return { req };
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  header(name: string): string | undefined {
    return joined(this.headers()[name]);
  }

  headers(): JoinedHeaders {
    return joinHeaders(this.#text.split(SEPARATOR).slice(1));
  }
}

/** Puts the query where middlewares and programs look for it. */
function showQuery(req: IncomingMessage, query: EngineQuery): void {
  Reflect.set(req, "_query", query.all);
}
