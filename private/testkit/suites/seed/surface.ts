// The part of the packages' API that the founding document speaks of, as programs of every generation see it.
// Place: below the tests of this suite; packages enter it here and nowhere else.
// Rules: the packages of 2.x bring no types, so all are loaded as `unknown`; a guard looks at what a value is, then it
//        has this shape.

import { createRequire } from "node:module";
import { isObject } from "../../src/peers/raw-surface.ts";

/** What has events, in Node and in browsers. */
export interface Emitter {
  on<Arguments extends unknown[]>(event: string, listener: (...args: Arguments) => void): unknown;
  once<Arguments extends unknown[]>(event: string, listener: (...args: Arguments) => void): unknown;
  removeListener<Arguments extends unknown[]>(event: string, listener: (...args: Arguments) => void): unknown;
}

/** The engine of a client. */
export interface ClientEngine extends Emitter {
  readonly id: string;
  readonly readyState: string;
  readonly protocol?: number;
  readonly transport: { readonly name: string };
  close(): unknown;
}

/** A manager. */
export interface ClientManager extends Emitter {
  readonly engine: ClientEngine;
  readonly opts: Record<string, unknown>;
  readonly uri?: string;
  open(done?: (error?: unknown) => void): unknown;
  socket(namespace: string, options?: object): ClientSocket;
  reconnection(): unknown;
  reconnectionAttempts(): unknown;
  reconnectionDelay(): unknown;
  reconnectionDelayMax(): unknown;
  randomizationFactor(): unknown;
  timeout(): unknown;
  close?(): unknown;
  _close?(): unknown;
}

/** A socket of a client. */
export interface ClientSocket extends Emitter {
  readonly id: string;
  readonly nsp: string;
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly active?: boolean;
  readonly io: ClientManager;
  emit(event: string, ...args: unknown[]): unknown;
  send(...args: unknown[]): unknown;
  open(): ClientSocket;
  connect(): ClientSocket;
  close(): ClientSocket;
  disconnect(): ClientSocket;
}

/** The class of managers, which programs of 2.x call like a function. */
export interface ManagerClass {
  new (url?: unknown, options?: object): ClientManager;
  (url?: unknown, options?: object): ClientManager;
}

/** `io` of a client. */
export interface ClientIo {
  (url?: unknown, options?: object): ClientSocket;
  readonly connect: unknown;
  readonly io: unknown;
  readonly protocol: number;
  readonly managers: Record<string, ClientManager>;
  readonly Manager: ManagerClass;
  readonly Socket: new () => ClientSocket;
}

/** The connection below a socket of a server. */
export interface ServerConnection extends Emitter {
  readonly id: string;
  readonly protocol?: number;
  readonly transport: { readonly name: string };
  readonly request: { readonly socket: { readonly authorized?: boolean } };
}

/** A socket of a server. */
export interface ServerSocket extends Emitter {
  readonly id: string;
  readonly nsp: { readonly name: string };
  readonly conn: ServerConnection;
  readonly rooms: Set<string> | Record<string, string>;
  readonly handshake: {
    readonly query: Record<string, string>;
    readonly auth?: Record<string, unknown>;
    readonly headers: Record<string, string>;
    readonly secure: boolean;
  };
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(close?: boolean): unknown;
}

/** A middleware of a server. */
export type Middleware = (socket: ServerSocket, next: (refusal?: Error) => void) => void;

/** A namespace of a server. */
export interface ServerNamespace extends Emitter {
  readonly name: string;
  readonly adapter: { readonly rooms: Map<string, unknown> | Record<string, unknown> };
  use(middleware: Middleware): unknown;
  emit(event: string, ...args: unknown[]): unknown;
}

/** A server. */
export interface SeedServer extends Emitter {
  readonly sockets: ServerNamespace;
  readonly engine: Emitter;
  of(name: string): ServerNamespace;
  use(middleware: Middleware): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  attach(target: unknown, options?: object): unknown;
  listen(target: unknown, options?: object): unknown;
  close(done?: () => void): unknown;
}

/** What `require("socket.io")` gives. */
export interface ServerFactory {
  (target?: unknown, options?: object): SeedServer;
  new (target?: unknown, options?: object): SeedServer;
}

const requirePackage = createRequire(import.meta.url);

function isClientIo(value: unknown): value is ClientIo {
  return typeof value === "function" && isObject(value) && typeof value["Manager"] === "function";
}

function isServerFactory(value: unknown): value is ServerFactory {
  return typeof value === "function";
}

/** Takes a value for `io` of a client. @throws TypeError when it cannot be. */
export function asClientIo(value: unknown, name: string): ClientIo {
  if (!isClientIo(value)) throw new TypeError(`Cannot use "${name}": it is no function with a Manager`);
  return value;
}

/** Takes a value for what makes servers. @throws TypeError when it cannot be. */
export function asServerFactory(value: unknown, name: string): ServerFactory {
  if (!isServerFactory(value)) throw new TypeError(`Cannot use "${name}": it is no function`);
  return value;
}

/** What `require()` gives for a package. */
export function load(name: string): unknown {
  const loaded: unknown = requirePackage(name);
  return loaded;
}
