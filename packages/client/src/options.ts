// The options of the client: what a program may set, what holds when it does not, and their resolution per connection.
// Place: read by io, manager and engine whenever a connection is opened, so that late changes count.
// Rules: names are upstream's; the caller's object is never written to; `0` for a delay or a number of attempts means
//        the default, as it always has.

import type { Parser } from "@bowline/protocol";
import type { TransportName } from "@bowline/protocol/internal";
import type { TransportClass } from "./transports/transport.ts";

/** A query as an object, or as it stands in a URL. */
export type Query = string | Readonly<Record<string, unknown>>;

/** Credentials for a namespace, or a function that hands them over at each connection. */
export type Auth = Record<string, unknown> | ((give: (auth: Record<string, unknown>) => void) => void);

/** Options of one connection, for all its transports. */
export interface EngineOptions {
  /** Path of the server's endpoint. @default "/socket.io" */
  readonly path?: string;
  /** Host of the server, where no URL is given. */
  readonly hostname?: string;
  /** As `hostname`. */
  readonly host?: string;
  /** Port of the server, where no URL is given. */
  readonly port?: string | number;
  /** Whether to use TLS, where no URL is given. */
  readonly secure?: boolean;
  /** Parameters for the URL of every request; a query in the URL itself wins. */
  readonly query?: Query;
  /**
   * Transports in the order of preference, by their names or as classes such as `Fetch`; the first one opens the
   * connection. Names that are unknown, or do not work here, are left out.
   * @default ["polling", "websocket", "webtransport"]
   */
  readonly transports?: readonly (TransportName | (string & {}) | TransportClass)[];
  /** Whether to try the next transport when one cannot connect. @default false */
  readonly tryAllTransports?: boolean;
  /** Whether to move on to a better transport once connected. @default true */
  readonly upgrade?: boolean;
  /** Whether to start with WebSocket when it worked the last time. @default false */
  readonly rememberUpgrade?: boolean;
  /** Options for one transport alone, which come before those for all. */
  readonly transportOptions?: Readonly<Record<string, TransportOptions>>;
  /** Headers of the requests; browsers cannot set them on WebSockets. */
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /**
   * Whether cross-site requests of browsers carry cookies. On Node, whether what the server sets is kept while the
   * connection lasts, and sent along with its requests and the WebSocket.
   * @default false; with `compat: 2`, true
   */
  readonly withCredentials?: boolean;
  /** Whether bytes travel as base64 text. @default false */
  readonly forceBase64?: boolean;
  /** Whether each request has a parameter that no cache has seen. @default for polling only */
  readonly timestampRequests?: boolean;
  /** Name of that parameter. @default "t" */
  readonly timestampParam?: string;
  /** Longest time a polling request may take, in milliseconds; 0 for any time. @default 0 */
  readonly requestTimeout?: number;
  /** Subprotocols of the WebSocket. */
  readonly protocols?: string | readonly string[];
  /** Whether the path ends in a slash on the wire. @default true */
  readonly addTrailingSlash?: boolean;
  /** Whether to close the connection in silence when the page is left. @default false */
  readonly closeOnBeforeunload?: boolean;
  /** Whether timers are those from before this package was loaded, where fake ones have been put in their place since. @default false */
  readonly useNativeTimers?: boolean;
  /** Browsers, with `compat: 2`: whether to poll by script elements. @default false */
  readonly forceJSONP?: boolean;
  /** Browsers, with `compat: 2`: whether that may be done. @default true */
  readonly jsonp?: boolean;
  /** Of no effect: Internet Explorer 8 and 9 are not served. */
  readonly enablesXDR?: boolean;
  /** Of no effect: there is no Flash. */
  readonly policyPort?: number;
  /** Of no effect: every transport is tried. */
  readonly onlyBinaryUpgrades?: boolean;
  /** Of no effect: name `NodeXHR` and `NodeWebSocket` as `transports` instead. */
  readonly forceNode?: boolean;
  /**
   * Revision of the Engine.IO protocol: 3 for servers of 2.x, 4 for servers of 3.x and 4.x; `"auto"` finds out. A
   * WebSocket that was asked for 3 has 2 seconds to speak: some servers of 3.x and 4.x open one and stay silent.
   * @default "auto", which asks for 4 first; with `compat: 2`, 3 is asked for first
   */
  readonly protocol?: "auto" | 3 | 4;
  /** Node: whether the process may end while it is connected. @default false */
  readonly autoUnref?: boolean;
  /** Node: agent for the HTTP requests and the WebSocket. */
  readonly agent?: unknown;
  /** Node: certificate and key in one. */
  readonly pfx?: unknown;
  /** Node: private key. */
  readonly key?: unknown;
  /** Node: passphrase of the key. */
  readonly passphrase?: string;
  /** Node: certificate of the client. */
  readonly cert?: unknown;
  /** Node: certificates to trust. */
  readonly ca?: unknown;
  /** Node: cipher suites. */
  readonly ciphers?: string;
  /** Node: whether the server's certificate has to be valid. @default true */
  readonly rejectUnauthorized?: boolean;
  /** Node: tells whether the server's certificate is the one for its host, instead of Node's own rules. */
  readonly checkServerIdentity?: (host: string, certificate: never) => Error | undefined;
  /** Node: local address of the WebSocket. */
  readonly localAddress?: string;
  /** Node: family of addresses that the WebSocket may use, 4 or 6. @default any */
  readonly family?: number;
  /** Node: the `Origin` header of the WebSocket's request. */
  readonly origin?: string;
  /** Node: version of the WebSocket protocol, 8 or 13. @default 13 */
  readonly protocolVersion?: number;
  /** Node: most bytes of one polling answer or one WebSocket message; more of them end the connection. @default 100 MiB */
  readonly maxPayload?: number;
  /** Node: compression of WebSocket messages, off or from a size in bytes on. @default { threshold: 1024 } */
  readonly perMessageDeflate?: boolean | { readonly threshold?: number };
}

