// Options of the server: those of the engine and its own, with defaults and checks.
// Place: read once when a server is made
// Rules: names are upstream's; the caller's object is never written to.

import type { AdapterFactory } from "@bowline/adapter";
import type { Parser } from "@bowline/protocol";
import { ENGINE_DEFAULTS, type EngineOptions } from "../engine/options.ts";

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
  /**
   * The generation of Socket.IO that the program was written for. 2 restores the defaults and the tolerance of 2.x;
   * `"auto"` and 4 have those of 4.x. Clients of every generation are served in any case.
   * @default "auto"
   */
  readonly compat: "auto" | 2 | 4;
}

/** The server's defaults: those of 4.x, but that both protocol generations are served. */
export const SERVER_DEFAULTS: ServerOptions = {
  ...ENGINE_DEFAULTS,
  path: "/socket.io",
  serveClient: true,
  connectTimeout: 45_000,
  maxAttachments: 10,
  compat: "auto",
};

const OPTIONAL: readonly string[] = ["adapter", "parser", "allowRequest", "generateId"];

/** The names of given options that have no effect here, such as those of later versions or with a letter wrong. */
export function unknownOptions(options: Partial<ServerOptions>): string[] {
  return Object.keys(options).filter((name) => !(Object.hasOwn(SERVER_DEFAULTS, name) || OPTIONAL.includes(name)));
}
