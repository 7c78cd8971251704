// What the socket layer asks of the runtime it lives on.
// Place: handed in by a composition root (runtime/*), used by server, connections and sockets

import type { EnginePlatform } from "../engine/engine-platform.ts";

/** The surroundings of a server. */
export interface SocketPlatform extends EnginePlatform {
  /** Milliseconds since 1970, for what people read; machines use the clock. */
  wallTimeMs(): number;
  /** Such a time as a text. */
  timeText(wallTimeMs: number): string;
}
