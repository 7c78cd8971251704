// What programs see of a manager at `socket.io`.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection** / namespace / socket
// Rules: names are upstream's; getters and setters share a name, and a setter returns the manager.

import type { SocketPacket } from "@bowline/protocol";
import type { EventsMap, ListenerOf } from "@bowline/protocol/internal";
import type { CloseDetails } from "./connect-error.ts";
import type { Engine } from "./engine.ts";
import type { LiveOptions } from "./options.ts";

/** Events of a manager. */
export interface ManagerEvents {
  open: () => void;
  close: (reason: string, details?: Error | CloseDetails) => void;
  error: (error: Error) => void;
  packet: (packet: SocketPacket) => void;
  /** A heartbeat was sent, to servers of 2.x, or received. */
  ping: () => void;
  /** Servers of 2.x answered the heartbeat. */
  pong: (latencyMs: number) => void;
  reconnect: (attempt: number) => void;
  reconnect_attempt: (attempt: number) => void;
  /** As `reconnect_attempt`, right after it. */
  reconnecting: (attempt: number) => void;
  reconnect_error: (error: Error) => void;
  reconnect_failed: () => void;
}

/** A manager, for programs that reach it by a socket. */
export interface SocketManager {
  /** Options that may be changed; the next connection uses them. */
  readonly opts: LiveOptions;
  /** URL of the server; may be changed before the next connection. */
  uri: string | undefined;
  /** The connection, replaced by each attempt. */
  readonly engine: Engine;
  readonly readyState: "opening" | "open" | "closed";
  readonly reconnecting: boolean;
  on<E extends keyof ManagerEvents>(event: E, listener: ListenerOf<ManagerEvents, EventsMap, E>): this;
  once<E extends keyof ManagerEvents>(event: E, listener: ListenerOf<ManagerEvents, EventsMap, E>): this;
  off<E extends keyof ManagerEvents>(event?: E, listener?: ListenerOf<ManagerEvents, EventsMap, E>): this;
  open(done?: (error?: Error) => void): this;
  connect(done?: (error?: Error) => void): this;
  close(): void;
  disconnect(): void;
  reconnection(): boolean;
  reconnection(enabled: boolean): this;
  reconnectionAttempts(): number;
  reconnectionAttempts(attempts: number): this;
  reconnectionDelay(): number;
  reconnectionDelay(ms: number): this;
  reconnectionDelayMax(): number;
  reconnectionDelayMax(ms: number): this;
  randomizationFactor(): number;
  randomizationFactor(factor: number): this;
  timeout(): number | false;
  timeout(ms: number | false): this;
}
