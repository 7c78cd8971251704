// What programs of a server touch, official and ours, of both generations.
// Place: server packages -> **surface** -> cases
// Rules: packages and what they give are `unknown` until a guard has looked at what they can do; what only one generation
//        has is declared here, too, and used by the cases of that generation alone.

import { isObject } from "../../../src/peers/raw-surface.ts";

/** A listener, middleware or callback as a program writes it. */
export type Listen = (...args: never[]) => unknown;

/** What a middleware calls. */
export type Next = (refusal?: unknown) => void;

/** What a program can do with an emitter of Node. */
export interface ApiEmitter {
  on(event: string, listener: Listen): unknown;
  once(event: string, listener: Listen): unknown;
  off(event: string, listener: Listen): unknown;
  prependListener(event: string, listener: Listen): unknown;
  removeListener(event: string, listener: Listen): unknown;
  removeAllListeners(event?: string): unknown;
  listeners(event: string): readonly unknown[];
  listenerCount(event: string): number;
  eventNames(): readonly unknown[];
  setMaxListeners(count: number): unknown;
  getMaxListeners(): number;
  emit(event: unknown, ...args: readonly unknown[]): unknown;
}

/** A socket as the utility methods give it. */
export interface ApiRemoteSocket {
  readonly id: string;
  readonly handshake: ApiHandshake;
  readonly rooms: ReadonlySet<string>;
  readonly data: Record<string, unknown>;
  emit(event: string, ...args: readonly unknown[]): unknown;
  join(room: unknown): unknown;
  leave(room: unknown): unknown;
  disconnect(closeConnection?: boolean): unknown;
  timeout(ms: number): ApiRemoteSocket;
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** What reaches many sockets: a server, a namespace, an operator. */
export interface ApiBroadcast {
  readonly adapter: ApiAdapter;
  readonly rooms: unknown;
  readonly exceptRooms: unknown;
  readonly flags: Record<string, unknown>;
  readonly volatile: ApiBroadcast;
  readonly local: ApiBroadcast;
  readonly json: ApiBroadcast;
  readonly broadcast: ApiBroadcast;
  to(room: unknown): ApiBroadcast;
  in(room: unknown): ApiBroadcast;
  except(room: unknown): ApiBroadcast;
  compress(compress: boolean): ApiBroadcast;
  binary(binary: boolean): ApiBroadcast;
  timeout(ms: number): ApiBroadcast;
  emit(event: unknown, ...args: readonly unknown[]): unknown;
  send(...args: readonly unknown[]): unknown;
  write(...args: readonly unknown[]): unknown;
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
  clients(done: (error: unknown, ids: readonly string[]) => void): unknown;
  allSockets(): Promise<ReadonlySet<string>>;
  fetchSockets(): Promise<readonly ApiRemoteSocket[]>;
  socketsJoin(room: unknown): unknown;
  socketsLeave(room: unknown): unknown;
  disconnectSockets(closeConnection?: boolean): unknown;
  serverSideEmit(event: string, ...args: readonly unknown[]): unknown;
  serverSideEmitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** A namespace. */
export interface ApiNamespace extends ApiEmitter, Omit<ApiBroadcast, "emit"> {
  readonly name: string;
  readonly server: ApiServer;
  /** A Map in 4.x, an object in 2.x. */
  readonly sockets: object;
  /** 2.x only. */
  readonly connected: object;
  readonly fns: readonly unknown[];
  readonly ids: number;
  use(middleware: (socket: ApiSocket, next: Next) => unknown): unknown;
}

/** A server. */
export interface ApiServer extends Omit<ApiNamespace, "sockets"> {
  sockets: ApiNamespace;
  readonly engine: ApiEngine;
  readonly eio: ApiEngine;
  readonly httpServer: unknown;
  readonly opts: Record<string, unknown>;
  readonly encoder: unknown;
  readonly nsps: Record<string, unknown>;
  readonly _nsps: unknown;
  of(name: unknown, listener?: (socket: ApiSocket) => unknown): ApiNamespace;
  path(path?: string): unknown;
  serveClient(serve?: boolean): unknown;
  connectTimeout(ms?: number): unknown;
  adapter: ApiAdapter & ((factory?: unknown) => unknown);
  origins(origins?: unknown): unknown;
  set(key: string, value: unknown): unknown;
  attach(target: unknown, options?: object): unknown;
  listen(target: unknown, options?: object): unknown;
  bind(engine: unknown): unknown;
  onconnection(connection: unknown): unknown;
  close(closed?: (error?: unknown) => void): unknown;
}

/** What a socket knows of its handshake. */
export interface ApiHandshake {
  readonly headers: Record<string, unknown>;
  readonly time: string;
  readonly address: string;
  readonly xdomain: boolean;
  readonly secure: boolean;
  readonly issued: unknown;
  readonly url: string;
  readonly query: Record<string, unknown>;
  readonly auth: Record<string, unknown>;
}

/** A socket on the server. */
export interface ApiSocket extends ApiEmitter {
  readonly id: string;
  readonly nsp: ApiNamespace;
  readonly server: ApiServer;
  readonly adapter: ApiAdapter;
  readonly client: ApiClientObject;
  readonly conn: ApiConnection;
  readonly request: { readonly headers: Record<string, unknown>; readonly _query: Record<string, unknown> };
  readonly handshake: ApiHandshake;
  readonly data: Record<string, unknown>;
  readonly recovered: boolean;
  readonly connected: boolean;
  readonly disconnected: boolean;
  /** A Set in 4.x, an object in 2.x. */
  readonly rooms: object;
  readonly acks: object;
  readonly fns: readonly unknown[];
  readonly flags: Record<string, unknown>;
  readonly broadcast: ApiBroadcast;
  readonly local: ApiBroadcast;
  readonly volatile: ApiSocket;
  readonly json: ApiSocket;
  onevent: (packet: { data: unknown[]; id?: number }) => unknown;
  ack(id: number): (...args: readonly unknown[]) => void;
  to(room: unknown): ApiBroadcast;
  in(room: unknown): ApiBroadcast;
  except(room: unknown): ApiBroadcast;
  compress(compress: boolean): ApiSocket;
  binary(binary: boolean): ApiSocket;
  timeout(ms: number): ApiSocket;
  send(...args: readonly unknown[]): unknown;
  write(...args: readonly unknown[]): unknown;
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
  join(room: unknown, joined?: (error?: unknown) => void): unknown;
  leave(room: unknown, left?: (error?: unknown) => void): unknown;
  leaveAll(): unknown;
  disconnect(closeConnection?: boolean): unknown;
  error(payload: unknown): unknown;
  packet(packet: object, options?: object): unknown;
  use(middleware: (packet: unknown[], next: Next) => unknown): unknown;
  onAny(listener: Listen): unknown;
  prependAny(listener: Listen): unknown;
  offAny(listener?: Listen): unknown;
  listenersAny(): readonly unknown[];
  onAnyOutgoing(listener: Listen): unknown;
  prependAnyOutgoing(listener: Listen): unknown;
  offAnyOutgoing(listener?: Listen): unknown;
  listenersAnyOutgoing(): readonly unknown[];
}

/** What stands between a connection and its sockets. */
export interface ApiClientObject {
  readonly id: string;
  readonly conn: ApiConnection;
  readonly request: unknown;
  readonly sockets: object;
  readonly nsps: object;
}

/** The connection below sockets. */
export interface ApiConnection extends ApiEmitter {
  readonly id: string;
  readonly protocol: number;
  readonly readyState: string;
  readonly remoteAddress: string;
  readonly request: { readonly headers: Record<string, unknown>; readonly _query: Record<string, unknown> };
  readonly transport: ApiEmitter & { readonly name: string; readonly writable: boolean };
  readonly upgraded: boolean;
  readonly upgrading: boolean;
  readonly server: ApiEngine;
  readonly writeBuffer: readonly unknown[];
  send(data: unknown, options?: object, sent?: () => void): unknown;
  write(data: unknown, options?: object, sent?: () => void): unknown;
  close(discard?: boolean): unknown;
}

/** The engine below a server. */
export interface ApiEngine extends ApiEmitter {
  readonly clients: Record<string, unknown>;
  readonly clientsCount: number;
  readonly opts: Record<string, unknown>;
  pingTimeout: number;
  generateId: (request: { readonly url: string }) => unknown;
  use(middleware: (request: ApiRequest, response: ApiResponse, next: Next) => unknown): unknown;
  handleRequest(request: unknown, response: unknown): unknown;
  handleUpgrade(request: unknown, socket: unknown, head: unknown): unknown;
  attach(target: unknown, options?: object): unknown;
  close(): unknown;
}

/** A request as middlewares and hooks see it. */
export interface ApiRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, unknown>;
  readonly _query: Record<string, unknown>;
}

/** A response as middlewares see it. */
export interface ApiResponse {
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: Record<string, string>): unknown;
  end(body?: string): unknown;
}

