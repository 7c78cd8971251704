// Options of the server: those of the engine and its own, with defaults and checks.
// Place: read once when a server is made
// Rules: names are upstream's; the caller's object is never written to.

import type { AdapterConstructor } from "@bowline/adapter";
import type { Cluster } from "@bowline/adapter/cluster";
import type { Parser } from "@bowline/protocol";
import { ENGINE_DEFAULTS, type EngineOptions, OPTIONAL_ENGINE_OPTIONS, resolveOptions } from "../engine/options.ts";
import { profileOf } from "../engine/profile.ts";
import type { HandlerErrorPolicy } from "./handler-errors.ts";
import { type Origins, originJudge } from "./origins.ts";
import { checkRateLimit, type RateLimit } from "./rate-limit.ts";
import { RECOVERY_DEFAULTS, type RecoveryOptions } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";
import type { ParserByRevision } from "./wires.ts";

/** Options of the server. */
export interface ServerOptions extends EngineOptions {
  /** Whether the client's files are served below the path. @default true */
  readonly serveClient: boolean;
  /** Milliseconds in which a client has to join a namespace (protocol generation 4 only). @default 45000 */
  readonly connectTimeout: number;
  /**
   * Most namespaces that one connection may be in, or ask for, at the same time; the one beyond is refused with "Too many
   * namespaces". @default 1000
   */
  readonly maxNamespaces: number;
  /**
   * Most namespaces, those made by name included, beside which another one is made on demand. Beyond, one that was made on
   * demand and that nobody is in is forgotten, as `cleanupEmptyChildNamespaces` would have done before; where there is none,
   * the client is refused with "Too many namespaces".
   * @default 100000
   */
  readonly maxChildNamespaces: number;
  /**
   * Most rooms that one socket may be in, its own included; who is made to join more is disconnected. Programs that let
   * clients choose rooms set it. @default any number
   */
  readonly maxRoomsPerSocket?: number;
  /**
   * Most clients since 3.0 that have a connection and have joined no namespace yet; handshakes beyond are refused with status
   * 503, which has clients come back later. @default any number
   */
  readonly maxPendingConnections?: number;
  /**
   * Most bytes of messages whose attachments are still due, of all clients together. Beyond, the client that has sent nothing
   * for the longest time is disconnected, and never the last one, so that any single message may come. A message of which
   * nothing more comes for `pingInterval` and `pingTimeout` costs its client the connection in any case. Parsers of the program
   * keep what they keep. @default 18 times `maxHttpBufferSize`, so that two messages of ten attachments of that size may come at the same time
   */
  readonly maxUnfinishedBytes?: number;
  /**
   * How much a client may send in a second; who sends more is disconnected, or what `exceeded` decides. Has to be given to the
   * constructor, or when the server is attached. @default any number
   */
  readonly rateLimit?: RateLimit;
  /** Most attachments that one packet of a client may have. @default 10 */
  readonly maxAttachments: number;
  /** Makes the adapter of each namespace: a class, or a function. @default rooms in memory */
  readonly adapter?: AdapterConstructor;
  /**
   * Makes this server a node among others: rooms, broadcasts and questions reach them all, and so do requests for sessions
   * of another node, whichever they come to. What `createCluster()` gives; one
   * for each server, which closes it when it is closed. Where `adapter` is given too, that one has the rooms. Has to be given
   * to the constructor. @default none: the server is alone
   */
  readonly cluster?: Cluster;
  /**
   * Reads and writes packets. One parser serves the clients of both generations, which is right where its wire format is
   * the same for both. Where it is not, as with MessagePack, give one for each: `{ 4: ..., 5: ... }`, by the revision of
   * the Socket.IO protocol; 2.x clients speak 4, those since 3.0 speak 5. A client that uses another parser than the
   * server is disconnected. @default the text parser of each generation
   */
  readonly parser?: Parser | ParserByRevision;
  /**
   * Keeps the sessions of clients that lost their connection, and what was sent to them since, so that they miss nothing
   * when they come back: id, rooms and `data` are as before, and `socket.recovered` is true. `{}` or true takes the
   * defaults. For clients since 4.6; has to be given to the constructor. @default sessions are not kept
   */
  readonly connectionStateRecovery?: Partial<RecoveryOptions> | boolean;
  /**
   * What happens when a handler of the program throws, or its promise is rejected. `"throw"`: as upstream, the error is
   * uncaught, and ends the process unless the program hears of such errors. `"report"`: it is told by the event
   * `handler_error` of the server, or by a warning where nobody listens for that, and harms nobody else. Has to be given to
   * the constructor. @default "throw"
   */
  readonly handlerErrors: HandlerErrorPolicy;
  /**
   * Which pages may open a session, as programs of 2.x say it: `host:port`, `host:*`, `*:port` or `*:*`, in a list or in a
   * text with spaces between them; or a function. It fills `allowedOrigins`, and has `cors` welcome those pages where that
   * is not set. @default pages of every origin
   */
  readonly origins?: Origins;
  /** Whether a namespace that was made on demand is forgotten when its last socket has left. @default false */
  readonly cleanupEmptyChildNamespaces: boolean;
}

