// The small part of the packages' API that the peers touch, official and ours alike.
// Place: below the peers; the packages enter the suite here and nowhere else.
// Rules: the 2.x packages bring no types and those of 4.x say more than the suite needs, so every package is loaded as
//        `unknown` and this file is the one trust boundary: a guard looks at what a value can do, then it has this shape.

/** A listener as every generation calls it. */
export type Listener = (...args: readonly unknown[]) => void;

/** What Node's EventEmitter and the component emitter of the clients have in common. */
export interface RawEmitter {
  on(event: string, listener: Listener): unknown;
  once(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
}

/** The connection below a server's socket. */
export interface RawConnection extends RawEmitter {
  readonly id: string;
  readonly transport: { readonly name: string; readonly writable: boolean };
}

/** An operator that reaches many sockets. */
export interface RawBroadcast {
  emit(event: string, ...args: readonly unknown[]): unknown;
  to(room: string): RawBroadcast;
  except?(room: string): RawBroadcast;
}

/** A socket on the server. */
export interface RawServerSocket extends RawEmitter {
  readonly id: string;
  readonly connected: boolean;
  readonly nsp: { readonly name: string };
  readonly conn: RawConnection;
  readonly rooms: unknown;
  readonly handshake: { readonly query: object; readonly auth?: unknown; readonly headers: Record<string, unknown> };
  readonly broadcast: RawBroadcast;
  emit(event: string, ...args: readonly unknown[]): unknown;
  join(room: string, joined?: () => void): unknown;
  leave(room: string, left?: () => void): unknown;
  to(room: string): RawBroadcast;
  disconnect(closeConnection?: boolean): unknown;
}

/** A namespace on the server. */
export interface RawNamespace extends RawBroadcast, RawEmitter {
  use(middleware: (socket: unknown, next: (refusal?: Error) => void) => void): unknown;
}

/** A server. */
export interface RawServer {
  readonly engine: RawEmitter;
  of(name: string): RawNamespace;
  close(closed?: () => void): unknown;
}

/** The client's engine. */
export interface RawEngine extends RawEmitter {
  readonly readyState: string;
  readonly transport: { readonly name: string };
}

/** The client's manager. */
export interface RawManager extends RawEmitter {
  readonly engine: RawEngine;
  readonly opts: object;
  socket(namespace: string, options?: object): unknown;
  reconnection(enabled: boolean): unknown;
}

/** A socket on the client. */
export interface RawClientSocket extends RawEmitter {
  readonly id?: string;
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly active?: boolean;
  readonly recovered?: boolean;
  readonly io: RawManager;
  emit(event: string, ...args: readonly unknown[]): unknown;
  send(...args: readonly unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
  close(): unknown;
}

/** A function that makes something out of two arguments, called with or without `new` as the package wants it. */
export type Factory = (first: unknown, options: object) => unknown;

/** Whether a value is a listener or an ack. */
export function isListener(value: unknown): value is Listener {
  return typeof value === "function";
}

/** Whether a value can hold properties. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function can(value: unknown, methods: readonly string[]): boolean {
  return isObject(value) && methods.every((method) => typeof value[method] === "function");
}

/** Whether a value is a server as the peers use it. */
export function isRawServer(value: unknown): value is RawServer {
  return can(value, ["of", "close"]);
}

/** Whether a value is a server's socket as the peers use it. */
export function isRawServerSocket(value: unknown): value is RawServerSocket {
  return can(value, ["on", "once", "removeListener", "emit", "join", "leave", "to", "disconnect"]);
}

/** Whether a value is a connection below a server's socket. */
export function isRawConnection(value: unknown): value is RawConnection {
  return can(value, ["on", "once", "removeListener"]);
}

/** Whether a value is a client's socket as the peers use it. */
export function isRawClientSocket(value: unknown): value is RawClientSocket {
  return can(value, ["on", "once", "removeListener", "emit", "send", "connect", "disconnect", "close"]);
}

/** Whether a value is a client's manager as the peers use it. */
export function isRawManager(value: unknown): value is RawManager {
  return can(value, ["on", "once", "removeListener", "socket", "reconnection"]);
}

/** Whether a value is a function that takes the two arguments of `io()` or of a constructor. */
export function isFactory(value: unknown): value is Factory {
  return typeof value === "function";
}

/** Whether a value can be called with `new` and the two arguments that servers and managers take. */
export function isConstructor(value: unknown): value is new (first: unknown, options: object) => unknown {
  return typeof value === "function";
}

/** Whether a value is a function that makes a parser. */
export function isParserMaker(value: unknown): value is (protocol?: 4 | 5) => unknown {
  return typeof value === "function";
}
