// Translates requests of uWebSockets.js into exchanges that the engine understands.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: a request is copied in its callback, since nothing is left of it afterwards; the body is collected from the first
//        moment on, up to the limit, since what nobody takes is lost; a response that was answered or aborted is never
//        touched again, which would end the process; a WebSocket is touched only once its cork has ended.

import { STATUS_CODES } from "node:http";
import type {
  AnswerHeaders,
  BodyCompression,
  BodyResult,
  HttpExchange,
  RequestHead,
  UpgradeExchange,
  WebSocketPort,
} from "../../engine/http-exchange.ts";
import { AnswerLines, BODILESS, type HeaderLine } from "../answer-lines.ts";
import { CorkedWebSocket, type SocketWriting } from "../corked-websocket.ts";
import { encodeBody } from "../node/compress-body.ts";
import { PlainHead } from "../plain-head.ts";
import type { UwsContext, UwsRequest, UwsResponse, UwsWebSocket } from "./app-types.ts";

const IPV4_BYTES = 4;
const MAPPED_PREFIX = "00000000000000000000ffff";

/** What `send` gives for a message that was dropped. */
const DROPPED = 2;

/** How messages leave. */
const UWS_WRITING: SocketWriting<UwsWebSocket> = {
  write: (ws, data, compress) => ws.send(data, typeof data !== "string", compress) !== DROPPED,
  end: (ws) => void ws.end(),
};

