// Options of the engine: what a program may set, the defaults, and the checks.
// Place: bytes -> engine dialect -> session; read once when the engine is made
// Rules: names are upstream's; defaults are those of 4.x, but that both protocol generations are served;
//        the caller's object is never written to.

import type { TransportName } from "@bowline/protocol/internal";
import type { RequestHead } from "./http-exchange.ts";

/** Decides whether a handshake is welcome: call `decide(null, true)`, or `decide("why not", false)`. */
export type AllowRequest = (
  request: unknown,
  decide: (error: string | null | undefined, welcome: boolean) => void,
) => void;

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
  /** Transports on offer. @default ["polling", "websocket"] */
  readonly transports: readonly TransportName[];
  /** Whether a polling session may move to WebSocket. @default true */
  readonly allowUpgrades: boolean;
  /** Whether clients of generation 2 are served as well (Engine.IO revision 3). @default true */
  readonly allowEIO3: boolean;
  /** Asked for every handshake, on every transport. @default everybody is welcome */
  readonly allowRequest?: AllowRequest;
  /** Makes the session id. @default 20 random characters */
  readonly generateId?: (request: unknown) => string | Promise<string>;
  /** Whether upgrade requests for other paths that nobody answers are ended. @default true */
  readonly destroyUpgrade: boolean;
  /** Milliseconds before that happens. @default 1000 */
  readonly destroyUpgradeTimeout: number;
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
  transports: ["polling", "websocket"],
  allowUpgrades: true,
  allowEIO3: true,
  destroyUpgrade: true,
  destroyUpgradeTimeout: 1000,
};

const LARGEST_TIMER = 0x7fffffff;

/**
 * Completes and checks options; what the caller leaves undefined keeps its default.
 * @throws RangeError when a number is not one that can work.
 * @throws TypeError when a transport is unknown.
 */
export function resolveOptions<Options extends EngineOptions>(options: Partial<Options>, defaults: Options): Options {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: Options = { ...defaults, ...given };
  for (const [name, value] of Object.entries(resolved)) {
    const isNumber = typeof Reflect.get(defaults, name) === "number";
    if (isNumber && !(typeof value === "number" && value >= 0 && value <= LARGEST_TIMER)) {
      throw new RangeError(`Cannot use option ${name} "${String(value)}": give a number from 0 to ${LARGEST_TIMER}`);
    }
  }
  for (const name of resolved.transports) {
    if (name !== "polling" && name !== "websocket") {
      throw new TypeError(`Cannot offer transport "${String(name)}": choose from "polling" and "websocket"`);
    }
  }
  return resolved;
}

/** The path that requests have to start with. */
export function requestPath(options: EngineOptions): string {
  const path = options.path.replace(/\/$/, "");
  return options.addTrailingSlash ? `${path}/` : path;
}

/** What programs get to see of a request: the platform's own object where there is one. */
export function nativeRequest(head: RequestHead): unknown {
  return head.native?.req ?? head;
}
