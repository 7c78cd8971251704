// Translates requests of node:http into exchanges that the engine understands.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: a declared length over the limit is refused before a byte is kept; an answer is sent once, be it ours or that of
//        a middleware; whatever the client does to its connection, nothing is thrown.

import { type IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
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
import { byteLength, encodeBody } from "./compress-body.ts";
import { NodeRequestHead } from "./node-request-head.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import type { WebSocketDoor } from "./websocket-door.ts";

/** For errors of connections that somebody else will notice, or nobody needs to: it holds nothing. */
function ignore(): void {}

/** A node:http request and its response. */
export class NodeExchange implements HttpExchange {
  readonly head: NodeRequestHead;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #isClosing: () => boolean;
  #answered = false;

  /** @param isClosing whether the HTTP server waits for its connections to end. */
  constructor(req: IncomingMessage, res: ServerResponse, isClosing: () => boolean) {
    this.#isClosing = isClosing;
    this.head = new NodeRequestHead(req, res);
    this.#req = req;
    this.#res = res;
  }

  get native(): NativePair {
    return { req: this.head.native.req, res: this.#res };
  }

  get answered(): boolean {
    return this.#answered || this.#res.headersSent;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    // In HTTP/2 connections are nobody's business but the protocol's, and Node warns of who thinks otherwise.
    const isOfConnection = name.toLowerCase() === "connection" && this.#req.httpVersionMajor > 1;
    if (!this.#res.headersSent && !isOfConnection) this.#res.setHeader(name, value);
  }

  body(limit: number, done: (body: BodyResult) => void): void {
    const req = this.#req;
    // Where a middleware has read it there is nothing left to wait for.
    if (req.readableEnded || req.destroyed) done("aborted");
    else if (Number(req.headers["content-length"] ?? 0) > limit) {
      req.resume();
      done("too-large");
    } else readBody(req, limit, done);
  }

  respond(status: number, headers: AnswerHeaders, body: string | Uint8Array = "", compression?: BodyCompression): void {
    // A middleware may have answered, and handed on all the same.
    if (this.answered) return;
    this.#answered = true;
    encodeBody(this.head, body, compression, (encoded, encoding) => this.#write(status, headers, encoding, encoded));
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

  #write(status: number, headers: AnswerHeaders, encoding: AnswerHeaders, body: string | Uint8Array): void {
    const length = byteLength(body);
    // A connection that is kept alive would keep a server from closing until it has been idle for long enough.
    if (this.#isClosing()) this.#res.shouldKeepAlive = false;
    this.#res.writeHead(status, { "Content-Length": length, ...headers, ...encoding });
    // The answers of HTTP/2 have no corks.
    if (length === 0 || this.#req.httpVersionMajor > 1) this.#res.end(body);
    else this.#writeWhole(body);
    this.head.answered();
    // What the client still sends is read and dropped, so that the connection can be used again.
    if (!this.#req.readableEnded) this.#req.resume();
  }

  /** Head and body in one piece: Node's `end(body)` puts an empty one behind it, and a list of pieces is dearer to write. */
  #writeWhole(body: string | Uint8Array): void {
    const isCorked = this.#res.writableCorked > 0;
    this.#res.write(body);
    // Node has corked the connection for the rest of the turn, and there will be no more. The corks of others stay.
    if (!isCorked) this.#res.uncork();
    this.#res.end();
  }
}

/** Reads a body whose declared length is not too large. */
function readBody(req: IncomingMessage, limit: number, done: (body: BodyResult) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isSettled = false;
  const settle = (body: BodyResult): void => {
    if (isSettled) return;
    isSettled = true;
    done(body);
  };
  const abort = (): void => settle("aborted");
  req.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes <= limit) chunks.push(chunk);
    else {
      chunks.length = 0;
      settle("too-large");
    }
  });
  req.on("end", () => settle(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
  req.on("error", abort);
  req.on("close", abort);
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
  /** Whether a WebSocket has taken the connection over. */
  #isOpen = false;
  /** Hears of a peer that leaves, while somebody decides. */
  #leave: (() => void) | undefined;

  constructor(req: IncomingMessage, socket: Duplex, head: Buffer, door: WebSocketDoor) {
    this.head = new NodeRequestHead(req);
    this.#req = req;
    this.#socket = socket;
    this.#head = head;
    this.#door = door;
  }

  /**
   * Begins to listen, in the turn in which the request came: most are decided by then, and need no listeners of ours.
   * Without one a reset during the handshake would end the process (CVE-2022-41940).
   */
  watch(): void {
    if (this.#isOpen) return;
    const socket = this.#socket;
    socket.on("error", ignore);
    if (this.#settled) return;
    // A peer that leaves while somebody decides is noticed by reading alone, or its connection would stay for ever.
    this.#leave = () => socket.destroy();
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
    return { req: this.head.native?.req, res };
  }

  setHeader(name: string, value: string | readonly string[]): void {
    const res = this.#res();
    if (!res.headersSent) res.setHeader(name, value);
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (!this.#settle() || this.#socket.destroyed) return;
    // Middlewares that wait for the head of the answer add to it now, as those that keep sessions do with their cookie.
    this.#response?.writeHead(101);
    this.#door.open(this.#req, this.#socket, this.#head, headerLines(this.#response), (port) => {
      this.#isOpen = true;
      opened(port);
    });
    // The WebSocket listens now; a second listener would be memory that lies idle.
    if (this.#isOpen) this.#socket.off("error", ignore);
  }

  refuse(message: string, isPassing: boolean = false): void {
    if (!this.#settle()) return;
    refuseUpgrade(this.#socket, isPassing ? "503 Service Unavailable" : "400 Bad Request", message);
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
    if (this.#leave !== undefined) this.#socket.off("end", this.#leave);
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
