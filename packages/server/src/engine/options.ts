// Options of the engine: what a program may set, the defaults, and the checks.
// Place: bytes -> engine dialect -> session; read once when the engine is made
// Rules: names are upstream's; defaults are those of 4.x, but that both protocol generations are served; the option
//        `compat` restores those of 2.x; the caller's object is never written to.

import type { TransportName } from "@bowline/protocol/internal";
import type { NativeRequest, NativeResponse } from "../runtime/node/native-types.ts";
import type { AllowedOrigins } from "./allowed-origins.ts";
import { type CookieAttributes, checkCookie } from "./cookie.ts";
import type { CorsDelegate, CorsOptions } from "./cors.ts";
import { profileOf } from "./profile.ts";

/**
 * Decides whether a handshake is welcome: call `decide(null, true)`, or `decide("why not", false)`. The number of one of
 * the engine's error codes in the place of the text gives the answer of that code.
 */
export type AllowRequest = (
  request: NativeRequest,
  decide: (error: string | number | null | undefined, welcome: boolean) => void,
) => void;

/** When and how answers to polls are compressed: besides the threshold, options of the runtime's zlib. */
export interface HttpCompression {
  /** Bytes from which on a body is compressed. @default 1024 */
  readonly threshold?: number;
  /** From 0, not at all, to 9, as small as can be. @default zlib's own */
  readonly level?: number;
  /** How much memory zlib may take, from 1 to 9. @default zlib's own */
  readonly memLevel?: number;
  /** Bits of the window, from 8 to 15. @default zlib's own */
  readonly windowBits?: number;
  /** How zlib looks for what repeats. @default zlib's own */
  readonly strategy?: number;
  /** Bytes of the pieces that zlib works in. @default zlib's own */
  readonly chunkSize?: number;
}

/** When and how WebSocket messages are compressed. */
export interface PerMessageDeflate {
  /**
   * Bytes from which on a message is compressed. Where the context lasts from message to message, which is the default,
   * short ones gain from it and are compressed as well, but with `compat: 2`.
   * @default 1024
   */
  readonly threshold?: number;
  /** Whether the server starts each message anew, which saves memory and costs size. @default false */
  readonly serverNoContextTakeover?: boolean;
  /** Whether the client is asked to do so. @default false */
  readonly clientNoContextTakeover?: boolean;
  /** Most bits of the server's window, 8 to 15. */
  readonly serverMaxWindowBits?: number;
  /** Most bits of the client's window, 8 to 15. */
  readonly clientMaxWindowBits?: number;
  /** How many messages are compressed at the same time. @default 10 */
  readonly concurrencyLimit?: number;
  /** Options of zlib for compressing. */
  readonly zlibDeflateOptions?: object;
  /** Options of zlib for the way back. */
  readonly zlibInflateOptions?: object;
}

/** A class with the interface of the `Server` of the package `ws`. */
export type WebSocketServerClass = new (options: never) => object;