/** A remote address in the form of Node. */
function addressText(address: ArrayBuffer): string {
  const bytes = Buffer.from(address);
  if (bytes.byteLength === 0) return "";
  if (bytes.byteLength === IPV4_BYTES) return bytes.join(".");
  const hex = bytes.toString("hex");
  if (hex.startsWith(MAPPED_PREFIX)) return `::ffff:${bytes.subarray(-IPV4_BYTES).join(".")}`;
  const groups = hex.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Copies the head of a request. @param secure whether its app is one of TLS. */
export function readHead(res: UwsResponse, req: UwsRequest, secure: boolean): RequestHead {
  const headers: string[] = [];
  req.forEach((name, value) => void headers.push(name, value));
  const query = req.getQuery();
  return new PlainHead({
    method: req.getMethod().toUpperCase(),
    target: query ? `${req.getUrl()}?${query}` : req.getUrl(),
    remoteAddress: addressText(res.getRemoteAddress()),
    secure,
    headers,
  });
}

function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`;
}

function isOfConnection(name: string): boolean {
  return name.toLowerCase() === "connection";
}

function writeLines(res: UwsResponse, lines: readonly HeaderLine[]): void {
  for (const [name, value] of lines) res.writeHeader(name, value);
}

/** The body of a request while it comes in. */
class BodyCollector {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #result: BodyResult | undefined;
  #taker: ((result: BodyResult) => void) | undefined;

  constructor(res: UwsResponse, head: RequestHead, limit: number) {
    this.#limit = limit;
    if (Number(head.header("content-length") ?? 0) > limit) this.settle("too-large");
    res.onData((chunk, isLast) => this.#took(chunk, isLast));
  }

  /** @param limit most bytes that are welcome, where that is less than what was collected. */
  take(limit: number, taker: (result: BodyResult) => void): void {
    this.#taker = (body) => taker(typeof body !== "string" && body.byteLength > limit ? "too-large" : body);
    if (this.#result !== undefined) this.#taker(this.#result);
  }

  settle(result: BodyResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#chunks.length = 0;
    this.#taker?.(result);
  }

  #took(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.#result !== undefined) return;
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limit) {
      this.settle("too-large");
      return;
    }
    // What is handed over is taken away once this returns.
    if (chunk.byteLength > 0) this.#chunks.push(new Uint8Array(chunk.slice(0)));
    const [only] = this.#chunks;
    if (isLast) this.settle(this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks));
  }
}

/** A request and its response. */
export class UwsExchange implements HttpExchange {
  readonly head: RequestHead;
  readonly native: undefined;
  readonly #res: UwsResponse;
  readonly #lines = new AnswerLines();
  readonly #body: BodyCollector | undefined;
  #state: "waiting" | "answered" | "aborted" = "waiting";
  /** Whether the response is not to be touched any more: an answer may take its time to be compressed. */
  #isGone = false;
  #leavers: (() => void)[] = [];

  /** @param bodyLimit most bytes of a body that are kept. */
  constructor(res: UwsResponse, head: RequestHead, bodyLimit: number) {
    this.#res = res;
    this.head = head;
    res.onAborted(() => this.#aborted());
    if (head.method === "POST") this.#body = new BodyCollector(res, head, bodyLimit);
  }

  get answered(): boolean {
    return this.#state === "answered";
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#lines.set(name, value);
  }

  body(limit: number, done: (body: BodyResult) => void): void {
    if (this.#body === undefined) done(new Uint8Array());
    else this.#body.take(limit, done);
  }

  respond(status: number, headers: AnswerHeaders, body: string | Uint8Array = "", compression?: BodyCompression): void {
    if (this.#state !== "waiting") return;
    this.#state = "answered";
    encodeBody(this.head, body, compression, (encoded, encoding) => {
      this.#write(status, this.#lines.with({ ...headers, ...encoding }), encoded);
    });
  }

  destroy(): void {
    if (this.#isGone) return;
    this.#state = "answered";
    this.#isGone = true;
    this.#res.close();
  }

  onAborted(listener: () => void): void {
    // While somebody took time to decide, the client may have left already.
    if (this.#state === "aborted") listener();
    else this.#leavers.push(listener);
  }

  #write(status: number, lines: readonly HeaderLine[], body: string | Uint8Array): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const isLast = lines.some(([name, value]) => isOfConnection(name) && value.toLowerCase() === "close");
    const others = lines.filter(([name]) => !isOfConnection(name));
    const res = this.#res;
    res.cork(() => {
      res.writeStatus(statusLine(status));
      writeLines(res, others);
      const hasLength = !BODILESS.has(status);
      if (hasLength && this.head.method !== "HEAD") {
        res.end(body, isLast);
        return;
      }
      // The answer to HEAD tells of a body that would be taken for the next answer.
      if (hasLength) res.writeHeader("Content-Length", String(Buffer.byteLength(body)));
      if (isLast) res.writeHeader("Connection", "close");
      res.endWithoutBody();
    });
  }

  #aborted(): void {
    this.#isGone = true;
    this.#body?.settle("aborted");
    if (this.#state === "answered") return;
    this.#state = "aborted";
    const leavers = this.#leavers;
    this.#leavers = [];
    for (const leaver of leavers) leaver();
  }
}

/**
 * The WebSocket that `upgrade` has just made.
 *
 * At the end of its cork the package looks at the response once more, although the upgrade has given back the memory that it
 * looks at: what is allocated meanwhile may stand there, and be taken for "close". So what is called meanwhile is nothing
 * that the engine of JavaScript has yet to compile, or that allocates.
 */
const justOpened: UwsWebSocket[] = [];

/** The handler `open`. */
export const noteOpened: (ws: UwsWebSocket) => unknown = justOpened.push.bind(justOpened);

/** The handler `close`, as far as one is concerned that nobody was told of. @returns whether it was one. */
export function forgetOpened(ws: UwsWebSocket): boolean {
  return justOpened[0] === ws && justOpened.pop() === ws;
}

/** A request to become a WebSocket. */
export class UwsUpgradeExchange implements UpgradeExchange {
  readonly head: RequestHead;
  readonly native: undefined;
  readonly #res: UwsResponse;
  readonly #context: UwsContext;
  readonly #compressFrom: number;
  readonly #lines = new AnswerLines();
  #isSettled = false;

  constructor(res: UwsResponse, head: RequestHead, context: UwsContext, compressFrom: number) {
    this.#res = res;
    this.head = head;
    this.#context = context;
    this.#compressFrom = compressFrom;
    res.onAborted(() => {
      this.#isSettled = true;
    });
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#lines.set(name, value);
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (!this.#settle()) return;
    const port = new CorkedWebSocket(UWS_WRITING, this.#compressFrom, opened);
    const [key, protocol, extensions] = ["key", "protocol", "extensions"].map(
      (name) => this.head.header(`sec-websocket-${name}`) ?? "",
    );
    const res = this.#res;
    res.cork(() => {
      res.writeStatus(statusLine(101));
      writeLines(res, this.#lines.with({}));
      res.upgrade({}, key ?? "", protocol ?? "", extensions ?? "", this.#context);
    });
    const ws = justOpened.pop();
    if (ws === undefined) return;
    ws.port = port;
    port.connected(ws);
  }

  refuse(message: string, isPassing: boolean = false): void {
    if (!this.#settle()) return;
    const res = this.#res;
    res.cork(() => {
      res.writeStatus(statusLine(isPassing ? 503 : 400));
      res.writeHeader("Content-Type", "text/html");
      res.end(message, true);
    });
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    return true;
  }
}
