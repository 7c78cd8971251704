// What sessions have in common: made once for all of one revision, and shared, since thousands of them are idle at a time.
// Place: bytes -> engine dialect -> **session** -> connection / namespace / socket
// Rules: nothing in here changes; whose options change makes other terms, and sessions keep those they began with.
// Source: docs/protocol/engine-4.md, "Heartbeat", and docs/protocol/engine-3.md, "Heartbeat"

import type { Trace } from "../shared/trace.ts";
import type { EngineDialect } from "./dialect.ts";
import type { Frame } from "./frame.ts";
import type { HeartbeatTerms } from "./heartbeat.ts";

/** What the terms of sessions are made of. */
export interface SessionOptions extends Pick<HeartbeatTerms, "pingIntervalMs" | "pingTimeoutMs" | "clock"> {
  readonly dialect: EngineDialect;
  readonly side: "client" | "server";
  /**
   * How many bytes may wait for a peer that takes none, before it is given up. A single packet may be larger, and so may
   * all that is sent in one turn while the transport takes it.
   * @default Infinity
   */
  readonly maxBufferedBytes?: number;
  readonly trace: Trace;
}

/** The terms of sessions. */
export interface SessionTerms extends HeartbeatTerms {
  readonly dialect: EngineDialect;
  readonly maxBufferedBytes: number;
  readonly trace: Trace;
  /** A ping and a pong, for all sessions alike. */
  readonly heartbeat: { readonly ping: readonly Frame[]; readonly pong: readonly Frame[] };
}

/** Makes the terms of all sessions of one side and one revision. */
export function createSessionTerms(options: SessionOptions): SessionTerms {
  const { dialect, side, pingIntervalMs, pingTimeoutMs, maxBufferedBytes, clock, trace } = options;
  return {
    dialect,
    role: dialect.pinger === side ? "pinger" : "answerer",
    anyPacketProvesLife: dialect.anyPacketProvesLife,
    pingIntervalMs,
    pingTimeoutMs,
    maxBufferedBytes: maxBufferedBytes ?? Number.POSITIVE_INFINITY,
    clock,
    trace,
    heartbeat: {
      ping: [dialect.frame({ type: "ping" }, false)],
      pong: [dialect.frame({ type: "pong" }, false)],
    },
  };
}