/** Options of the engine. */
export interface EngineOptions {
  /** Path that requests have to start with. @default "/socket.io" for the server, "/engine.io" stand-alone */
  readonly path: string;
  /** Whether a slash is put behind the path. @default true */
  readonly addTrailingSlash: boolean;
  /** Milliseconds between two heartbeats. @default 25000 */
  readonly pingInterval: number;
  /** Milliseconds within which a heartbeat has to be answered. @default 20000 */
  readonly pingTimeout: number;
  /** Milliseconds until an unfinished upgrade is given up. @default 10000 */
  readonly upgradeTimeout: number;
  /** Most bytes of one polling body or WebSocket message. @default 1000000 */
  readonly maxHttpBufferSize: number;
  /** Most bytes that may wait for a client that takes none, before it is given up. @default 16777216 (16 MiB) */
  readonly maxBufferedBytes: number;
  /**
   * Most sessions at the same time; handshakes beyond are refused with status 503, which has clients come back later.
   * @default any number
   */
  readonly maxConnections?: number;
  /**
   * In a cluster: most requests and WebSockets that wait at other nodes, or are relayed to them, at the same time; those
   * beyond are refused with status 503. The same number is what this node serves at most for each of the others.
   * @default 100000
   */
  readonly maxForwarded: number;
  /**
   * Transports on offer. "webtransport" needs an HTTP/3 server of the program, which hands sessions over with
   * `engine.onWebTransportSession()`.
   * @default ["polling", "websocket"]
   */
  readonly transports: readonly TransportName[];
  /** Whether a polling session may move to WebSocket. @default true */
  readonly allowUpgrades: boolean;
  /** Whether clients of generation 2 are served as well (Engine.IO revision 3). @default true */
  readonly allowEIO3: boolean;
  /** Whether clients of generation 2 may poll by script elements, as pages in very old browsers do. @default true */
  readonly jsonp: boolean;
  /** Asked for every handshake, on every transport. @default everybody is welcome */
  readonly allowRequest?: AllowRequest;
  /**
   * Makes the session id, which is not to be guessed; a number counts as its digits. In a cluster nodes find a session by
   * the beginning of the id that they make: with ids of the program, load balancers have to keep a client at one node.
   * @default 20 random characters; in a cluster 16 behind the name of the node
   */
  readonly generateId?: (request: NativeRequest) => string | number | Promise<string | number>;
  /** Sent to every client right behind the open packet; an empty text is none. @default nothing */
  readonly initialPacket?: string | Uint8Array;
  /**
   * Which pages of other origins may read what the server answers, as the options of the package `cors`, or a function
   * that gives them for a request. It writes headers only: it does not keep anybody from opening a WebSocket.
   * @default false; with `compat: 2` every origin, with credentials
   */
  readonly cors: boolean | CorsOptions | CorsDelegate;
  /**
   * Which pages may open a session, on every transport: origins, expressions for them, or a function that decides. It
   * takes no part in `cors`, which says what pages may read. Programs that are no browser say no origin, and are not kept
   * out by this. @default pages of every origin
   */
  readonly allowedOrigins?: AllowedOrigins;
  /** Takes requests of the method OPTIONS, before anybody else; false for nobody. @default the answer that `cors` gives */
  readonly handlePreflightRequest?: ((request: NativeRequest, response: NativeResponse) => void) | false;
  /**
   * Cookie with the session id, which load balancers keep clients together by: its name, or its name and attributes;
   * `true` for the name `io`. The server itself never reads it.
   * @default false; with `compat: 2` the name `io`
   */
  readonly cookie: boolean | string | CookieAttributes;
  /** Path of the cookie where `cookie` is a name; `false` for no path. @default "/" */
  readonly cookiePath: string | false;
  /** Whether scripts of the page do not get at the cookie, where `cookie` is a name and has a path. @default true */
  readonly cookieHttpOnly: boolean;
  /** Whether answers to polls are compressed, and from which size on. @default { threshold: 1024 } */
  readonly httpCompression: boolean | HttpCompression;
  /** Whether WebSocket messages are compressed, and how. Costs memory per connection. @default false */
  readonly perMessageDeflate: boolean | PerMessageDeflate;
  /**
   * What accepts WebSockets in the server's place: a class with the interface of the `Server` of the package `ws`, or the
   * name of a package that has one. What is framed once for all of a broadcast's receivers is framed for each of them by
   * such a package, but for `ws` itself.
   * @default none; with `compat: 2` what the environment variable EIO_WS_ENGINE names
   */
  readonly wsEngine?: string | WebSocketServerClass;
  /** Whether upgrade requests for other paths that nobody answers are ended. @default true */
  readonly destroyUpgrade: boolean;
  /** Milliseconds before that happens. @default 1000 */
  readonly destroyUpgradeTimeout: number;
  /**
   * The generation of Socket.IO that the program was written for. 2 restores the defaults and the tolerance of 2.x;
   * `"auto"` and 4 have those of 4.x. Clients of every generation are served in any case.
   * @default "auto"
   */
  readonly compat: "auto" | 2 | 4;
}

