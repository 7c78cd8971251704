// The vocabulary of the differential suite: what a server and a client are, whatever their generation.
// Place: cases -> **peer** -> the packages (official 2.x and 4.x, ours)
// Rules: what the generations call differently is called alike here and translated in server-peers.ts and
//        client-peers.ts only; what only some of them have is optional here, and a case says when it looks at it.

import type { Listener, RawEmitter } from "./raw-surface.ts";

/** Which transports a client may use: one alone, or polling first and then WebSocket. */
export type TransportMode = "polling" | "websocket" | "upgrade";

/** The generation of an API and, for a connection, of its wire: 2 means protocol 3, 4 means protocol 4. */
export type Generation = 2 | 4;

/** The servers there are. */
export type ServerName =
  | "server 2.5"
  | "server 2.5 with a root middleware"
  | "server 3.0"
  | "server 3.1"
  | "server 4.0"
  | "server 4.4"
  | "server 4.8"
  | "server 4.8 with allowEIO3"
  | "our server"
  | "our server without allowEIO3";

/** The clients there are; ours finds the revision by itself or is held to one. */
export type ClientName =
  | "client 2.0"
  | "client 2.4"
  | "client 2.5"
  | "client 3.1"
  | "client 4.0"
  | "client 4.8"
  | "our client"
  | "our client held to protocol 3"
  | "our client held to protocol 4";

/** How a server is started. */
export interface ServerStart {
  /** The port; a free one if absent. */
  readonly port?: number;
  readonly pingIntervalMs?: number;
  readonly pingTimeoutMs?: number;
  /** The most bytes that one message may have. */
  readonly maxHttpBufferSize?: number;
  /** For how long lost sessions are kept; not at all if absent. */
  readonly keptForMs?: number;
}

/** What a socket sees of its handshake. */
export interface HandshakeView {
  readonly query: Readonly<Record<string, unknown>>;
  /** Absent where the server's API has no such thing. */
  readonly auth: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A socket on the server. */
export interface ServerSocket {
  readonly id: string;
  readonly namespace: string;
  readonly connected: boolean;
  /** Names the connection that carries the socket: equal for sockets that share one. */
  readonly connectionId: string;
  readonly transport: string;
  readonly handshake: HandshakeView;
  /** The rooms it is in, sorted, its own id written as `<id>`. */
  rooms(): readonly string[];
  on(event: string, listener: Listener): void;
  emit(event: string, ...args: readonly unknown[]): void;
  join(room: string): Promise<void>;
  leave(room: string): Promise<void>;
  emitToRoom(room: string, event: string, ...args: readonly unknown[]): void;
  broadcast(event: string, ...args: readonly unknown[]): void;
  disconnect(closeConnection: boolean): void;
  /** Resolves when the connection runs over WebSocket. */
  upgraded(): Promise<void>;
  /** Resolves when something could be sent at once: over polling, when a request of the client waits. */
  writable(): Promise<void>;
}

/** What a middleware decides: nothing lets the socket in, a refusal keeps it out. */
export type Verdict = undefined | { readonly message: string; readonly data?: unknown };

/** A server that is listening. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** How many connections were opened since the start. */
  readonly connectionCount: number;
  onConnection(namespace: string, listener: (socket: ServerSocket) => void): void;
  use(namespace: string, judge: (socket: ServerSocket) => Verdict): void;
  emitToRoom(namespace: string, room: string, event: string, ...args: readonly unknown[]): void;
  /** As `emitToRoom`, but for those who are in `except`, too; not there in 2.x. */
  emitToRoomExcept(namespace: string, room: string, except: string, event: string, ...args: readonly unknown[]): void;
  emitToAll(namespace: string, event: string, ...args: readonly unknown[]): void;
  /** Ends the server as its API does. */
  close(): Promise<void>;
  /** Ends it as the death of its process would: every TCP connection is cut, nobody is told. */
  kill(): Promise<void>;
}

/** A kind of server. */
export interface ServerPeer {
  readonly name: ServerName;
  readonly generation: Generation;
  start(options: ServerStart): Promise<RunningServer>;
}

/** How a client connects. */
export interface ClientConnect {
  readonly mode: TransportMode;
  readonly namespace?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Credentials; a 2.x client sends them in the query of its CONNECT, the nearest thing it has. */
  readonly auth?: Readonly<Record<string, string>>;
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Whether it keeps the cookies that it is given; on Node no client of 2.x can. */
  readonly withCredentials?: boolean;
  /** Whether it comes back after a loss, with short delays; otherwise it stays away. */
  /** The certificate of a server that signs its own, as PEM. */
  readonly ca?: string;
  readonly reconnection?: boolean;
  /** How often it sends an event again that is not answered, and after which time; from 4.6 on. */
  readonly retries?: { readonly most: number; readonly afterMs: number };
  /** Whether it uses the connection that an earlier shared socket to the same address made. */
  readonly shared?: boolean;
}

/** What a refused client learns. */
export interface Refusal {
  /** The data given with the refusal, else its message: what every generation tells. */
  readonly payload: unknown;
}

/** A socket on the client. */
export interface ClientSocket {
  readonly id: string | undefined;
  readonly connected: boolean;
  readonly disconnected: boolean;
  /** Absent in 2.x. */
  readonly active: boolean | undefined;
  /** Whether its session was brought back; absent before 4.6. */
  readonly recovered: boolean | undefined;
  readonly transport: string;
  /** Names the manager: equal for sockets that share one. */
  readonly manager: RawEmitter;
  readonly engineState: string;
  on(event: string, listener: Listener): void;
  onRefused(listener: (refusal: Refusal) => void): void;
  emit(event: string, ...args: readonly unknown[]): void;
  send(...args: readonly unknown[]): void;
  connect(): void;
  disconnect(): void;
  /** The other name of `disconnect()`. */
  close(): void;
  /** Resolves when the connection runs over WebSocket. */
  upgraded(): Promise<void>;
  /** Resolves at the next heartbeat. */
  heartbeat(): Promise<void>;
  /** Resolves when the connection of now is closed down to its transport; call it once the engine is open. */
  engineClosed(): Promise<void>;
  /** Gives everything up, whatever the state, so that no timer or TCP connection is left. */
  dispose(): void;
}

/** A kind of client. */
export interface ClientPeer {
  readonly name: ClientName;
  readonly generation: Generation;
  connect(url: string, options: ClientConnect): ClientSocket;
}
