// The types of a server and its namespaces in programs of 2.x.
// Rules: loose, as the types are that such programs were written with; collections are objects by name.
import type {
  ServerOptions as CoreServerOptions,
  ListenTarget,
  NativeServer,
  NodeEngine,
  UserValue,
} from "@bowline/server";
import type { Adapter, Next, Socket } from "./socket-types.js";

/** Options that programs may change until they hand them over. */
type Changeable<Options> = {
  -readonly [Name in keyof Options]?: Options[Name] extends readonly (infer Item)[] ? Item[] : Options[Name];
};

type Listener = (...args: UserValue[]) => void;
type Middleware = (socket: Socket, next: Next) => void;
type OriginJudge = (origin: string, decide: (error: string | null, welcome: boolean) => void) => void;
type NamespaceMatcher = (name: string, query: UserValue, next: (error: UserValue, welcome: boolean) => void) => void;

/** Options of a server. */
export interface ServerOptions extends Changeable<Omit<CoreServerOptions, "adapter" | "parser" | "wsEngine">> {
  adapter?: UserValue;
  parser?: UserValue;
  wsEngine?: UserValue;
}

/** What emits locally: listeners belong to the main namespace where a server is asked. */
export interface Emitting<Self> {
  on(event: "connection" | "connect", listener: (socket: Socket) => void): Self;
  on(event: string, listener: Listener): Self;
  once(event: "connection" | "connect", listener: (socket: Socket) => void): Self;
  once(event: string, listener: Listener): Self;
  addListener(event: string, listener: Listener): Self;
  prependListener(event: string, listener: Listener): Self;
  prependOnceListener(event: string, listener: Listener): Self;
  off(event: string, listener: Listener): Self;
  removeListener(event: string, listener: Listener): Self;
  removeAllListeners(event?: string): Self;
  setMaxListeners(count: number): Self;
  getMaxListeners(): number;
  listeners(event: string): Listener[];
  rawListeners(event: string): Listener[];
  listenerCount(event: string): number;
  eventNames(): (string | symbol)[];
}

/** What sends to everybody in a namespace, or in rooms of it. */
export interface Broadcasting {
  readonly json: Namespace;
  readonly volatile: Namespace;
  readonly local: Namespace;
  use(middleware: Middleware): Namespace;
  to(room: string): Namespace;
  in(room: string): Namespace;
  emit(event: string, ...args: UserValue[]): Namespace;
  send(...args: UserValue[]): Namespace;
  write(...args: UserValue[]): Namespace;
  clients(callback: (error: UserValue, ids: string[]) => void): Namespace;
  compress(compress: boolean): Namespace;
  binary(binary: boolean): Namespace;
}

/** The server. */
export interface Server extends Emitting<Namespace>, Broadcasting {
  readonly engine: NodeEngine;
  readonly eio: NodeEngine;
  readonly httpServer: NativeServer;
  readonly nsps: { [name: string]: Namespace };
  sockets: Namespace;
  serveClient(): boolean;
  serveClient(serves: boolean): Server;
  path(): string;
  path(path: string): Server;
  adapter(): UserValue;
  adapter(maker: UserValue): Server;
  origins(): UserValue;
  origins(origins: string | string[] | OriginJudge): Server;
  set(name: string, value: UserValue): Server;
  attach(target: ListenTarget, options?: ServerOptions): Server;
  listen(target: ListenTarget, options?: ServerOptions): Server;
  bind(engine: UserValue): Server;
  onconnection(connection: UserValue): Server;
  of(name: string | RegExp | NamespaceMatcher, listener?: (socket: Socket) => void): Namespace;
  close(callback?: (error?: Error) => void): void;
}

/** A namespace. */
export interface Namespace extends Emitting<Namespace>, Broadcasting {
  readonly name: string;
  readonly server: Server;
  readonly sockets: { [id: string]: Socket };
  readonly connected: { [id: string]: Socket };
  readonly adapter: Adapter;
}
