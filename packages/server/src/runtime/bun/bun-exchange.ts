// Translates requests of `Bun.serve` into exchanges that the engine understands.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: a request is answered by settling a promise, once; a poll may wait for as long as the heartbeat lets it, so Bun's
//        own time limit is lifted for each; a body is read up to the limit and no further.

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
import type { BunServer, BunWebSocket } from "./bun-types.ts";

/** What `send` gives for a message that was dropped. */
const DROPPED = 0;

/** The status of a close frame that says nothing. */
const NO_STATUS = 1000;

/** How messages leave. */
const BUN_WRITING: SocketWriting<BunWebSocket> = {
  write: (ws, data, compress) => ws.send(data, compress) !== DROPPED,
  end: (ws) => ws.close(NO_STATUS),
};

/** Path and query of an address: "scheme://authority/path?query". */
export function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return start < 0 ? "/" : url.slice(start);
}

/** Reads the head of a request. */
export function readHead(request: Request, server: BunServer): RequestHead {
  const { method, url } = request;
  const headers: string[] = [];
  request.headers.forEach((value, name) => void headers.push(name, value));
  return new PlainHead({
    method,
    target: targetOf(url),
    remoteAddress: server.requestIP(request)?.address ?? "",
    secure: url.startsWith("https:"),
    headers,
  });
}

function toHeaders(lines: readonly HeaderLine[]): Headers {
  const headers = new Headers();
  for (const [name, value] of lines) headers.append(name, value);
  return headers;
}

async function readBody(request: Request, limit: number): Promise<BodyResult> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return "too-large";
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(request.body)) {
      bytes += chunk.byteLength;
      if (bytes > limit) return "too-large";
      chunks.push(chunk);
    }
  } catch {
    return "aborted";
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** A body as what it gives when it is read: bytes. */
function chunksOf(body: ReadableStream): AsyncIterable<Uint8Array>;
function chunksOf(body: unknown): unknown {
  return body;
}

/** A request and the promise of its answer. */
export class BunExchange implements HttpExchange {
  readonly head: RequestHead;
  readonly native: undefined;
  /** Settled with the answer. */
  readonly response: Promise<Response>;
  readonly #request: Request;
  readonly #lines = new AnswerLines();
  #answer: (response: Response) => void = () => undefined;
  #state: "waiting" | "answered" | "aborted" = "waiting";

  constructor(request: Request, server: BunServer, head: RequestHead) {
    this.#request = request;
    this.head = head;
    this.response = new Promise((resolve) => {
      this.#answer = resolve;
    });
    server.timeout(request, 0);
  }

  get answered(): boolean {
    return this.#state === "answered";
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#lines.set(name, value);
  }

  body(limit: number, done: (body: BodyResult) => void): void {
    void readBody(this.#request, limit).then(done);
  }

  respond(status: number, headers: AnswerHeaders, body: string | Uint8Array = "", compression?: BodyCompression): void {
    if (this.#state !== "waiting") return;
    this.#state = "answered";
    encodeBody(this.head, body, compression, (encoded, encoding) => {
      const lines = this.#lines.with({ ...headers, ...encoding });
      this.#answer(new Response(BODILESS.has(status) ? null : encoded, { status, headers: toHeaders(lines) }));
    });
  }

  /** Bun ends no connection by itself: the client is told to. */
  destroy(): void {
    this.setHeader("Connection", "close");
    this.respond(400, {});
  }

  onAborted(listener: () => void): void {
    const { signal } = this.#request;
    const leave = (): void => {
      if (this.#state === "answered") return;
      this.#state = "aborted";
      listener();
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
  }
}

/** A request to become a WebSocket, and the promise of what `fetch` gives. */
export class BunUpgradeExchange implements UpgradeExchange {
  readonly head: RequestHead;
  readonly native: undefined;
  /** Settled with nothing once the request has become a WebSocket, with an answer where it does not. */
  readonly response: Promise<Response | undefined>;
  readonly #request: Request;
  readonly #server: BunServer;
  readonly #compressFrom: number;
  readonly #lines = new AnswerLines();
  #answer: (response: Response | undefined) => void = () => undefined;
  #isSettled = false;

  constructor(request: Request, server: BunServer, head: RequestHead, compressFrom: number) {
    this.#request = request;
    this.#server = server;
    this.head = head;
    this.#compressFrom = compressFrom;
    this.response = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#lines.set(name, value);
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (!this.#settle()) return;
    const data = new CorkedWebSocket(BUN_WRITING, this.#compressFrom, opened);
    const lines = this.#lines.with({});
    const headers = lines.length > 0 ? { headers: toHeaders(lines) } : {};
    const isUpgraded = this.#server.upgrade(this.#request, { ...headers, data });
    this.#answer(isUpgraded ? undefined : this.#refusal("Not a WebSocket handshake", 400));
  }

  refuse(message: string, isPassing: boolean = false): void {
    if (this.#settle()) this.#answer(this.#refusal(message, isPassing ? 503 : 400));
  }

  #refusal(message: string, status: number): Response {
    return new Response(message, { status, headers: { Connection: "close", "Content-Type": "text/html" } });
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    return true;
  }
}
