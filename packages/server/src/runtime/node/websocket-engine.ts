// Which package accepts WebSockets: `ws`, or one with its interface that a program names or hands in.
// Place: **bytes** -> websocket door
// Rules: a name is looked for from the program, as it would look for it itself; `ws` is the one that comes with us.

import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServerOptions, WebSocketServer } from "ws";
import type { EngineOptions, WebSocketServerClass } from "../../engine/options.ts";
import { profileOf } from "../../engine/profile.ts";
import { loadWs } from "./ws-package.ts";

/** The part of the interface of `ws` that is used here. */
export type WebSocketServerLike = Pick<WebSocketServer, "on" | "off" | "handleUpgrade">;

/** A server of WebSockets. */
export interface ChosenServer {
  readonly server: WebSocketServerLike;
  /** Whether it is not the one whose connections we know how to write to. */
  readonly isForeign: boolean;
}

function isClass(value: unknown): value is WebSocketServerClass {
  return typeof value === "function";
}

function load(name: string): WebSocketServerClass {
  let loaded: unknown;
  try {
    loaded = createRequire(join(process.cwd(), "program.js"))(name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot use wsEngine "${name}": ${reason}`, { cause });
  }
  const found: unknown =
    typeof loaded === "object" || isClass(loaded) ? Reflect.get(loaded ?? {}, "Server") : undefined;
  if (!isClass(found)) throw new TypeError(`Cannot use wsEngine "${name}": it has no class "Server"`);
  return found;
}

/** The trust boundary for a class of the program: that it has the interface of `ws` is what the option asks for. */
function construct(made: WebSocketServerClass, options: ServerOptions): WebSocketServerLike;
function construct(made: WebSocketServerClass, options: ServerOptions): unknown {
  const server: unknown = Reflect.construct(made, [options]);
  return server;
}

/** What the options or the surroundings name; undefined where WebSockets are framed by ourselves. */
export function chosenWebSocketEngine({
  wsEngine,
  compat,
}: Pick<EngineOptions, "wsEngine" | "compat">): string | WebSocketServerClass | undefined {
  const { wsEngineVariable } = profileOf(compat);
  return wsEngine ?? (wsEngineVariable === undefined ? undefined : process.env[wsEngineVariable]);
}

/** Makes the server that was chosen. @throws TypeError when there is no such package, or it has no server. */
export function createWebSocketServer(chosen: string | WebSocketServerClass, options: ServerOptions): ChosenServer {
  const { WebSocketServer: Own } = loadWs();
  if (chosen === "ws" || chosen === Own) return { server: new Own(options), isForeign: false };
  return { server: construct(typeof chosen === "string" ? load(chosen) : chosen, options), isForeign: true };
}
