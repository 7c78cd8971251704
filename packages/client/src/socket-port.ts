// What a socket and its manager say to each other; programs see neither side of it.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection / namespace** / socket
// Rules: whatever a socket holds of a connection is compared by its link, so that nothing that belongs to a lost one
//        reaches the next.

import type { SocketPacket } from "@bowline/protocol";
import type { ApiDialect } from "./api-dialect.ts";
import type { CloseDetails } from "./connect-error.ts";
import type { Link } from "./link.ts";
import type { Platform } from "./platform.ts";
import type { Socket } from "./socket.ts";

/** What a socket hears from its manager; one that takes no part in connections heeds forwarded events alone. */
export interface SocketListener {
  readonly socket: Socket;
  /** The connection below is open: time to ask for the namespace. */
  opened(link: Link): void;
  /** The connection could not be opened, or broke. */
  failed(error: Error | string): void;
  closed(reason: string, details?: Error | CloseDetails): void;
  /** A packet of this namespace, or a refusal of the main one that concerns all. */
  packet(packet: SocketPacket, link: Link): void;
  /** An event of the manager that programs of 2.x listen for here. */
  forward(event: string, args: readonly unknown[]): void;
}

/** What the sockets of a manager may ask of it. */
export interface SocketPort {
  readonly platform: Platform;
  /** What the program's generation expects. */
  readonly api: ApiDialect;
  /** The open connection. */
  readonly link: Link | undefined;
  /** A socket is there; it takes no part in connections yet. */
  join(namespace: string, listener: SocketListener): void;
  /** Runs handlers of the program; what they throw is told as uncaught. */
  guard(action: () => void): void;
}
