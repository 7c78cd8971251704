// What a manager tells a program.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
// Rules: names are upstream's, of every generation.

import type { SocketPacket } from "@bowline/protocol";
import type { CloseDetails, FailureError } from "./connect-error.ts";

/** Events of a manager. */
export interface ManagerEvents {
  open: () => void;
  close: (reason: string, details?: FailureError | CloseDetails) => void;
  /** It could not connect, or an open connection broke. */
  error: (error: FailureError) => void;
  /** With `compat: 2`, in place of `error`: it could not connect; after a timeout, the string `timeout`. */
  connect_error: (error: FailureError | string) => void;
  /** An attempt took too long; told behind the error of it. */
  connect_timeout: (timeoutMs: number) => void;
  packet: (packet: SocketPacket) => void;
  /** A heartbeat was sent, to servers of 2.x, or received. */
  ping: () => void;
  /** Servers of 2.x answered the heartbeat. */
  pong: (latencyMs: number) => void;
  reconnect: (attempt: number) => void;
  reconnect_attempt: (attempt: number) => void;
  /** As `reconnect_attempt`, right after it. */
  reconnecting: (attempt: number) => void;
  reconnect_error: (error: FailureError) => void;
  reconnect_failed: () => void;
}

/** Tells an event to whom it concerns; what belongs to it is listed above. */
export type ManagerTell = (event: keyof ManagerEvents, ...args: readonly unknown[]) => void;
