// Translates requests of node:http into exchanges that the engine understands.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: a declared length over the limit is refused before a byte is kept; an answer is sent once, be it ours or that of
//        a middleware; whatever the client does to its connection, nothing is thrown.

import { type IncomingHttpHeaders, type IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { WebSocket } from "ws";
import type {
  AnswerHeaders,
  BodyCompression,
  BodyResult,
  HttpExchange,
  NativePair,
  RequestHead,
  UpgradeExchange,
  WebSocketPort,
} from "../../engine/http-exchange.ts";
import { type EngineQuery, parseQuery } from "../../engine/query.ts";
import { chooseEncoding, compressBody } from "./compress-body.ts";
import { createNodeWebSocket } from "./node-websocket.ts";
import type { WebSocketDoor } from "./websocket-door.ts";

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}

/** For errors of connections that somebody else will notice, or nobody needs to: it holds nothing. */
function ignore(): void {}

/** The head of a node:http request. */
export class NodeRequestHead implements RequestHead {
  readonly native: { readonly req: IncomingMessage };
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly query: EngineQuery;

  constructor(req: IncomingMessage) {
    this.native = { req };
    this.method = req.method ?? "GET";
    this.target = req.url ?? "";
    this.remoteAddress = req.socket.remoteAddress ?? "";
    this.query = parseQuery(this.target);
    // Where middlewares and programs look for it.
    Reflect.set(req, "_query", this.query.all);
  }

  get secure(): boolean {
    return this.native.req.socket instanceof TLSSocket;
  }

  header(name: string): string | undefined {
    return joined(this.native.req.headers[name]);
  }

  headers(): IncomingHttpHeaders {
    return this.native.req.headers;
  }
}

/** A node:http request and its response. */
export class NodeExchange implements HttpExchange {
  readonly head: RequestHead;
  readonly native: NativePair;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #isClosing: () => boolean;
  #answered = false;

  /** @param isClosing whether the HTTP server waits for its connections to end. */
  constructor(req: IncomingMessage, res: ServerResponse, isClosing: () => boolean) {
    this.#isClosing = isClosing;
    this.head = new NodeRequestHead(req);
    this.native = { req, res };
    // As Express does it, for middlewares that want to answer; taken back with the answer.
    Reflect.set(req, "res", res);
    this.#req = req;
    this.#res = res;
    // A client may cut its connection at any moment; that is no error of ours.
    res.on("error", ignore);
  }

