// The types of require("socket.io") in programs of 2.x: callable and constructible, with everything hanging on it.
// Rules: loose, as the types are that such programs were written with; collections are objects by name, and `SocketIO` is
//        known everywhere once a file has imported this one.
import type { IncomingMessage } from "node:http";
import type {
  Connection,
  ServerOptions as CoreServerOptions,
  ListenTarget,
  NativeServer,
  NodeEngine,
  UserValue,
} from "@bowline/server";

/** Options that programs may change until they hand them over. */
type Changeable<Options> = {
  -readonly [Name in keyof Options]?: Options[Name] extends readonly (infer Item)[] ? Item[] : Options[Name];
};

type Listener = (...args: UserValue[]) => void;
type Next = (error?: UserValue) => void;
type Middleware = (socket: io.Socket, next: Next) => void;
type OriginJudge = (origin: string, decide: (error: string | null, welcome: boolean) => void) => void;
type NamespaceMatcher = (name: string, query: UserValue, next: (error: UserValue, welcome: boolean) => void) => void;

interface Io {
  (target?: ListenTarget | io.ServerOptions, options?: io.ServerOptions): io.Server;
  new (target?: ListenTarget | io.ServerOptions, options?: io.ServerOptions): io.Server;
  readonly Server: Io;
  readonly Namespace: abstract new (...parts: never[]) => io.Namespace;
  readonly Socket: abstract new (...parts: never[]) => io.Socket;
  readonly listen: Io;
}

declare const io: Io;

declare namespace io {
  /** Options of a server. */
  interface ServerOptions extends Changeable<Omit<CoreServerOptions, "adapter" | "parser" | "wsEngine">> {
    adapter?: UserValue;
    parser?: UserValue;
    wsEngine?: UserValue;
  }

  /** What emits locally: listeners belong to the main namespace where a server is asked. */
  interface Emitting<Self> {
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
  interface Broadcasting {
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
  interface Server extends Emitting<Namespace>, Broadcasting {
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
  interface Namespace extends Emitting<Namespace>, Broadcasting {
    readonly name: string;
    readonly server: Server;
    readonly sockets: { [id: string]: Socket };
    readonly connected: { [id: string]: Socket };
    readonly adapter: Adapter;
  }

  /** One client in one namespace. */
  interface Socket extends NodeJS.EventEmitter {
    readonly id: string;
    readonly nsp: Namespace;
    readonly server: Server;
    readonly adapter: Adapter;
    readonly request: UserValue;
    readonly client: Client;
    readonly conn: EngineSocket;
    readonly rooms: { [room: string]: string };
    readonly connected: boolean;
    readonly disconnected: boolean;
    readonly handshake: Handshake;
    /** Whatever the program wants to keep with the socket. */
    data: UserValue;
    readonly json: this;
    readonly volatile: this;
    readonly broadcast: this;
    readonly local: this;
    to(room: string): this;
    in(room: string): this;
    use(middleware: (packet: Packet, next: Next) => void): this;
    send(...args: UserValue[]): this;
    write(...args: UserValue[]): this;
    join(rooms: string | string[], callback?: (error?: UserValue) => void): this;
    leave(room: string, callback?: (error?: UserValue) => void): this;
    leaveAll(): void;
    disconnect(close?: boolean): this;
    compress(compress: boolean): this;
    binary(binary: boolean): this;
    error(error: UserValue): void;
  }

  /** An event on its way to its listeners: its name, its arguments, and the ack if there is one. */
  type Packet = [event: string, ...args: UserValue[]];

  /** Details of the handshake. */
  interface Handshake {
    headers: UserValue;
    time: string;
    address: string;
    xdomain: boolean;
    secure: boolean;
    issued: number;
    url: string;
    query: UserValue;
    auth: UserValue;
  }

  /** The members of a room. */
  interface Room {
    sockets: { [id: string]: boolean };
    length: number;
  }

  /** The rooms of a namespace. */
  interface Rooms {
    [room: string]: Room;
  }

  /** What keeps the rooms of a namespace. */
  interface Adapter extends NodeJS.EventEmitter {
    readonly nsp: Namespace;
    readonly rooms: Rooms;
    readonly sids: { [id: string]: { [room: string]: boolean } };
  }

  /** A client with all its sockets. */
  interface Client {
    readonly id: string;
    readonly server: Server;
    readonly conn: EngineSocket;
    readonly request: IncomingMessage;
    readonly sockets: { [id: string]: Socket };
    readonly nsps: { [name: string]: Socket };
  }

  /** The connection below. */
  type EngineSocket = Connection;
}

export = io;
export as namespace SocketIO;
