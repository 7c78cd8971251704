// Requests and WebSockets written by hand, for what no client would do and no client shows.
// Place: cases -> **wire** -> TCP on loopback
// Rules: one connection per request; a wait is bounded; a WebSocket keeps what it hears, in order.

import { type IncomingHttpHeaders, request } from "node:http";
import { WebSocket } from "ws";
import { makeLatch, within } from "../../../src/peers/wait-for.ts";

const WAIT_MS = 8000;

/** What is asked. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

/** Asks once; fails when the connection ends without an answer. */
export function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body = "" }: Ask = {},
): Promise<Answer> {
  const answered = new Promise<Answer>((resolve, reject) => {
    const asking = request({ port, host: "127.0.0.1", path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes });
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
  return within(answered, WAIT_MS, `the answer to ${method} ${path}`);
}

/** A WebSocket that speaks what it is told to. */
export interface Wire {
  /** Waits for the next message; "closed" when there will be none. */
  next(): Promise<string>;
  send(message: string | Uint8Array): void;
  /** What was agreed upon beyond the protocol. */
  readonly extensions: string;
  close(): void;
}

/** What became of an attempt to open a WebSocket. */
export type Opening = { readonly wire: Wire } | { readonly status: number; readonly body: string };

/** Opens a WebSocket, or tells how it was refused. */
export function openWire(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Opening> {
  const latch = makeLatch<Opening>(`the opening of ${path}`);
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const heard: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  let isClosed = false;
  const hear = (message: string): void => {
    const wanted = waiting.shift();
    if (wanted === undefined) heard.push(message);
    else wanted(message);
  };
  socket.on("message", (data, isBinary) => {
    const bytes = Array.isArray(data)
      ? Buffer.concat(data)
      : Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data);
    hear(isBinary ? `bytes ${bytes.toString("hex")}` : bytes.toString());
  });
  socket.on("close", () => {
    isClosed = true;
    for (const wanted of waiting.splice(0)) wanted("closed");
  });
  socket.on("error", () => {});
  socket.on("unexpected-response", (_request, response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => latch.open({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
  });
  socket.on("open", () =>
    latch.open({
      wire: {
        next() {
          const first = heard.shift();
          if (first !== undefined) return Promise.resolve(first);
          if (isClosed) return Promise.resolve("closed");
          return within(new Promise<string>((resolve) => waiting.push(resolve)), WAIT_MS, `a message on ${path}`);
        },
        send: (message) => socket.send(message),
        extensions: socket.extensions,
        close: () => socket.terminate(),
      },
    }),
  );
  return latch.wait();
}
