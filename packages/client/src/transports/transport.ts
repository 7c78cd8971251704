// What the client adds to a carrier: opening it, telling it which revision is spoken, leaving it for a better one.
// Place: bytes -> **transport** -> engine dialect -> session
// Rules: I/O starts in `open()`; before the first packet a transport listens like any other carrier.
// Source: docs/protocol/engine-4.md, "Polling" and "WebSocket"

import type { EngineDialect } from "@bowline/protocol";
import type { PausableCarrier } from "@bowline/protocol/internal";
import type { EngineOptions } from "../options.ts";
import type { Platform } from "../platform.ts";

/** A transport of the client. */
export interface Transport extends PausableCarrier {
  /** The revision it asks for, or speaks. */
  readonly dialect: EngineDialect;
  /** Starts the first request. */
  open(): void;
  /** From now on the server's revision is known, and so is the session. */
  settle(session: {
    readonly dialect: EngineDialect;
    readonly sid: string;
    readonly maxPayload: number | undefined;
  }): void;
  /** Undoes `pause`: what it was told to do when paused will not be done. */
  resume(): void;
}

/** What a transport is made of. */
export interface TransportContext {
  /** What stands for the connection where a platform keeps something along with it. */
  readonly connection: object;
  readonly platform: Platform;
  readonly options: EngineOptions;
  readonly dialect: EngineDialect;
  /** Gives the URL of the next request. */
  url(dialect: EngineDialect, sid: string | undefined): string;
  /** The same without its query, for errors. */
  readonly endpoint: string;
}