/** Options for one transport. What stands here for `webtransport` is handed to the platform's constructor as well. */
export interface TransportOptions extends EngineOptions {
  /** WebTransport: fingerprints of certificates to trust. */
  readonly serverCertificateHashes?: readonly {
    readonly algorithm: string;
    readonly value: ArrayBufferView | ArrayBuffer;
  }[];
  /** WebTransport: whether the connection may be shared. */
  readonly allowPooling?: boolean;
  /** WebTransport: what the connection is good at. */
  readonly congestionControl?: "default" | "throughput" | "low-latency";
  /** WebTransport: whether HTTP/3 has to be had. */
  readonly requireUnreliable?: boolean;
}

/** Options of a Manager. */
export interface ManagerOptions extends EngineOptions {
  /** Whether to connect at once. @default true */
  readonly autoConnect?: boolean;
  /** Whether to use a connection of its own, shared with nobody. @default false */
  readonly forceNew?: boolean;
  /** Whether to share the connection with other namespaces of the same server. @default true */
  readonly multiplex?: boolean;
  /** Whether to reconnect when the connection is lost. @default true */
  readonly reconnection?: boolean;
  /** How many attempts in a row; 0 for any number. @default Infinity */
  readonly reconnectionAttempts?: number;
  /** Delay before the first attempt, in milliseconds; 0 means the default. @default 1000 */
  readonly reconnectionDelay?: number;
  /** Longest delay, in milliseconds; 0 means the default. @default 5000 */
  readonly reconnectionDelayMax?: number;
  /** Share of a delay, 0 to 1, by which it is moved up or down at random. @default 0.5 */
  readonly randomizationFactor?: number;
  /** Longest time an attempt to connect may take, in milliseconds; `false` for any time. @default 20000 */
  readonly timeout?: number | false;
  /**
   * Parser for the packets of Socket.IO; the server needs the same. It decides which servers are spoken to, where the
   * option `protocol` does not: one whose `protocol` is 4, or that tells none and calls back with its frames, those of
   * 2.x; any other those of 3.x and 4.x. A server of another generation is told by `connect_error`, one with another
   * parser by the end of the connection; the error, or the details of `disconnect`, have a `hint`.
   * @default the parser of the server's generation
   */
  readonly parser?: Parser;
  /** Most attachments of one received packet. @default 10 */
  readonly maxAttachments?: number;
  /**
   * Whether servers of 2.x get `auth` for the main namespace as parameters of the URL, their only way to get it. URLs
   * are logged in many places.
   * @default false
   */
  readonly authInQuery?: boolean;
  /**
   * The generation of Socket.IO that the program was written for. 2 restores the defaults and habits of 2.x; `"auto"` and
   * 4 have those of 4.x. Servers of every generation are spoken to in any case: see `protocol`.
   * @default "auto"
   */
  readonly compat?: "auto" | 2 | 4;
}

/** Options of a Socket. */
export interface SocketOptions {
  /** Credentials that the server gets at each connection. */
  readonly auth?: Auth;
  /** Parameters that servers of 2.x get with each connection to a namespace. */
  readonly query?: Query;
  /** Longest time to wait for an acknowledgement, in milliseconds; acknowledgements get an error first then. */
  readonly ackTimeout?: number;
  /**
   * How often an event is sent again when no answer came within `ackTimeout`, or the connection was lost before. With it
   * events are sent one by one, each when the one before was acknowledged or given up; the server has to acknowledge
   * them all. Its handlers may get one twice, unless it is a Bowline server with `connectionStateRecovery`, which tells by the
   * id of an event that it comes again, and answers again. Volatile events are not among them.
   * @default 0, which sends events once
   */
  readonly retries?: number;
  /** Most events that wait to be sent; those beyond it are dropped, which the event `dropped` tells. @default 100000 */
  readonly maxSendBuffer?: number;
  /** Most events that wait for `connect` to be told; as `maxSendBuffer`. @default 100000 */
  readonly maxReceiveBuffer?: number;
}

/** All options of `io()`. */
export interface ClientOptions extends ManagerOptions, SocketOptions {
  /** As `forceNew`. */
  readonly "force new connection"?: boolean;
}

/** Options that can be changed while the client runs, as `socket.io.opts`; the next connection uses them. */
export type LiveOptions = { -readonly [Name in keyof ClientOptions]: ClientOptions[Name] };

/** What holds when a program says nothing. */
export const DEFAULTS: {
  readonly path: string;
  readonly transports: readonly TransportName[];
  readonly reconnectionDelay: number;
  readonly reconnectionDelayMax: number;
  readonly randomizationFactor: number;
  readonly timeout: number;
  readonly maxPayload: number;
  readonly maxBuffer: number;
} = {
  path: "/socket.io",
  transports: ["polling", "websocket", "webtransport"],
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
  timeout: 20_000,
  maxPayload: 100 * 1024 * 1024,
  maxBuffer: 100_000,
};
