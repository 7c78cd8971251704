// The engine without Socket.IO above it: the classes that programs of engine.io-client know, each over a platform.
// Place: part of the composition roots; bytes -> engine dialect -> **session** -> the user's event handlers
// Rules: a socket connects when it is made; no packet of Socket.IO is ever sent, so over a WebSocket the revision that is
//        asked for is the one that counts; classes share no code that one of them does not need.

import { Engine } from "../engine.ts";
import type { EngineListener } from "../engine-events.ts";
import type { EngineOptions } from "../options.ts";
import { type Platform, withTimers } from "../platform.ts";
import type { TransportClass } from "../transports/transport.ts";
import { type ServerUrl, serverOf } from "../url.ts";

/** What a socket of the engine has that a connection below Socket.IO has not. */
export interface EngineSocket extends Engine {
  /** The options, with the defaults. */
  readonly opts: EngineOptions;
  readonly hostname: string;
  readonly port: string;
  readonly secure: boolean;
}

/** The class of sockets of the engine. */
export interface EngineSocketClass {
  /**
   * Connects to a server.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server.
   */
  new (uri?: string | EngineOptions, options?: EngineOptions): EngineSocket;
  readonly prototype: EngineSocket;
  /** Revision of the Engine.IO protocol that is asked for first. */
  readonly protocol: number;
  /** Whether a WebSocket worked the last time, in the whole process. */
  priorWebsocketSuccess: boolean;
  /** The surroundings of its sockets. @internal */
  readonly platform: Platform;
}

/** The defaults of a program, beside those that hold wherever the engine is used. */
export interface EngineDefaults {
  /** Revision of the Engine.IO protocol that is asked for first. */
  readonly revision: 3 | 4;
  readonly withCredentials: boolean;
}

/** Nobody is between the engine and its program. */
const NOBODY: EngineListener = { opened() {}, message() {}, heartbeat() {}, failed() {}, closed() {} };

function completeOptions(given: EngineOptions, withCredentials: boolean): EngineOptions {
  const { path = "/engine.io", addTrailingSlash = true } = given;
  return {
    agent: false,
    withCredentials,
    upgrade: true,
    timestampParam: "t",
    rememberUpgrade: false,
    rejectUnauthorized: true,
    perMessageDeflate: { threshold: 1024 },
    transportOptions: {},
    closeOnBeforeunload: false,
    ...given,
    addTrailingSlash,
    path: path.replace(/\/$/, "") + (addTrailingSlash ? "/" : ""),
  };
}

/** Makes a class of sockets over a platform. */
export function createSocketClass(
  ownPlatform: Platform,
  { revision, withCredentials }: EngineDefaults,
): EngineSocketClass {
  return class extends Engine implements EngineSocket {
    static readonly protocol: number = revision;
    readonly opts: EngineOptions;
    readonly hostname: string;
    readonly port: string;
    readonly secure: boolean;

    static get platform(): Platform {
      return ownPlatform;
    }

    constructor(uri?: string | EngineOptions, options?: EngineOptions) {
      const given = (typeof uri === "object" ? uri : options) ?? {};
      const platform = withTimers(new.target.platform, given);
      platform.checkOptions?.(given);
      const server: ServerUrl = serverOf(typeof uri === "string" ? uri : undefined, given, platform.page());
      const opts = completeOptions(given, withCredentials);
      super(
        {
          platform,
          server,
          options: opts,
          memory: { revision: undefined },
          first: revision,
          implied: undefined,
          mayProbe: false,
        },
        NOBODY,
      );
      this.opts = opts;
      // As in the Host header's name: the brackets of an IPv6 address belong to the URL.
      this.hostname = server.hostname.replace(/^\[|\]$/g, "");
      this.port = server.port;
      this.secure = server.secure;
      this.open();
    }
  };
}

/** Makes a class of sockets that differ from those of another one in their platform. */
export function deriveSocketClass(parent: EngineSocketClass, platform: Platform): EngineSocketClass {
  return class extends parent {
    static override get platform(): Platform {
      return platform;
    }
  };
}

/** A platform whose transports are those of a table that programs may change. */
export function withTable(platform: Platform, table: TransportTable, ahead: readonly TransportClass[] = []): Platform {
  return {
    ...platform,
    get transports() {
      return [...ahead, ...Object.values(table)].filter((kind) => kind !== undefined);
    },
  };
}

/** The transports by their names. */
export type TransportTable = Record<string, TransportClass | undefined>;