/** The engine's defaults. */
export const ENGINE_DEFAULTS: EngineOptions = {
  path: "/engine.io",
  addTrailingSlash: true,
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  maxHttpBufferSize: 1_000_000,
  maxBufferedBytes: 16 * 1024 * 1024,
  maxForwarded: 100_000,
  transports: ["polling", "websocket"],
  allowUpgrades: true,
  allowEIO3: true,
  jsonp: true,
  cors: false,
  cookie: false,
  cookiePath: "/",
  cookieHttpOnly: true,
  httpCompression: true,
  perMessageDeflate: false,
  destroyUpgrade: true,
  destroyUpgradeTimeout: 1000,
  compat: "auto",
};

/** Options of the engine that have no default: they are there or not. */
export const OPTIONAL_ENGINE_OPTIONS: readonly string[] = [
  "allowRequest",
  "generateId",
  "initialPacket",
  "handlePreflightRequest",
  "allowedOrigins",
  "wsEngine",
  "maxConnections",
];

/** Those of them, and of the server's, that are numbers. */
const OPTIONAL_NUMBERS: readonly string[] = [
  "maxConnections",
  "maxPendingConnections",
  "maxUnfinishedBytes",
  "maxRoomsPerSocket",
];

/** Bytes from which on things are compressed, where a program says nothing. */
export const DEFAULT_COMPRESSION_THRESHOLD = 1024;

const LARGEST_TIMER = 0x7fffffff;

/** The same, to be changed while the engine runs: what is read anew for each client then counts for those to come. */
export type EngineSettings = { -readonly [Name in keyof EngineOptions]: EngineOptions[Name] };

/**
 * Completes and checks options; what the caller leaves undefined keeps its default.
 * @throws RangeError when a number is not one that can work.
 * @throws TypeError when a transport is unknown, or the cookie could not be sent.
 */
export function resolveOptions<Options extends EngineOptions>(options: Partial<Options>, defaults: Options): Options {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const named: unknown = options.transports;
  // Programs hand on what a command line gave them: upstream's servers find the names in a text, too.
  if (typeof named === "string") given["transports"] = named.split(",");
  const { compat } = options;
  const isChosen = compat !== undefined && compat !== defaults.compat;
  const resolved: Options = { ...defaults, ...(isChosen ? profileOf(compat).defaults : {}), ...given };
  for (const [name, value] of Object.entries(resolved)) {
    const isNumber = typeof Reflect.get(defaults, name) === "number" || OPTIONAL_NUMBERS.includes(name);
    if (isNumber && !(typeof value === "number" && value >= 0 && value <= LARGEST_TIMER)) {
      throw new RangeError(`Cannot use option ${name} "${String(value)}": give a number from 0 to ${LARGEST_TIMER}`);
    }
  }
  const { ignoredTransports } = profileOf(resolved.compat);
  const transports = resolved.transports.filter((name) => !ignoredTransports.includes(name));
  for (const name of transports) {
    if (name !== "polling" && name !== "websocket" && name !== "webtransport") {
      const choice = '"polling", "websocket" and "webtransport"';
      throw new TypeError(`Cannot offer transport "${String(name)}": choose from ${choice}`);
    }
  }
  if (resolved.compat !== "auto" && resolved.compat !== 2 && resolved.compat !== 4) {
    throw new TypeError(`Cannot use option compat "${String(resolved.compat)}": choose from "auto", 2 and 4`);
  }
  checkCookie(resolved);
  return { ...resolved, transports };
}

/** The path that requests have to start with. */
export function requestPath(options: EngineOptions): string {
  const path = options.path.replace(/\/$/, "");
  return options.addTrailingSlash ? `${path}/` : path;
}
