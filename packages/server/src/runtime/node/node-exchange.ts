// Translates requests of node:http into exchanges that the engine understands.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: a declared length over the limit is refused before a byte is kept; an answer is sent once;
//        whatever the client does to its connection, nothing is thrown.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { WebSocket, WebSocketServer } from "ws";
import type {
  BodyResult,
  HttpExchange,
  RequestHead,
  UpgradeExchange,
  WebSocketPort,
} from "../../engine/http-exchange.ts";
import { createNodeWebSocket } from "./node-websocket.ts";

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}

class NodeRequestHead implements RequestHead {
  readonly native: { readonly req: IncomingMessage };
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;

  constructor(req: IncomingMessage) {
    this.native = { req };
    this.method = req.method ?? "GET";
    this.target = req.url ?? "";
    this.remoteAddress = req.socket.remoteAddress ?? "";
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
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  #answered = false;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.head = new NodeRequestHead(req);
    this.#req = req;
    this.#res = res;
    // A client may cut its connection at any moment; that is no error of ours.
    res.on("error", () => undefined);
  }

  body(limit: number): Promise<BodyResult> {
    const req = this.#req;
    return new Promise((resolve) => {
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

  respond(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array = ""): void {
    if (this.#answered) return;
    this.#answered = true;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    this.#res.writeHead(status, { ...headers, "Content-Length": length });
    this.#res.end(body);
    // What the client still sends is read and dropped, so that the connection can be used again.
    this.#req.resume();
  }

  destroy(): void {
    this.#answered = true;
    this.#req.destroy();
  }

  onAborted(listener: () => void): void {
    this.#res.on("close", () => {
      if (!this.#answered) listener();
    });
  }
}

/** A node:http upgrade request. */
export class NodeUpgradeExchange implements UpgradeExchange {
  readonly head: RequestHead;
  readonly #req: IncomingMessage;
  readonly #socket: Duplex;
  readonly #head: Buffer;
  readonly #webSockets: WebSocketServer;
  #settled = false;

  constructor(req: IncomingMessage, socket: Duplex, head: Buffer, webSockets: WebSocketServer) {
    this.head = new NodeRequestHead(req);
    this.#req = req;
    this.#socket = socket;
    this.#head = head;
    this.#webSockets = webSockets;
    // Without a listener from the first moment on, a reset during the handshake would end the process (CVE-2022-41940).
    socket.on("error", () => undefined);
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#socket.destroyed) return;
    this.#webSockets.handleUpgrade(this.#req, this.#socket, this.#head, (webSocket: WebSocket) => {
      opened(createNodeWebSocket(webSocket, this.#socket));
    });
  }

  refuse(message: string): void {
    if (this.#settled) return;
    this.#settled = true;
    const head = [
      "HTTP/1.1 400 Bad Request",
      "Connection: close",
      "Content-type: text/html",
      `Content-Length: ${Buffer.byteLength(message)}`,
    ];
    // A peer that keeps its half open would hold the connection: Node's own time limits end with the upgrade event.
    this.#socket.end(`${head.join("\r\n")}\r\n\r\n${message}`, () => this.#socket.destroy());
  }
}