/** An adapter, of either contract. */
export interface ApiAdapter extends ApiEmitter {
  readonly nsp: ApiNamespace;
  /** A Map of Sets in 4.x, an object in 2.x. */
  readonly rooms: object;
  readonly sids: object;
  init(): unknown;
  close(): unknown;
  serverCount(): Promise<number>;
  add(id: string, room: string, done?: (error?: unknown) => void): unknown;
  addAll(id: string, rooms: unknown, done?: (error?: unknown) => void): unknown;
  del(id: string, room: string, done?: (error?: unknown) => void): unknown;
  delAll(id: string, done?: (error?: unknown) => void): unknown;
  broadcast(packet: object, options: object): unknown;
  broadcastWithAck(
    packet: object,
    options: object,
    counted: (count: number) => void,
    answered: (answer: unknown) => void,
  ): unknown;
  clients(rooms: readonly string[], done: (error: unknown, ids: readonly string[]) => void): unknown;
  clientRooms(id: string, done: (error: unknown, rooms: unknown) => void): unknown;
  sockets(rooms: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  socketRooms(id: string): ReadonlySet<string> | undefined;
  fetchSockets(options: object): Promise<readonly ApiRemoteSocket[]>;
  addSockets(options: object, rooms: readonly string[]): unknown;
  delSockets(options: object, rooms: readonly string[]): unknown;
  disconnectSockets(options: object, closeConnection: boolean): unknown;
  serverSideEmit(packet: readonly unknown[]): unknown;
  persistSession(session: object): unknown;
  restoreSession(pid: string, offset: string): Promise<unknown>;
}

/** A class that a program derives from. */
export type ApiClass = new (...args: never[]) => object;

/** What `require("socket.io")` gives. */
export interface ApiPackage {
  (...args: readonly unknown[]): unknown;
  new (...args: readonly unknown[]): unknown;
  readonly Server: new (...args: readonly unknown[]) => unknown;
}

/** A socket of an official client. */
export interface ApiClient {
  readonly id?: string;
  readonly connected: boolean;
  readonly recovered?: boolean;
  readonly io: {
    readonly engine: { readonly id: string; close(): unknown; readonly transport: { readonly name: string } };
    once(event: string, listener: Listen): unknown;
    reconnection(enabled: boolean): unknown;
    socket(namespace: string, options?: object): unknown;
  };
  on(event: string, listener: Listen): unknown;
  once(event: string, listener: Listen): unknown;
  emit(event: string, ...args: readonly unknown[]): unknown;
  disconnect(): unknown;
  connect(): unknown;
}

function can(value: unknown, methods: readonly string[]): boolean {
  return isObject(value) && methods.every((method) => typeof value[method] === "function");
}

const OF_EMITTERS = ["on", "once", "removeListener", "removeAllListeners", "listeners", "emit"];

/** Whether a value is a server. */
export function isApiServer(value: unknown): value is ApiServer {
  return can(value, ["on", "of", "use", "close", "emit", "to"]);
}

/** Whether a value is a namespace. */
export function isApiNamespace(value: unknown): value is ApiNamespace {
  return can(value, [...OF_EMITTERS, "use", "to", "in"]);
}

/** Whether a value is a server's socket. */
export function isApiSocket(value: unknown): value is ApiSocket {
  return can(value, [...OF_EMITTERS, "join", "leave", "to", "in", "disconnect", "send"]);
}

/** Whether a value is an engine. */
export function isApiEngine(value: unknown): value is ApiEngine {
  return can(value, ["on", "attach", "close", "handleRequest", "handleUpgrade"]);
}

/** Whether a value is a connection. */
export function isApiConnection(value: unknown): value is ApiConnection {
  return can(value, ["on", "send", "write", "close"]);
}

/** Whether a value is what programs get of the package: a function in both generations, an object in our own package. */
export function isApiPackage(value: unknown): value is ApiPackage {
  return typeof value === "function" || can(value, ["Server"]);
}

/** Whether a value is a client's socket. */
export function isApiClient(value: unknown): value is ApiClient {
  return can(value, ["on", "once", "emit", "connect", "disconnect"]);
}

/** Whether a value can be derived from. */
export function isApiClass(value: unknown): value is ApiClass {
  return typeof value === "function";
}
