// The head of a request of node:http, while it is answered and for as long as its connection lives.
// Place: **bytes** -> node exchange -> engine server -> connection
// Rules: Node's request is let go of when the connection is made, unless a program has seen it or left something on it;
//        what is known of it is one text, and who asks for the request later gets one that is made of that.

import { IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RequestHead } from "../../engine/http-exchange.ts";
import { type EngineQuery, parseQuery, type Query } from "../../engine/query.ts";
import { headerText, type JoinedHeaders, joinHeaders } from "./joined-headers.ts";

/** Stands between the parts of a head that is kept: no header can have it. */
const SEPARATOR = "\0";
const SECURE = "TLS";

/** What Node itself puts on a request, and we; everything else was left there by somebody. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(new IncomingMessage(new Socket())),
  "parser",
  "_query",
  "res",
]);

/** A request with what middlewares and programs look for on it: its query, and as Express does it, the answer to it. */
interface ShownRequest extends IncomingMessage {
  _query?: Query;
  res?: ServerResponse | undefined;
}

/** For errors of answers that a program goes on writing: it holds nothing. */
function ignore(): void {}

/** Whether a request is one of Node's own class, with nothing on it that is not Node's. */
function isPlain(req: IncomingMessage): boolean {
  return req.constructor === IncomingMessage && Object.keys(req).every((key) => OWN_KEYS.has(key));
}

/** The head of a node:http request. */
export class NodeRequestHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly query: EngineQuery;
  readonly #req: IncomingMessage;
  #res: ServerResponse | undefined;
  #isShown = false;
  /** What is kept of it beyond the answer, which shows this very request until then. */
  #kept: KeptHead | undefined;

  /** @param res the answer to come, where there is one. */
  constructor(req: IncomingMessage, res?: ServerResponse) {
    this.#req = req;
    this.#res = res;
    this.method = req.method ?? "GET";
    this.target = req.url ?? "";
    this.query = parseQuery(this.target);
  }

  get native(): { readonly req: IncomingMessage } {
    if (!this.#isShown) this.#show();
    return { req: this.#req };
  }

  get remoteAddress(): string {
    return this.#req.socket.remoteAddress ?? "";
  }

  get isShown(): boolean {
    return this.#isShown || !isPlain(this.#req);
  }

  get secure(): boolean {
    // As a socket over TLS says of itself; its class would have Node load all of TLS for servers that have none.
    return "encrypted" in this.#req.socket;
  }

  header(name: string): string | undefined {
    return headerText(this.#req.headers[name]);
  }

  headers(): JoinedHeaders {
    return this.#req.headers;
  }

  /** The connection that it came over. */
  get socket(): Socket {
    return this.#req.socket;
  }

  keep(): RequestHead {
    const kept = new KeptHead(this, this.#req);
    if (this.#res !== undefined) {
      kept.current = this;
      this.#kept = kept;
    }
    return kept;
  }

  /** Lets go of the response, which is on its way. */
  answered(): void {
    this.#res = undefined;
    if (this.#kept !== undefined) this.#kept.current = undefined;
    this.#kept = undefined;
    if (!this.#isShown) return;
    const shown: ShownRequest = this.#req;
    shown.res = undefined;
  }

  #show(): void {
    this.#isShown = true;
    const shown: ShownRequest = this.#req;
    shown._query = this.query.all;
    if (this.#res === undefined) return;
    shown.res = this.#res;
    // A program that writes behind an answer makes a mistake, but none that ends the process.
    this.#res.on("error", ignore);
  }
}

/** The head of a request that is over. */
class KeptHead implements RequestHead {
  /** The request, while its answer is still to come: a middleware may want to see both. */
  current: NodeRequestHead | undefined;
  readonly remoteAddress: string;
  /** What programs ask for certificates: the connection of the request, or the one that the session has moved to. */
  #socket: Socket;
  /** Method, target, HTTP version, whether TLS, then the headers as they came: one text is far less memory than many. */
  readonly #text: string;

  constructor(head: RequestHead, req: IncomingMessage) {
    this.remoteAddress = head.remoteAddress;
    this.#socket = req.socket;
    // Looked at now: a connection of HTTP/2 says nothing any more once its request is over.
    const security = head.secure ? SECURE : "";
    this.#text = [head.method, head.target, req.httpVersion, security, ...req.rawHeaders].join(SEPARATOR);
  }

  get method(): string {
    return this.#parts.method;
  }

  get target(): string {
    return this.#parts.target;
  }

  /** The request itself, until it is answered; then one like it, made anew at each look. */
  get native(): { readonly req: IncomingMessage } {
    if (this.current !== undefined) return this.current.native;
    const { method, target, version, rawHeaders } = this.#parts;
    const [major, minor] = version.split(".").map(Number);
    const req = Object.assign(new IncomingMessage(this.#socket), {
      httpVersion: version,
      httpVersionMajor: major,
      httpVersionMinor: minor,
      method,
      url: target,
      rawHeaders,
      complete: true,
      headers: joinHeaders(rawHeaders),
    });
    const shown: ShownRequest = Object.assign(req, { _query: parseQuery(target).all });
    return { req: shown };
  }

  get secure(): boolean {
    return this.#parts.security === SECURE;
  }

  header(name: string): string | undefined {
    return headerText(this.headers()[name]);
  }

  headers(): JoinedHeaders {
    return joinHeaders(this.#parts.rawHeaders);
  }

  moveTo(later: RequestHead): void {
    if (later instanceof NodeRequestHead) this.#socket = later.socket;
  }

  get #parts(): KeptParts {
    const [method = "", target = "", version = "", security = "", ...rawHeaders] = this.#text.split(SEPARATOR);
    return { method, target, version, security, rawHeaders };
  }
}

interface KeptParts {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly security: string;
  readonly rawHeaders: string[];
}
