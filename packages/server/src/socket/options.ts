// Options of the server: those of the engine and its own, with defaults and checks.
// Place: read once when a server is made
// Rules: names are upstream's; the caller's object is never written to.

import type { AdapterFactory } from "@bowline/adapter";
import type { Parser } from "@bowline/protocol";
import { ENGINE_DEFAULTS, type EngineOptions, OPTIONAL_ENGINE_OPTIONS } from "../engine/options.ts";

/** Options of the server. */
export interface ServerOptions extends EngineOptions {
  /** Whether the client's files are served below the path. @default true */
  readonly serveClient: boolean;
  /** Milliseconds in which a client has to join a namespace (protocol generation 4 only). @default 45000 */
  readonly connectTimeout: number;
  /** Most attachments that one packet of a client may have. @default 10 */
  readonly maxAttachments: number;
  /** Makes the adapter of each namespace. @default rooms in memory */
  readonly adapter?: AdapterFactory;
  /** Reads and writes packets. @default the text parser of each generation */
  readonly parser?: Parser;
}

/** The server's defaults: those of 4.x, but that both protocol generations are served. */
export const SERVER_DEFAULTS: ServerOptions = {
  ...ENGINE_DEFAULTS,
  path: "/socket.io",
  serveClient: true,
  connectTimeout: 45_000,
  maxAttachments: 10,
};

const OPTIONAL: readonly string[] = ["adapter", "parser", ...OPTIONAL_ENGINE_OPTIONS];

/** The names of given options that have no effect here, such as those of later versions or with a letter wrong. */
export function unknownOptions(options: Partial<ServerOptions>): string[] {
  return Object.keys(options).filter((name) => !(Object.hasOwn(SERVER_DEFAULTS, name) || OPTIONAL.includes(name)));
}