/** The server's defaults: those of 4.x, but that both protocol generations are served. */
export const SERVER_DEFAULTS: ServerOptions = {
  ...ENGINE_DEFAULTS,
  path: "/socket.io",
  serveClient: true,
  connectTimeout: 45_000,
  maxNamespaces: 1000,
  maxChildNamespaces: 100_000,
  maxAttachments: 10,
  handlerErrors: "throw",
  cleanupEmptyChildNamespaces: false,
};

const OPTIONAL: readonly string[] = [
  "adapter",
  "cluster",
  "parser",
  "connectionStateRecovery",
  "origins",
  "maxRoomsPerSocket",
  "maxPendingConnections",
  "maxUnfinishedBytes",
  "rateLimit",
  ...OPTIONAL_ENGINE_OPTIONS,
];

/**
 * Completes what a program says of recovery.
 * @returns undefined where sessions are not kept.
 * @throws RangeError when a number is not one that can work.
 */
export function recoveryOptions(given: ServerOptions["connectionStateRecovery"]): RecoveryOptions | undefined {
  if (given === undefined || given === false) return undefined;
  const set = Object.entries(given === true ? {} : given).filter(([, value]) => value !== undefined);
  const options: RecoveryOptions = { ...RECOVERY_DEFAULTS, ...Object.fromEntries(set) };
  for (const name of ["maxDisconnectionDuration", "maxLogBytes"] as const) {
    const value = options[name];
    if (!(value >= 0)) throw new RangeError(`Cannot use ${name} "${value}" for recovery: give a number from 0 up`);
  }
  return options;
}

/** Completes and checks what a program says of its server. */
export function resolveServerOptions(options: Partial<ServerOptions>, defaults: ServerOptions): ServerOptions {
  if (options.rateLimit !== undefined) checkRateLimit(options.rateLimit);
  return resolveOptions(options, defaults);
}

/** Options for the engine, with what the option `origins` of 2.x asks of it. */
export function applyOrigins(options: ServerOptions): ServerOptions {
  const { origins, allowedOrigins, cors, compat } = options;
  if (origins === undefined) return options;
  const judge = originJudge(origins);
  const welcome = { origin: true, credentials: true };
  return {
    ...options,
    ...(judge !== undefined && allowedOrigins === undefined ? { allowedOrigins: judge } : {}),
    ...(cors === false && !profileOf(compat).welcomesEveryOrigin ? { cors: welcome } : {}),
  };
}

/** Options with all that is known of recovery: adapters read there how long they have to keep sessions. */
export function completeRecovery(options: ServerOptions): ServerOptions {
  const recovery = recoveryOptions(options.connectionStateRecovery);
  return recovery === undefined ? options : { ...options, connectionStateRecovery: recovery };
}

/**
 * Options that programs have carried along since their time, with which nothing is lost: those of 0.9 for what it logged
 * and how it kept the client's files, and one of the client that programs hand to both sides. What kept somebody out, such
 * as `authorization`, is not among them.
 */
const OUTLIVED: readonly string[] = [
  "log",
  "log level",
  "log colors",
  "logger",
  "browser client cache",
  "browser client etag",
  "browser client expires",
  "browser client gzip",
  "browser client minification",
  "forceJSONP",
];

/** The names that were warned of, by the platform that did it: many servers of one process are made of the same options. */
const WARNED: WeakMap<object, Set<string>> = new WeakMap();

/** The names of given options that have no effect here, such as those of later versions or with a letter wrong. */
function unknownOptions(options: Partial<ServerOptions>): string[] {
  const known = [...Object.keys(SERVER_DEFAULTS), ...OPTIONAL, ...OUTLIVED];
  return Object.keys(options).filter((name) => !known.includes(name));
}

/** Warns of given options that have no effect, of each name once. */
export function warnOfUnknown(options: Partial<ServerOptions>, platform: Pick<SocketPlatform, "warn">): void {
  const warned = WARNED.get(platform) ?? new Set();
  WARNED.set(platform, warned);
  for (const name of unknownOptions(options)) {
    if (warned.has(name)) continue;
    warned.add(name);
    const text = `Option "${name}" has no effect: this version of the server does not know it`;
    platform.warn("BOWLINE_UNKNOWN_OPTION", text);
  }
}