  get answered(): boolean {
    return this.#answered || this.#res.headersSent;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    // In HTTP/2 connections are nobody's business but the protocol's, and Node warns of who thinks otherwise.
    const isOfConnection = name.toLowerCase() === "connection" && this.#req.httpVersionMajor > 1;
    if (!this.#res.headersSent && !isOfConnection) this.#res.setHeader(name, value);
  }

  body(limit: number): Promise<BodyResult> {
    const req = this.#req;
    return new Promise((resolve) => {
      // Where a middleware has read it there is nothing left to wait for.
      if (req.readableEnded || req.destroyed) {
        resolve("aborted");
        return;
      }
      if (Number(req.headers["content-length"] ?? 0) > limit) {
        req.resume();
        resolve("too-large");
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      req.on("data", (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes <= limit) chunks.push(chunk);
        else {
          chunks.length = 0;
          resolve("too-large");
        }
      });
      req.on("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
      req.on("error", () => resolve("aborted"));
      req.on("close", () => resolve("aborted"));
    });
  }

  respond(status: number, headers: AnswerHeaders, body: string | Uint8Array = "", compression?: BodyCompression): void {
    // A middleware may have answered, and handed on all the same.
    if (this.answered) return;
    this.#answered = true;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    const encoding =
      compression !== undefined && length >= compression.from
        ? chooseEncoding(this.head.header("accept-encoding"))
        : undefined;
    if (encoding === undefined) this.#write(status, headers, body, length);
    else {
      compressBody(encoding, body, compression?.settings ?? {}, (compressed) => {
        if (compressed === undefined) this.#write(status, headers, body, length);
        else this.#write(status, { ...headers, "Content-Encoding": encoding }, compressed, compressed.byteLength);
      });
    }
  }

  destroy(): void {
    this.#answered = true;
    this.#req.destroy();
  }

  onAborted(listener: () => void): void {
    const tell = (): void => {
      if (!this.#answered) listener();
    };
    // While a middleware took its time, the client may have left already.
    if (this.#res.destroyed) tell();
    else this.#res.on("close", tell);
  }

  #write(status: number, headers: AnswerHeaders, body: string | Uint8Array, length: number): void {
    // A connection that is kept alive would keep a server from closing until it has been idle for long enough.
    if (this.#isClosing()) this.#res.shouldKeepAlive = false;
    this.#res.writeHead(status, { "Content-Length": length, ...headers });
    this.#res.end(body);
    Reflect.set(this.#req, "res", undefined);
    // What the client still sends is read and dropped, so that the connection can be used again.
    this.#req.resume();
  }
}

/** A node:http upgrade request. */
export class NodeUpgradeExchange implements UpgradeExchange {
  readonly head: RequestHead;
  readonly #req: IncomingMessage;
  readonly #socket: Duplex;
  readonly #head: Buffer;
  readonly #door: WebSocketDoor;
  /** The headers that go with the end of the handshake, and the way to answer for middlewares, where one has asked. */
  #response: ServerResponse | undefined;
  #settled = false;
  readonly #leave: () => void = () => this.#socket.destroy();

  constructor(req: IncomingMessage, socket: Duplex, head: Buffer, door: WebSocketDoor) {
    this.head = new NodeRequestHead(req);
    this.#req = req;
    this.#socket = socket;
    this.#head = head;
    this.#door = door;
    // Without a listener from the first moment on, a reset during the handshake would end the process (CVE-2022-41940).
    socket.on("error", ignore);
    // A peer that leaves while somebody decides is noticed by reading alone, or its connection would stay for ever.
    socket.once("end", this.#leave);
    socket.read(0);
  }

  get native(): NativePair {
    const res = this.#res();
    // What a middleware answers instead of handing on goes out on the connection, which ends then.
    if (res.socket === null && this.#socket instanceof Socket) {
      res.assignSocket(this.#socket);
      res.shouldKeepAlive = false;
      res.once("finish", () => {
        if (!this.#settled) this.#socket.end(() => this.#socket.destroy());
      });
    }
    return { req: this.#req, res };
  }

  setHeader(name: string, value: string | readonly string[]): void {
    const res = this.#res();
    if (!res.headersSent) res.setHeader(name, value);
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (!this.#settle() || this.#socket.destroyed) return;
    // Middlewares that wait for the head of the answer add to it now, as those that keep sessions do with their cookie.
    this.#response?.writeHead(101);
    this.#door.open(this.#req, this.#socket, this.#head, headerLines(this.#response), (webSocket: WebSocket) => {
      opened(createNodeWebSocket(webSocket, this.#socket, this.#door.writing));
    });
  }

  refuse(message: string, isPassing: boolean = false): void {
    if (!this.#settle()) return;
    const head = [
      `HTTP/1.1 ${isPassing ? "503 Service Unavailable" : "400 Bad Request"}`,
      "Connection: close",
      "Content-type: text/html",
      `Content-Length: ${Buffer.byteLength(message)}`,
    ];
    // A peer that keeps its half open would hold the connection: Node's own time limits end with the upgrade event.
    this.#socket.end(`${head.join("\r\n")}\r\n\r\n${message}`, () => this.#socket.destroy());
  }

  #res(): ServerResponse {
    this.#response ??= new ServerResponse(this.#req);
    return this.#response;
  }

  /** Whether nobody has answered so far; from now on somebody has. */
  #settle(): boolean {
    if (this.#settled || this.#response?.headersSent === true) return false;
    this.#settled = true;
    // The connection outlives the request, and is not to hold it.
    this.#socket.off("end", this.#leave);
    if (this.#response?.socket === this.#socket) this.#response.detachSocket(this.#response.socket);
    return true;
  }
}

/** Headers that were set on a response, as lines of a head. */
function headerLines(response: ServerResponse | undefined): string[] {
  return Object.entries(response?.getHeaders() ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}`),
  );
}
