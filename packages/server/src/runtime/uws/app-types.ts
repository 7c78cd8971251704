// What is used of uWebSockets.js, whose app a program makes and hands in: no package of ours depends on it.
// Place: types alone, for the exchanges and the WebSockets of this runtime
// Rules: only members that every version since 20.0 has; a request is valid in its callback alone, a response until it is
//        answered or aborted, a WebSocket until its `close`.

import type { CorkableSocket, CorkedWebSocket } from "../corked-websocket.ts";

/** Text or bytes, as the package takes both. */
export type UwsText = string | ArrayBuffer | Uint8Array;

/** A request. */
export interface UwsRequest {
  getMethod(): string;
  getUrl(): string;
  getQuery(): string | undefined;
  getHeader(lowerCaseName: string): string;
  forEach(visit: (lowerCaseName: string, value: string) => void): void;
}

/** What answers it. */
export interface UwsResponse {
  writeStatus(status: string): unknown;
  writeHeader(name: string, value: string): unknown;
  end(body?: UwsText, closesConnection?: boolean): unknown;
  /** With arguments it announces a body that never comes, also where they are undefined. */
  endWithoutBody(): unknown;
  close(): unknown;
  cork(write: () => void): unknown;
  onAborted(listener: () => void): unknown;
  onData(listener: (chunk: ArrayBuffer, isLast: boolean) => void): unknown;
  getRemoteAddress(): ArrayBuffer;
  upgrade(userData: object, key: string, protocol: string, extensions: string, context: UwsContext): unknown;
}

/** What an upgrade is completed with; nothing of it is looked at. */
export type UwsContext = object;

/** A WebSocket: one object from its `open` to its `close`, which takes members of ours. */
export interface UwsWebSocket extends CorkableSocket {
  /** What the engine knows it by, once it was told of it. */
  port?: CorkedWebSocket<UwsWebSocket>;
  send(message: UwsText, isBinary: boolean, compress: boolean): number;
  end(code?: number): unknown;
}

/** How the WebSockets of a route behave. */
export interface UwsBehavior {
  readonly maxPayloadLength: number;
  readonly maxBackpressure: number;
  readonly idleTimeout: number;
  readonly sendPingsAutomatically: boolean;
  readonly compression?: number;
  readonly upgrade: (res: UwsResponse, req: UwsRequest, context: UwsContext) => void;
  readonly open: (ws: UwsWebSocket) => unknown;
  readonly message: (ws: UwsWebSocket, message: ArrayBuffer, isBinary: boolean) => void;
  readonly drain: (ws: UwsWebSocket) => void;
  readonly close: (ws: UwsWebSocket, code: number, message: ArrayBuffer) => void;
}

/** An app, of `App()` or `SSLApp()`. */
export interface UwsApp {
  any(pattern: string, handler: (res: UwsResponse, req: UwsRequest) => void): unknown;
  ws(pattern: string, behavior: UwsBehavior): unknown;
}

/** Whether a value is such an app. */
export function isUwsApp(value: unknown): value is UwsApp {
  if (typeof value !== "object" || value === null) return false;
  return ["any", "ws", "publish", "listen"].every((name) => typeof Reflect.get(value, name) === "function");
}
