// What is used of Bun: the server of `Bun.serve`, and its WebSockets.
// Place: types alone, for the exchanges and the WebSockets of this runtime
// Rules: only members that are used here, so that nobody needs the types of Bun to read ours; where Bun is, they fit its own.

import type { CorkableSocket } from "../corked-websocket.ts";

/** A server of `Bun.serve`. */
export interface BunServer {
  readonly port?: number | undefined;
  readonly hostname?: string | undefined;
  upgrade(request: Request, options: { readonly headers?: Headers; readonly data: unknown }): boolean;
  requestIP(request: Request): { readonly address: string } | null;
  timeout(request: Request, seconds: number): void;
  stop(endsConnections?: boolean): unknown;
}

/** A WebSocket; `data` is what it was upgraded with. */
export interface BunWebSocket extends CorkableSocket {
  readonly data: unknown;
  send(message: string | Uint8Array, compress?: boolean): number;
  close(code?: number, reason?: string): void;
}

/** What `Bun.serve` calls for WebSockets. */
export interface BunWebSocketHandler {
  readonly maxPayloadLength: number;
  readonly backpressureLimit: number;
  readonly idleTimeout: number;
  readonly sendPings: boolean;
  readonly perMessageDeflate: boolean;
  open(ws: BunWebSocket): void;
  message(ws: BunWebSocket, message: string | Uint8Array): void;
  drain(ws: BunWebSocket): void;
  close(ws: BunWebSocket, code: number, reason: string): void;
}

/** Answers requests, as the option `fetch` of `Bun.serve`. */
export type BunFetch = (request: Request, server: BunServer) => Response | undefined | Promise<Response | undefined>;

/** What `Bun.serve` and `export default` take. */
export interface BunHandler {
  readonly fetch: BunFetch;
  readonly websocket: BunWebSocketHandler;
}

/** How a server listens, besides what it answers. */
export interface BunListenOptions {
  readonly port: number;
  readonly hostname?: string;
}

type Serve = (options: BunHandler & BunListenOptions) => BunServer;

/** `Bun.serve`, where this is Bun. */
export function bunServe(): Serve;
export function bunServe(): unknown {
  const bun: unknown = Reflect.get(globalThis, "Bun");
  const serve: unknown = typeof bun === "object" && bun !== null ? Reflect.get(bun, "serve") : undefined;
  if (typeof serve !== "function") {
    throw new TypeError("Cannot listen: this is not Bun; on Node and Deno, import the server from @bowline/server");
  }
  return (options: unknown): unknown => Reflect.apply(serve, bun, [options]);
}
