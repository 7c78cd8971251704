// What programs of a client touch, official and ours, of both generations.
// Place: client packages -> **surface** -> cases
// Rules: the packages are loaded as `unknown`; the guards here look at what all of them can do, and what only one
//        generation has is used by the cases of that generation alone.

import type { Listener, RawEmitter } from "../../../src/peers/raw-surface.ts";
import { isObject } from "../../../src/peers/raw-surface.ts";

/** An emitter of the client. */
export interface ApiEmitter extends RawEmitter {
  off(event?: string, listener?: Listener): unknown;
  removeAllListeners(event?: string): unknown;
  listeners(event: string): readonly unknown[];
  hasListeners(event: string): boolean;
}

/** The connection below a manager. */
export interface ApiEngine extends ApiEmitter {
  readonly id: string;
  readonly readyState: string;
  close(): unknown;
}

/** A manager. */
export interface ApiManager extends ApiEmitter {
  /** Managers of 2.x have none before they open. */
  readonly engine: ApiEngine;
  readonly opts: Record<string, unknown>;
  open(done?: (error?: unknown) => void): unknown;
  socket(namespace: string, options?: object): ApiSocket;
  reconnection(enabled?: boolean): unknown;
  reconnectionAttempts(value?: number): unknown;
  reconnectionDelay(value?: number): unknown;
  reconnectionDelayMax(value?: number): unknown;
  randomizationFactor(value?: number): unknown;
  timeout(value?: number): unknown;
}

/** A socket. */
export interface ApiSocket extends ApiEmitter {
  readonly id?: string;
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly active?: boolean;
  readonly nsp: string;
  readonly io: ApiManager;
  readonly volatile: ApiSocket;
  readonly json?: ApiSocket;
  auth?: unknown;
  sendBuffer: unknown[];
  receiveBuffer: unknown[];
  connect(): ApiSocket;
  open(): ApiSocket;
  disconnect(): ApiSocket;
  close(): ApiSocket;
  compress(compress: boolean): ApiSocket;
  binary(binary: boolean): ApiSocket;
  timeout(ms: number): ApiSocket;
  emit(event: string, ...args: readonly unknown[]): unknown;
  send(...args: readonly unknown[]): unknown;
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
  onAny(listener: Listener): unknown;
  prependAny(listener: Listener): unknown;
  offAny(listener?: Listener): unknown;
  listenersAny(): readonly unknown[];
  onAnyOutgoing(listener: Listener): unknown;
  prependAnyOutgoing(listener: Listener): unknown;
  offAnyOutgoing(listener?: Listener): unknown;
  listenersAnyOutgoing(): readonly unknown[];
}

/** A client package. */
export interface ApiPackage {
  io(url: string, options: object): unknown;
  readonly Manager: new (url: string, options: object) => unknown;
}

function can(value: unknown, methods: readonly string[]): boolean {
  return isObject(value) && methods.every((method) => typeof value[method] === "function");
}

const OF_EMITTERS = ["on", "once", "off", "removeListener", "removeAllListeners", "listeners", "hasListeners"];

/** Whether a value is a client's socket. */
export function isApiSocket(value: unknown): value is ApiSocket {
  return can(value, [...OF_EMITTERS, "connect", "open", "disconnect", "close", "compress", "emit", "send"]);
}

/** Whether a value is a client's manager. */
export function isApiManager(value: unknown): value is ApiManager {
  return can(value, [...OF_EMITTERS, "open", "socket", "reconnection", "reconnectionDelay", "timeout"]);
}

/** Whether a value is a client package, or what hangs on it. */
export function isApiPackage(value: unknown): value is ApiPackage {
  return can(value, ["Manager", "io"]);
}
