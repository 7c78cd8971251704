// Which transports a connection may use, in the order of the program's preference.
// Place: above the transports; read by the engine when a connection is opened.
// Rules: a name stands for the first class of the platform that has it and works here; unknown names are left out, as
//        they always were.

import { DEFAULTS, type EngineOptions } from "../options.ts";
import type { Platform } from "../platform.ts";
import type { TransportClass } from "./transport.ts";

/** What this process remembers of its connections, wherever they went. */
export const REMEMBERED: { hasWebSocketWorked: boolean } = { hasWebSocketWorked: false };

/** Those to begin with: WebSocket alone where it worked the last time and the program wants that to count. */
export function firstTransports(kinds: readonly TransportClass[], options: EngineOptions): readonly TransportClass[] {
  if (options.rememberUpgrade !== true || !REMEMBERED.hasWebSocketWorked) return kinds;
  const remembered = kinds.filter(({ prototype }) => prototype.name === "websocket");
  return remembered.length > 0 ? remembered : kinds;
}

/** The classes that a program's options stand for. */
export function chooseTransports({ transports }: Platform, options: EngineOptions): readonly TransportClass[] {
  return (options.transports ?? DEFAULTS.transports)
    .map((wanted) =>
      typeof wanted === "string"
        ? transports.find((kind) => kind.prototype.name === wanted && kind.accepts?.(options) !== false)
        : wanted,
    )
    .filter((kind) => kind !== undefined);
}
